/** The thread of `steadfetch simulate`: runs one policy after the other, and reports to the thread that started it. */
import {parentPort, workerData} from 'node:worker_threads';
import type {PolicyInput} from '../policy/types.ts';
import type {SimulationResult} from '../simulate/result.ts';
import type {Scenario} from '../simulate/scenario/types.ts';
import {runScenario} from '../simulate/simulate.ts';

/** What the thread is given. */
export interface SimulationTask {
  /** Null: calls without a policy. */
  readonly policies: readonly (PolicyInput | null)[];
  readonly scenario: Scenario;
  readonly seed: number;
  readonly samples: boolean;
}

/** What the thread reports: the simulated time of the policy that runs, in ms, or the result of a policy. A message to it ends the simulation. */
export type SimulationMessage = {readonly simulatedMs: number} | {readonly result: SimulationResult};

async function run({policies, scenario, seed, samples}: SimulationTask): Promise<void> {
  const post = (message: SimulationMessage): void => parentPort!.postMessage(message);
  const controller = new AbortController();
  const {signal} = controller;
  parentPort!.once('message', () => controller.abort());
  const onProgress = (simulatedMs: number): void => post({simulatedMs});
  for (const policy of policies) {
    post({result: await runScenario(policy, scenario, {seed, samples, signal, onProgress})});
    if (signal.aborted) return;
  }
  // Else the thread would wait for a message.
  parentPort!.close();
}

await run(workerData as SimulationTask);
