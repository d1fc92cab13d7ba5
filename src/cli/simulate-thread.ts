/** Simulations of a command in a thread of their own: they report progress, and an interrupted one has the results until then. */
import {extname} from 'node:path';
import {Worker} from 'node:worker_threads';
import type {SimulationResult} from '../simulate/result.ts';
import type {SimulationMessage, SimulationTask} from './simulate-worker.ts';
import {memoryLimits, outOfMemory} from './simulation-memory.ts';
import {UsageError} from './usage-error.ts';

const MOST_MB = 1536;

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
  const worker = new Worker(PROGRAM, {workerData: task, resourceLimits: memoryLimits(MOST_MB)});
  const interrupt = (): void => worker.postMessage('interrupt');
  signal.addEventListener('abort', interrupt, {once: true});
  worker.on('message', (message: SimulationMessage) => {
    if ('result' in message) results.push(message.result);
    else onProgress(message.simulatedMs, results.length);
  });
  try {
    await new Promise((resolve, reject) => worker.once('error', reject).once('exit', resolve));
  } catch (error) {
    const problem = outOfMemory(error, MOST_MB);
    if (problem === undefined) throw error;
    throw new UsageError(`${problem}: lower the rate of the scenario, or the time limits of the policies.`, {
      cause: error,
    });
  } finally {
    signal.removeEventListener('abort', interrupt);
  }
  return results;
}
