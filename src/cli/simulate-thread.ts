/** Simulations in a thread of their own, because only a thread can bound the memory that V8 gives to short-lived objects. */
import {extname} from 'node:path';
import {Worker} from 'node:worker_threads';
import type {SimulationResult} from '../simulate/result.ts';
import type {SimulationMessage, SimulationTask} from './simulate-worker.ts';
import {UsageError} from './usage-error.ts';

/**
 * V8 gives short-lived objects up to 96 MB and collects the others rarely where its limit is several GB. With these limits an overload, in
 * which thousands of calls wait, takes 150 MB instead of 280, and 5 to 10 % more time.
 */
const LIMITS_MB = {maxYoungGenerationSizeMb: 24, maxOldGenerationSizeMb: 1536};

/** The file of the thread is a `.js` once it is built. */
const PROGRAM = new URL(`./simulate-worker${extname(import.meta.url)}`, import.meta.url);

export interface SimulationEvents {
  /** @param simulatedMs Since the start of the scenario. @param policy From 0. */
  onProgress(simulatedMs: number, policy: number): void;
  /** Ends the simulation early. */
  readonly signal: AbortSignal;
}

/**
 * Simulates one policy after the other.
 *
 * @param task Its policies are valid: an error of the thread loses its class.
 * @returns A result for each policy; where the signal ended the simulation, for each that had begun.
 * @throws UsageError where more calls wait at a time than there is memory for: about a million.
 */
export async function simulateInThread(
  task: SimulationTask,
  {onProgress, signal}: SimulationEvents,
): Promise<SimulationResult[]> {
  const results: SimulationResult[] = [];
  const worker = new Worker(PROGRAM, {workerData: task, resourceLimits: LIMITS_MB});
  const interrupt = (): void => worker.postMessage('interrupt');
  signal.addEventListener('abort', interrupt, {once: true});
  worker.on('message', (message: SimulationMessage) => {
    if ('result' in message) results.push(message.result);
    else onProgress(message.simulatedMs, results.length);
  });
  try {
    await new Promise((resolve, reject) => worker.once('error', reject).once('exit', resolve));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_WORKER_OUT_OF_MEMORY') throw error;
    throw new UsageError(
      `The calls that wait at a time take more than ${LIMITS_MB.maxOldGenerationSizeMb} MB: lower the rate of the scenario, or the time limits of the policies.`,
      {cause: error},
    );
  } finally {
    signal.removeEventListener('abort', interrupt);
  }
  return results;
}
