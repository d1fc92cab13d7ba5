/** Runs one simulation in a thread of its own: it computes for up to seconds, in which a server must answer and cancel. */

import {parentPort, workerData} from 'node:worker_threads';
import {plainOf} from '../../src/cli/simulate-rivals.ts';
import {type Named, tableOf} from '../../src/cli/simulate-table.ts';
import type {SimulationResult} from '../../src/simulate/result.ts';
import {readScenario} from '../../src/simulate/scenario/read.ts';
import {runScenario} from '../../src/simulate/simulate.ts';
import type {Job, Numbers, Simulated} from './job.ts';

async function simulated({name, input, scenario: scenarioName, seed, page}: Job): Promise<Simulated> {
  const scenario = readScenario(scenarioName);
  const options = {samples: page, ...(seed === undefined ? {} : {seed})};
  // With the same deadline: an answer after it is a failure.
  const [plain] = plainOf([input]);
  const without: Named = {name: 'no policy', result: await runScenario(plain!.input, scenario, options)};
  const having: Named = {name, result: await runScenario(input, scenario, options)};
  const both = [without, having];
  return {
    scenario: scenario.name,
    description: scenario.description,
    seed: having.result.seed,
    results: [numbersOf(without), numbersOf(having)],
    table: tableOf(both, scenario.description),
    // The charts are loaded only where a page is wanted: they are larger than all the rest.
    page: page ? (await import('../../src/cli/simulate-page.ts')).simulationPage(both, scenario) : undefined,
  };
}

function numbersOf({name, result}: Named): Numbers {
  const {calls, succeeded, successRatio, requests, requestsPerCall, paidRequests, moves} = result;
  const {ends, endpoints, breaker, recovery} = result;
  const {p50, p95, p99} = result.latencyMs.all;
  return {
    name,
    calls,
    succeeded,
    successRatio,
    requests,
    requestsPerCall,
    paidRequests,
    moves,
    latencyMs: {p50: finite(p50), p95: finite(p95), p99: finite(p99)},
    ends: countsOf(ends),
    endpoints: endpoints.map(({timeline: _, ...counts}) => counts),
    breakersOpened: breaker.opened,
    recoveryMs: recovery === null ? null : finite(recovery.afterMs),
  };
}

/** JSON has no Infinity. */
const finite = (ms: number): number | null => (Number.isFinite(ms) ? Math.round(ms * 10) / 10 : null);

const countsOf = (ends: SimulationResult['ends']): Record<string, number> =>
  Object.fromEntries(Object.entries(ends).filter(([, count]) => count > 0));

simulated(workerData as Job).then(
  result => parentPort?.postMessage({result}),
  (error: Error) => parentPort?.postMessage({error: error.message}),
);
