/** Simulations, one after the other, each in a thread that ends with it. */

import {Worker} from 'node:worker_threads';
import {CliError} from '../io/cli-error.ts';
import type {Job, Simulated} from './job.ts';
import {workerFile} from './worker-file.ts';

/** A server stays small beside a policy under which thousands of calls wait. V8 alone would let a thread take several GB. */
const LIMITS_MB = {maxYoungGenerationSizeMb: 24, maxOldGenerationSizeMb: 1024};

type Message = {readonly result: Simulated} | {readonly error: string};

export class Simulations {
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Runs when the simulations before it have ended.
   *
   * @throws CliError if the policy or the scenario cannot be simulated; the reason of the signal.
   */
  run(job: Job, signal: AbortSignal): Promise<Simulated> {
    const started = this.#last.then(() => {
      signal.throwIfAborted();
      return inThread(job, signal);
    });
    this.#last = started.catch(() => {});
    return started;
  }
}

async function inThread(job: Job, signal: AbortSignal): Promise<Simulated> {
  const worker = new Worker(workerFile, {workerData: job, resourceLimits: LIMITS_MB, stdout: true, stderr: true});
  let cancel = (): void => {};
  try {
    return await new Promise<Simulated>((resolve, reject) => {
      cancel = () => reject(signal.reason as Error);
      signal.addEventListener('abort', cancel, {once: true});
      worker.once('message', (message: Message) => {
        if ('result' in message) resolve(message.result);
        else reject(new CliError(message.error));
      });
      worker.once('error', error => reject(isTooLarge(error) ? tooLarge(error) : error));
      worker.once('exit', code => reject(new Error(`The thread of a simulation ended with code ${code}.`)));
    });
  } finally {
    signal.removeEventListener('abort', cancel);
    await worker.terminate();
  }
}

const isTooLarge = (error: NodeJS.ErrnoException): boolean => error.code === 'ERR_WORKER_OUT_OF_MEMORY';

const tooLarge = (cause: Error): CliError =>
  new CliError(
    `The calls that wait at a time take more than ${LIMITS_MB.maxOldGenerationSizeMb} MB: lower the time limits of the policy.`,
    {cause},
  );
