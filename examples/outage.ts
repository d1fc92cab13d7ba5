/**
 * The course's outage: what a circuit breaker makes of an error storm, simulated and on a real server, side by side.
 *
 * A service can answer 40 requests a second, and lets 80 wait. It gets 30 calls a second, and answers each request by a 503 for three seconds.
 * One client only retries: it sends nearly five times the requests, and keeps the service down when the outage is over. The other one has a breaker
 * too, which five failures in a row open, and the service comes back.
 *
 * `npx node examples/outage.ts` takes 15 s, because the real server takes its time. The course's breaker opens for 30 s, this one for 1 s.
 */

import {systemClock} from '../src/core/system-clock.ts';
import {useFixedBreakers} from '../src/features.ts';
import {createFetch, type PolicyInput} from '../src/index.ts';
import {type ScenarioInput, simulate} from '../src/simulate.ts';
import {faultServer, sleep} from '../src/testing.ts';

const SECONDS = 12;
const DOWN_FROM_S = 3;
const DOWN_TO_S = 6;
const CALLS_PER_SECOND = 30;

export const scenario: ScenarioInput = {
  name: 'outage',
  description: 'A service for 40 requests a second that fails for 3 s.',
  durationMs: SECONDS * 1000,
  traffic: {perSecond: CALLS_PER_SECOND, arrivals: 'even'},
  service: {
    latencyMs: {ms: 200},
    capacity: {workers: 8, queue: 80},
    faults: [{status: 503, fromMs: DOWN_FROM_S * 1000, toMs: DOWN_TO_S * 1000, afterMs: 20}],
  },
};

useFixedBreakers();

const retries: PolicyInput = {
  maxAttempts: 5,
  attemptTimeoutMs: 800,
  deadlineMs: 10_000,
  backoff: {kind: 'exponential', baseMs: 200, jitter: 'full'},
  budget: null,
  breaker: null,
};

export const policies: Readonly<Record<string, PolicyInput>> = {
  'retries alone': retries,
  'with a breaker': {...retries, breaker: {kind: 'consecutive', failures: 5, openMs: 1000, probes: 1}},
};

/** What calls under a policy came to. */
export interface Course {
  readonly calls: number;
  readonly succeeded: number;
  /** Requests that reached the service in each second in which calls began. */
  readonly requests: readonly number[];
  /** Share of the calls of each second that succeeded. */
  readonly success: readonly number[];
}

/** On a virtual clock: takes no time. */
export async function simulated(policy: PolicyInput): Promise<Course> {
  const {calls, succeeded, timeline} = await simulate(policy, scenario);
  const sums = (key: 'calls' | 'succeeded' | 'requests'): number[] =>
    perSecond(timeline.map(interval => [interval.atMs, interval[key]]));
  const [begun, good] = [sums('calls'), sums('succeeded')];
  return {calls, succeeded, requests: sums('requests'), success: begun.map((count, second) => good[second]! / count)};
}

/** On a real server: takes the time of the scenario. */
export async function real(policy: PolicyInput): Promise<Course> {
  const server = await faultServer(scenario, {timeFrom: 'start'});
  const startedAt = performance.now();
  const sinceStart = (): number => performance.now() - startedAt;
  const requests: [number, number][] = [];
  const fetch = createFetch(policy, {
    observer: null,
    fetch(input, init) {
      requests.push([sinceStart(), 1]);
      return globalThis.fetch(input, init);
    },
  });
  const succeeds = async (): Promise<boolean> => {
    try {
      const response = await fetch(`${server.url}/predict`);
      await response.text();
      return response.ok;
    } catch {
      return false;
    }
  };
  try {
    const calls: Promise<[atMs: number, succeeded: boolean]>[] = [];
    for (let number = 1; number < SECONDS * CALLS_PER_SECOND; number++) {
      const atMs = (number * 1000) / CALLS_PER_SECOND;
      await sleep(systemClock, Math.max(0, atMs - sinceStart()));
      calls.push(succeeds().then(succeeded => [atMs, succeeded]));
    }
    const ended = await Promise.all(calls);
    const begun = perSecond(ended.map(([atMs]) => [atMs, 1]));
    const good = perSecond(ended.map(([atMs, succeeded]) => [atMs, Number(succeeded)]));
    return {
      calls: ended.length,
      succeeded: ended.filter(([, succeeded]) => succeeded).length,
      requests: perSecond(requests),
      success: begun.map((count, second) => good[second]! / count),
    };
  } finally {
    await server.close();
  }
}

/** Sums by the second in which each counts. */
function perSecond(counts: readonly (readonly [atMs: number, count: number])[]): number[] {
  const sums = Array<number>(SECONDS).fill(0);
  for (const [atMs, count] of counts) if (atMs < SECONDS * 1000) sums[Math.floor(atMs / 1000)]! += count;
  return sums;
}

// What is printed: 80 columns at most.

const LABEL = 11;
const COLUMN = 17;
const BAR = 11;

function chart(courses: readonly Course[]): string[] {
  const most = Math.max(...courses.flatMap(({requests}) => requests));
  const cell = (count: number): string => `${'█'.repeat(Math.round((count / most) * BAR))} ${count}`.padEnd(COLUMN);
  return Array.from({length: SECONDS}, (_, second) => {
    const isDown = second >= DOWN_FROM_S && second < DOWN_TO_S;
    const cells = courses.map(({requests}) => cell(requests[second]!));
    return (`${second} s${isDown ? ' down' : ''}`.padEnd(LABEL) + cells.join('')).trimEnd();
  });
}

function summary(name: string, {calls, succeeded, requests, success}: Course): string {
  const sum = (from: number, to: number): number => requests.slice(from, to).reduce((total, count) => total + count, 0);
  const outage = sum(DOWN_FROM_S, DOWN_TO_S);
  const after = success.slice(DOWN_TO_S + 2);
  const wellAfter = after.reduce((total, ratio) => total + ratio, 0) / after.length;
  return (
    `${name.padEnd(28)}${((100 * succeeded) / calls).toFixed(0).padStart(4)} %` +
    `${String(outage).padStart(14)}${(100 * wellAfter).toFixed(0).padStart(17)} %`
  );
}

if (import.meta.main) {
  const names = Object.keys(policies);
  const inSimulation: Course[] = [];
  for (const name of names) inSimulation.push(await simulated(policies[name]!));
  const onServer = await Promise.all(names.map(name => real(policies[name]!)));
  const courses = names.flatMap((_, index) => [inSimulation[index]!, onServer[index]!]);
  const line = (cells: readonly string[], width: number): string =>
    (''.padEnd(LABEL) + cells.map(cell => cell.padEnd(width)).join('')).trimEnd();
  const kinds = names.flatMap(() => ['simulated', 'real']);
  console.log(`Requests that reach the service, at ${CALLS_PER_SECOND} calls a second\n`);
  console.log([line(names, 2 * COLUMN), line(kinds, COLUMN), ...chart(courses), ''].join('\n'));
  console.log(`${''.padEnd(28)}success   in the outage   success after it`);
  for (const [index, course] of courses.entries())
    console.log(summary(`${names[Math.floor(index / 2)]}, ${kinds[index]}`, course));
}
