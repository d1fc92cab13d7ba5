/** Simulations of a server, one after the other, each in a thread that ends with it: a cancelled one has no result. */

import {Worker} from 'node:worker_threads';
import {memoryLimits, outOfMemory} from '../../src/cli/simulation-memory.ts';
import {CliError} from '../io/cli-error.ts';
import type {Job, Simulated} from './job.ts';
import {workerFile} from './worker-file.ts';

/** Less than for a command, because an editor runs beside it. */
const MOST_MB = 1024;

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
  const worker = new Worker(workerFile, {
    workerData: job,
    resourceLimits: memoryLimits(MOST_MB),
    stdout: true,
    stderr: true,
  });
  let cancel = (): void => {};
  try {
    return await new Promise<Simulated>((resolve, reject) => {
      cancel = () => reject(signal.reason as Error);
      signal.addEventListener('abort', cancel, {once: true});
      worker.once('message', (message: Message) => {
        if ('result' in message) resolve(message.result);
        else reject(new CliError(message.error));
      });
      worker.once('error', error => reject(withReason(error)));
      worker.once('exit', code => reject(new Error(`The thread of a simulation ended with code ${code}.`)));
    });
  } finally {
    signal.removeEventListener('abort', cancel);
    await worker.terminate();
  }
}

function withReason(error: Error): Error {
  const problem = outOfMemory(error, MOST_MB);
  return problem === undefined
    ? error
    : new CliError(`${problem}: lower the time limits of the policy.`, {cause: error});
}
