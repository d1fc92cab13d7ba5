/**
 * M. Brooker, "Exponential Backoff and Jitter" (AWS Architecture Blog, 2015): the simulation of that post, by the rules of its program
 * (github.com/aws-samples/aws-arch-backoff-simulator). The rows are what that program printed, averaged over 100 runs; of 40, 80 and 130 clients
 * over 60.
 *
 * Its rules: all clients start at once and write one row. An attempt reads the version of the row, and writes it back; the write succeeds
 * if the version is still the same. Each of the four ways takes |N(10, 2)| ms. Base 5 ms, cap 2000 ms. The first backoff of the exponential
 * kinds is already twice the base; the decorrelated one starts from the base.
 */
import {expect} from 'chai';
import type {BackoffInput, PolicyInput} from '../../src/policy/types.ts';
import type {ScenarioInput} from '../../src/simulate/scenario/types.ts';
import {BARE, run} from './run.ts';

const BACKOFFS: Readonly<Record<string, BackoffInput>> = {
  none: {kind: 'constant', delayMs: 0, jitter: 'none'},
  exponential: {kind: 'exponential', baseMs: 10, factor: 2, capMs: 2000, jitter: 'none'},
  equal: {kind: 'exponential', baseMs: 10, factor: 2, capMs: 2000, jitter: 'equal'},
  decorrelated: {kind: 'exponential', baseMs: 5, factor: 2, capMs: 2000, jitter: 'decorrelated'},
  full: {kind: 'exponential', baseMs: 10, factor: 2, capMs: 2000, jitter: 'full'},
};

/** Clients; then time in ms and writes, by the backoffs in the order above. */
const TABLE: readonly (readonly [number, ...(readonly [timeMs: number, writes: number])[]])[] = [
  [10, [383, 51], [3473, 50], [729, 42], [436, 37], [454, 38]],
  [20, [595, 150], [14_407, 149], [1615, 107], [813, 100], [1018, 100]],
  [30, [786, 289], [22_426, 277], [2625, 182], [1297, 181], [1691, 172]],
  [40, [961, 470], [29_411, 434], [3563, 263], [1746, 272], [2289, 250]],
  [50, [1141, 692], [36_708, 623], [4270, 347], [2229, 374], [2790, 332]],
  [70, [1498, 1262], [48_215, 1048], [5321, 526], [3200, 610], [3828, 510]],
  [80, [1681, 1611], [53_552, 1303], [5663, 618], [3668, 736], [4232, 603]],
  [100, [2031, 2425], [63_965, 1859], [6602, 813], [4666, 1000], [4823, 795]],
  [130, [2529, 3928], [77_694, 2824], [7752, 1115], [5850, 1444], [5823, 1103]],
  [190, [3533, 8001], [100_849, 5148], [9284, 1757], [7960, 2433], [7379, 1769]],
];

/** Every client calls once, in the first millisecond. Between reading and writing lie two ways, whose sum is normal as well. */
const scenario = (clients: number): ScenarioInput => ({
  durationMs: 10,
  traffic: {perSecond: 1_000_000, clients, arrivals: 'closed-loop', requests: [{method: 'PUT'}]},
  service: {
    networkMs: {kind: 'normal', meanMs: 10, sdMs: 2},
    latencyMs: {kind: 'normal', meanMs: 20, sdMs: 2 * Math.SQRT2},
    contention: {status: 503},
  },
});

/** The averages of many runs. The last client is the slowest of at most 190, and so P99.9. */
async function averages(
  backoff: BackoffInput,
  clients: number,
  runs: number,
): Promise<{timeMs: number; writes: number}> {
  const policy: PolicyInput = {...BARE, maxAttempts: 1_000_000, backoff};
  let timeMs = 0;
  let writes = 0;
  for (let seed = 1; seed <= runs; seed++) {
    const result = await run(policy, scenario(clients), seed);
    expect(result).to.deep.include({calls: clients, succeeded: clients});
    timeMs += result.latencyMs.all.p999 / runs;
    writes += result.requests / runs;
  }
  return {timeMs, writes};
}

/** The time of a run is that of its last client: it varies most where there are few. */
function runsOf(clients: number): number {
  if (clients <= 50) return 200;
  return clients < 150 ? 40 : 15;
}

describe("AWS's table of backoffs", () => {
  for (const [clients, ...cells] of TABLE) {
    // The time of few clients is that of the unluckiest one, which varies most.
    const isSmall = clients <= 40;
    for (const [index, [name, backoff]] of Object.entries(BACKOFFS).entries()) {
      const [timeMs, writes] = cells[index]!;
      it(`${clients} clients, ${name}: ${timeMs} ms, ${writes} calls`, async () => {
        const found = await averages(backoff, clients, runsOf(clients));
        expect(found.writes / writes, `${found.writes} calls`).to.be.closeTo(1, isSmall ? 0.04 : 0.02);
        expect(found.timeMs / timeMs, `${found.timeMs} ms`).to.be.closeTo(1, isSmall ? 0.08 : 0.06);
      });
    }
  }
});
