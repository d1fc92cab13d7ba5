/** Work in a worker, so that the page answers while it goes on. */
import type {Reply, Request} from './protocol.ts';

/** The work was cancelled. */
export class Cancelled extends Error {}

interface Pending<Result> {
  resolve(result: Result): void;
  reject(error: Error): void;
}

export class Remote<Job, Result> {
  readonly #url: string;
  readonly #pending = new Map<number, Pending<Result>>();
  #worker: Worker | undefined;
  #lastId = 0;

  /** @param url The script of the worker, which is loaded with the first piece of work. */
  constructor(url: string) {
    this.#url = url;
  }

  run(job: Job): Promise<Result> {
    this.#worker ??= this.#start();
    const request: Request<Job> = {id: ++this.#lastId, job};
    this.#worker.postMessage(request);
    return new Promise((resolve, reject) => this.#pending.set(request.id, {resolve, reject}));
  }

  /** Ends the worker: it does not read messages while it computes. Everything that was asked of it rejects with `Cancelled`. */
  cancel(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#rejectAll(new Cancelled('cancelled'));
  }

  #start(): Worker {
    const worker = new Worker(this.#url, {type: 'module'});
    worker.addEventListener('message', ({data}: MessageEvent<Reply<Result>>) => {
      const pending = this.#pending.get(data.id);
      this.#pending.delete(data.id);
      if ('error' in data) pending?.reject(new Error(data.error));
      else pending?.resolve(data.result);
    });
    worker.addEventListener('error', () => {
      this.#worker = undefined;
      this.#rejectAll(new Error('A part of the page could not be loaded. Load the page again.'));
    });
    return worker;
  }

  #rejectAll(error: Error): void {
    for (const {reject} of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}
