/** The waits as numbers, and the jitters as distributions. */

import {expect} from 'chai';
import fc from 'fast-check';
import {seededRandom} from '../../src/core/random.ts';
import {backoffMs} from '../../src/decide/backoff.ts';
import type {Backoff, Jitter} from '../../src/policy/types.ts';

const exponential = {kind: 'exponential', baseMs: 100, throttledBaseMs: 1000, factor: 2, capMs: 1000} as const;
const linear = {kind: 'linear', baseMs: 100, throttledBaseMs: 500, stepMs: 200, capMs: 600} as const;
const constant = {kind: 'constant', delayMs: 300, throttledBaseMs: 1000} as const;
const list = {kind: 'list', delaysMs: [200, 50, 5000], throttledBaseMs: 1000} as const;

/** Consecutive waits; each one gets the wait before it. */
function waits(backoff: Backoff, count: number, random: number, throttled = false): number[] {
  let previous = 0;
  return Array.from({length: count}, (_, n) => {
    previous = backoffMs(backoff, n + 1, throttled, previous, () => random);
    return Math.round(previous);
  });
}

describe('backoffMs', () => {
  for (const [plan, jitter, random, expected] of [
    [exponential, 'none', 0.5, [100, 200, 400, 800, 1000, 1000]],
    [exponential, 'full', 0.5, [50, 100, 200, 400, 500, 500]],
    [exponential, 'full', 0, [0, 0, 0, 0, 0, 0]],
    [exponential, 'equal', 0.5, [75, 150, 300, 600, 750, 750]],
    [exponential, 'equal', 0, [50, 100, 200, 400, 500, 500]],
    [exponential, 'decorrelated', 0.5, [200, 350, 575, 913, 1000, 1000]],
    [exponential, 'decorrelated', 0, [100, 100, 100, 100, 100, 100]],
    [linear, 'none', 0.5, [100, 300, 500, 600, 600]],
    [linear, 'full', 0.5, [50, 150, 250, 300, 300]],
    [linear, 'equal', 0.5, [75, 225, 375, 450, 450]],
    [linear, 'decorrelated', 0.5, [200, 350, 575, 600, 600]],
    [constant, 'none', 0.5, [300, 300, 300]],
    [constant, 'full', 0.5, [150, 150, 150]],
    [constant, 'equal', 0.5, [225, 225, 225]],
    [constant, 'decorrelated', 0.5, [600, 1050, 1725]],
    [list, 'none', 0.5, [200, 50, 5000, 5000]],
    [list, 'full', 0.5, [100, 25, 2500, 2500]],
    [list, 'equal', 0.5, [150, 38, 3750, 3750]],
    [list, 'decorrelated', 0.5, [400, 700, 1150, 1825]],
  ] as const) {
    it(`${plan.kind}, ${jitter} jitter at random = ${random}: ${expected.join(', ')} ms`, () => {
      expect(waits({...plan, jitter}, expected.length, random)).to.deep.equal(expected);
    });
  }

  describe('throttled, it starts from throttledBaseMs', () => {
    for (const [title, plan, expected] of [
      ['exponential, under a cap that has room', {...exponential, capMs: 20_000}, [1000, 2000, 4000]],
      ['but the cap still wins', exponential, [1000, 1000, 1000]],
      ['a cap below the throttled base wins too', {...exponential, capMs: 300}, [300, 300, 300]],
      ['a longer base is kept', {...exponential, baseMs: 3000, capMs: 20_000}, [3000, 6000, 12_000]],
      ['linear', linear, [500, 600, 600]],
      ['constant', constant, [1000, 1000, 1000]],
      ['list', list, [1000, 1000, 5000]],
    ] as const) {
      it(`${title}: ${expected.join(', ')} ms`, () => {
        expect(waits({...plan, jitter: 'none'}, 3, 0, true)).to.deep.equal(expected);
      });
    }
    it('decorrelated, as the lower end', () => {
      expect(waits({...exponential, capMs: 20_000, jitter: 'decorrelated'}, 3, 0, true)).to.deep.equal([
        1000, 1000, 1000,
      ]);
    });
  });

  it('no jitter asks for no chance', () => {
    const noChance = () => {
      throw new Error('asked');
    };
    expect(backoffMs({...exponential, jitter: 'none'}, 3, false, 0, noChance)).to.equal(400);
  });

  it('the cap comes before the jitter: capped waits are spread over all of it @T49', () => {
    const random = seededRandom(49);
    const late = Array.from({length: 1000}, () => backoffMs({...exponential, jitter: 'full'}, 20, false, 0, random));
    expect(Math.max(...late)).to.be.within(950, 1000);
    expect(Math.min(...late)).to.be.within(0, 50);
    expect(
      late.filter(ms => ms === 1000),
      'no wait equals the cap',
    ).to.have.length(0);
  });

  describe('is a number within its bounds for 5,000 retries @T48', () => {
    const HUGE = Number.MAX_SAFE_INTEGER;
    for (const jitter of ['none', 'full', 'equal', 'decorrelated'] as Jitter[])
      for (const plan of [
        {...exponential, capMs: HUGE},
        {...exponential, baseMs: 0, throttledBaseMs: 0, capMs: HUGE},
        {...exponential, baseMs: HUGE, factor: 100, capMs: HUGE},
        {...exponential, factor: 1},
        {...exponential, capMs: 0},
        {...linear, stepMs: HUGE, capMs: HUGE},
        {...constant, delayMs: HUGE},
        {...list, delaysMs: [HUGE]},
      ]) {
        it(`${jitter}: ${JSON.stringify(plan)}`, () => {
          const random = seededRandom(48);
          let previous = 0;
          for (let retry = 1; retry <= 5000; retry++) {
            previous = backoffMs({...plan, jitter}, retry, retry % 2 === 0, previous, random);
            if (!(previous >= 0 && previous <= HUGE)) expect.fail(`${previous} before retry ${retry}`);
          }
        });
      }
  });

  describe('distributions @T50', () => {
    const N = 5000;
    /** The largest distance between what was drawn and what the cdf says, as a share of what chance allows (1 in 1,000). */
    function distance(draw: (random: () => number) => number, cdf: (ms: number) => number): number {
      const random = seededRandom(2015);
      const drawn = Array.from({length: N}, () => draw(random)).sort((a, b) => a - b);
      const gaps = drawn.map((ms, n) => Math.max(Math.abs(cdf(ms) - n / N), Math.abs(cdf(ms) - (n + 1) / N)));
      return Math.max(...gaps) / (1.95 / Math.sqrt(N));
    }
    const uniform = (low: number, high: number) => (ms: number) => Math.min(1, Math.max(0, (ms - low) / (high - low)));
    const drawing =
      (jitter: Jitter, retry: number, previous = 0) =>
      (random: () => number) =>
        backoffMs({...exponential, jitter}, retry, false, previous, random);

    for (const [title, draw, expected] of [
      ['full is U(0, wait)', drawing('full', 3), uniform(0, 400)],
      ['full at the cap is U(0, cap)', drawing('full', 30), uniform(0, 1000)],
      ['equal is U(wait / 2, wait)', drawing('equal', 3), uniform(200, 400)],
      ['decorrelated begins with U(base, 3 base)', drawing('decorrelated', 1), uniform(100, 300)],
      ['and goes on with U(base, 3 previous)', drawing('decorrelated', 2, 250), uniform(100, 750)],
      ['cut at the cap', drawing('decorrelated', 9, 1000), (ms: number) => (ms >= 1000 ? 1 : uniform(100, 3000)(ms))],
    ] as const) {
      // The cap holds many draws at one value, where the distance means nothing.
      it(title, () => {
        if (title === 'cut at the cap') {
          const random = seededRandom(7);
          const drawn = Array.from({length: N}, () => draw(random));
          const below = drawn.filter(ms => ms < 1000);
          expect(below.length / N).to.be.closeTo(900 / 2900, 0.03);
          expect(Math.max(...drawn)).to.equal(1000);
        } else expect(distance(draw, expected)).to.be.lessThan(1);
      });
    }

    it('and the test would notice another distribution', () => {
      expect(distance(drawing('equal', 3), uniform(0, 400))).to.be.greaterThan(5);
      expect(distance(random => drawing('full', 3)(random) * 0.9, uniform(0, 400))).to.be.greaterThan(1);
    });
  });

  it('the same seed waits the same', () => {
    const seen = (seed: number) => {
      const random = seededRandom(seed);
      return [1, 2, 3].map(retry => backoffMs({...exponential, jitter: 'full'}, retry, false, 0, random));
    };
    expect(seen(1)).to.deep.equal(seen(1));
    expect(seen(1)).not.to.deep.equal(seen(2));
  });

  it('more chance never means less wait', () => {
    const jitter = fc.constantFrom<Jitter>('none', 'full', 'equal', 'decorrelated');
    const chance = fc.double({min: 0, max: 1, maxExcluded: true, noNaN: true});
    fc.assert(
      fc.property(
        jitter,
        fc.integer({min: 1, max: 60}),
        fc.nat(5000),
        chance,
        chance,
        (kind, retry, previous, a, b) => {
          const at = (random: number) =>
            backoffMs({...exponential, jitter: kind}, retry, false, previous, () => random);
          expect(at(Math.min(a, b))).to.be.at.most(at(Math.max(a, b)));
          expect(at(b)).to.be.within(0, 1000);
        },
      ),
      {seed: 50, numRuns: 300},
    );
  });
});
