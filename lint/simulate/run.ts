/** Simulations of a server, one after the other, each in a thread that ends with it: a cancelled one has no result. */

import {Worker} from 'node:worker_threads';
import {memoryLimits, outOfMemory} from '../../src/cli/simulation-memory.ts';
import {CliError} from '../io/cli-error.ts';
import type {Io} from '../io/io.ts';
import type {Job, Simulated} from './job.ts';
import {workerFile} from './worker-file.ts';

/** Less than for a command, because an editor runs beside it. */
const MOST_MB = 1024;

/** After so long a simulation is ended with its thread, in ms: a thread that computes does not look at the time. Those of the named scenarios take seconds. */
const MOST_MS = 60_000;

type Message = {readonly result: Simulated} | {readonly error: string};

export class Simulations {
  readonly #wait: Io['wait'];
  readonly #mostMs: number;
  #last: Promise<unknown> = Promise.resolve();

  constructor({wait}: Pick<Io, 'wait'>, mostMs: number = MOST_MS) {
    this.#wait = wait;
    this.#mostMs = mostMs;
  }

  /**
   * Runs when the simulations before it have ended.
   *
   * @throws CliError if the policy or the scenario cannot be simulated, or takes too long; the reason of the signal.
   */
  run(job: Job, signal: AbortSignal): Promise<Simulated> {
    const started = this.#last.then(() => {
      signal.throwIfAborted();
      return inThread(job, signal, this.#wait, this.#mostMs);
    });
    this.#last = started.catch(() => {});
    return started;
  }
}

async function inThread(job: Job, signal: AbortSignal, wait: Io['wait'], mostMs: number): Promise<Simulated> {
  const worker = new Worker(workerFile, {
    workerData: job,
    resourceLimits: memoryLimits(MOST_MB),
    stdout: true,
    stderr: true,
  });
  let disarm = (): void => {};
  const over = new AbortController(); // Ends the listening.
  try {
    return await new Promise<Simulated>((resolve, reject) => {
      disarm = wait(mostMs, () =>
        reject(new CliError(`The simulation took longer than ${mostMs / 1000} s, and was ended.`)),
      );
      signal.addEventListener('abort', () => reject(signal.reason as Error), {signal: over.signal});
      worker.once('message', (message: Message) => {
        if ('result' in message) resolve(message.result);
        else reject(new CliError(message.error));
      });
      worker.once('error', error => reject(withReason(error)));
      worker.once('exit', code => reject(new Error(`The thread of a simulation ended with code ${code}.`)));
    });
  } finally {
    disarm();
    over.abort();
    await worker.terminate();
  }
}

function withReason(error: Error): Error {
  const problem = outOfMemory(error, MOST_MB);
  return problem === undefined
    ? error
    : new CliError(`${problem}: lower the time limits of the policy.`, {cause: error});
}
