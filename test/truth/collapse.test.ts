/**
 * M. Brooker's metastable collapse (github.com/mbrooker/simulator_example, simple_collapse_sim): a spike of 5 s, and a service that is down
 * for ever after. The rows are what that program printed, averaged over 10 runs. A run without backoff either collapses or does not: 26 of
 * 40 runs of that program did, and the rows are averages of both kinds.
 *
 * Its rules: the service takes 1 s, and 10 ms more for each request in processing, itself included. A request takes an exponential time of
 * 100 ms to the service, and as long back. A client waits for 3 s and sends three times at most. 40 calls a second, 80 from 20 s to 25 s.
 */
import {expect} from 'chai';
import type {PolicyInput} from '../../src/policy/types.ts';
import type {Interval} from '../../src/simulate/result.ts';
import type {ScenarioInput} from '../../src/simulate/scenario/types.ts';
import {BARE, run} from './run.ts';

const DURATION_MS = 80_000;
const RUNS = 60;

const SPIKE: ScenarioInput = {
  durationMs: DURATION_MS,
  traffic: {perSecond: 40, phases: [{fromMs: 20_000, toMs: 25_000, perSecond: 80}]},
  service: {latencyMs: {ms: 1000}, msPerConcurrent: 10, networkMs: {kind: 'exponential', meanMs: 100}},
};

const THREE: PolicyInput = {...BARE, maxAttempts: 3, attemptTimeoutMs: 3000};
const POLICIES: Readonly<Record<string, PolicyInput>> = {
  'no backoff': THREE,
  // A random share of 20 s, then of 40 s.
  backoff: {...THREE, backoff: {kind: 'exponential', baseMs: 20_000, factor: 2, capMs: 40_000, jitter: 'full'}},
};

/** Per second, around that second, averaged over the runs. */
function rateAt(runs: readonly (readonly Interval[])[], second: number, of: (interval: Interval) => number): number {
  const near = runs.flatMap(timeline =>
    timeline.filter(({atMs}) => atMs >= (second - 2) * 1000 && atMs < (second + 2) * 1000),
  );
  const secondsEach = DURATION_MS / 1000 / runs[0]!.length;
  return near.reduce((sum, interval) => sum + of(interval), 0) / near.length / secondsEach;
}

describe("Brooker's collapse after a spike", () => {
  const timelines: Record<string, (readonly Interval[])[]> = {};
  before(async () => {
    for (const [name, policy] of Object.entries(POLICIES)) {
      timelines[name] = [];
      for (let seed = 1; seed <= RUNS; seed++) timelines[name].push((await run(policy, SPIKE, seed)).timeline);
    }
  });

  it('without backoff ends in one of two states, more often in that of no success at all', () => {
    const finals = timelines['no backoff']!.map(timeline => rateAt([timeline], 70, ({answered}) => answered));
    const collapsed = finals.filter(rate => rate < 2);
    expect(collapsed.length + finals.filter(rate => rate > 28).length).to.equal(RUNS);
    // Four standard errors of 26 in 40, and of as many runs as here.
    expect(collapsed.length / RUNS).to.be.closeTo(26 / 40, 0.39);
    expect(collapsed.length / RUNS).to.be.above(0.5);
  });

  it('with backoff nearly always recovers', () => {
    const finals = timelines.backoff!.map(timeline => rateAt([timeline], 70, ({answered}) => answered));
    expect(finals.filter(rate => rate > 28).length / RUNS).to.be.above(0.9);
  });

  // Without backoff, an average of 10 runs of two kinds has a standard error of 6 successes, and of 11 retries.
  for (const [name, second, succeeded, tolerance] of [
    ['no backoff', 18, 42.4, 4],
    ['no backoff', 40, 11.4, 6],
    ['no backoff', 60, 11.9, 6],
    ['no backoff', 77, 11.4, 6],
    ['backoff', 18, 41.5, 4],
    ['backoff', 60, 40.6, 4],
    ['backoff', 77, 39.5, 4],
  ] as const)
    it(`${name}, second ${second}: ${succeeded} successes a second`, () => {
      expect(rateAt(timelines[name]!, second, ({answered}) => answered)).to.be.closeTo(succeeded, tolerance);
    });

  for (const [second, retries] of [
    [40, 55],
    [60, 54.1],
  ] as const)
    it(`no backoff, second ${second}: ${retries} retries a second`, () => {
      const found = rateAt(timelines['no backoff']!, second, ({requests, calls}) => requests - calls);
      expect(found).to.be.closeTo(retries, 11);
    });
});
