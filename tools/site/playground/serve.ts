/** The worker's side of `Remote`. */
import type {Reply, Request} from './protocol.ts';

export function serve<Job, Result>(work: (job: Job) => Promise<Result>): void {
  self.addEventListener('message', async ({data: {id, job}}: MessageEvent<Request<Job>>) => {
    const reply: Reply<Result> = await work(job).then(
      result => ({id, result}),
      (error: unknown) => ({id, error: error instanceof Error ? error.message : String(error)}),
    );
    self.postMessage(reply);
  });
}
