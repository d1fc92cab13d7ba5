/** Breakers under long traffic: the numbers of decisions 0017 and 0018. */
import {expect} from 'chai';
import {constant, LAWS, LIMIT_MS, lognormal, opensAt, simulate} from '../support/breaker-traffic.ts';
import {CELLS, traffic} from '../support/engine-traffic.ts';
import {runs} from '../support/runs.ts';
import {inTurn, numbers, today} from '../support/turns.ts';

const MINUTE = 60_000;
/** The default open time, and a tenth more. */
const LONGEST_OPEN_MS = 5500;
const NEVER = Number.POSITIVE_INFINITY;
/** The seeds of cold starts, of each rate. */
const STARTS = inTurn(numbers(1000)).map(number => number + 1);
/** The seeds of outages. */
const OUTAGES = inTurn(numbers(300)).map(number => number + 1);
/** Of steady traffic. */
const MINUTES = runs(10, 60);
/** Of traffic through the whole engine. */
const TRAFFIC_SECONDS = runs(30, 120);
const RATES = 3;
/** Each day one of each rate and one of each share of failures; after three days, all. */
const CELLS_IN_TURN = numbers(RATES).flatMap(rate =>
  inTurn(CELLS.slice(RATES * rate, RATES * (rate + 1)), RATES, today + rate),
);

describe('a breaker', function () {
  this.timeout(1_800_000);

  for (const [name, latencies] of Object.entries(LAWS)) {
    it(`opens in none of ${4 * STARTS.length} cold starts at half the ratio: ${name}`, () => {
      let opened = 0;
      for (const [perSecond, forMs] of [
        [10, 30_000],
        [300, 2000],
        [1000, 1000],
        [5000, 400],
      ] as const)
        for (const seed of STARTS) {
          const at = opensAt({seed, perSecond, latencies, failureShare: () => 0.25, forMs: forMs + LIMIT_MS});
          if (at < NEVER) opened++;
        }
      expect(opened).to.equal(0);
    });

    it(`opens in none of ${MINUTES} minutes at half the ratio, at 10, 100 and 1,000 calls a second: ${name}`, () => {
      for (const perSecond of [10, 100, 1000])
        expect(
          opensAt({seed: 7, perSecond, latencies, failureShare: () => 0.25, forMs: MINUTES * MINUTE}),
          `${perSecond} a second`,
        ).to.equal(NEVER);
    });
  }

  it(`opens in none of ${MINUTES} minutes at half the ratio at 5,000 calls a second`, () => {
    const latencies = {failure: constant(20), success: lognormal(180, 0.5)};
    expect(opensAt({seed: 7, perSecond: 5000, latencies, failureShare: () => 0.25, forMs: MINUTES * MINUTE})).to.equal(
      NEVER,
    );
  });

  for (const [name, failureMs] of [
    ['fails in 20 ms', 20],
    ['hangs until the attempt timeout', LIMIT_MS],
  ] as const)
    it(`closes after each of ${OUTAGES.length} outages of ten minutes that ${name}, though a quarter still fails`, () => {
      const [downAt, upAt] = [MINUTE, 11 * MINUTE];
      const latencies = {failure: constant(failureMs), success: lognormal(180, 0.5)};
      const failureShare = (at: number): number => (at >= downAt && at < upAt ? 1 : 0.25);
      const probes: number[] = [];
      const firstProbes: number[] = [];
      const closings: number[] = [];
      let reopened = 0;
      for (const seed of OUTAGES) {
        const course = simulate({seed, perSecond: 10, latencies, failureShare, forMs: upAt + 5 * MINUTE});
        probes.push(course.probes.filter(at => at < upAt).length);
        firstProbes.push(course.probes.find(at => at >= upAt)! - upAt);
        const after = course.changes.filter(({at}) => at >= upAt);
        const closed = after.findIndex(({to}) => to === 'closed');
        closings.push(after[closed]!.at - upAt);
        reopened += after.length - closed - 1;
      }
      closings.sort((a, b) => a - b);
      console.log(
        `      probes ${Math.min(...probes)} to ${Math.max(...probes)}; first one after ${Math.max(...firstProbes)} ms at most; ` +
          `closed after ${closings[Math.floor(OUTAGES.length / 2)]} ms (median), ${closings[Math.floor(0.95 * OUTAGES.length)]} (95 %), ${closings.at(-1)} (all)`,
      );
      expect(Math.max(...probes)).to.be.at.most(402);
      expect(Math.max(...firstProbes)).to.be.below(LONGEST_OPEN_MS + 1000);
      expect(closings[Math.floor(0.99 * OUTAGES.length) - 1], 'all but one of a hundred').to.be.below(
        3 * LONGEST_OPEN_MS + LIMIT_MS,
      );
      expect(reopened).to.equal(0);
    });

  for (const [perSecond, failureShare] of CELLS_IN_TURN)
    it(`costs no success in ${TRAFFIC_SECONDS} s at ${perSecond} calls a second of which ${failureShare} fail`, async () => {
      const cell = {perSecond, failureShare, forMs: TRAFFIC_SECONDS * 1000};
      const [guarded, bare] = [await traffic({}, cell), await traffic({breaker: null}, cell)];
      console.log(`      ${guarded.succeeded.toFixed(3)} of the calls, ${bare.succeeded.toFixed(3)} without a breaker`);
      expect(guarded.openings).to.equal(0);
      expect(guarded.succeeded).to.be.closeTo(bare.succeeded, 0.01);
    });
});
