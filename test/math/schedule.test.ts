/** The waits: their bounds and means, against the client's own backoff. */

import {expect} from 'chai';
import {seededRandom} from '../../src/core/random.ts';
import {backoffMs} from '../../src/decide/backoff.ts';
import {longestMs, longestWaits, meanMs, plannedMs, shortestMs} from '../../src/math/schedule.ts';
import type {Backoff, Jitter} from '../../src/policy/types.ts';
import {isNear} from './simulated.ts';

const exponential = {kind: 'exponential', baseMs: 200, throttledBaseMs: 1000, factor: 2, capMs: 20_000} as const;
const tight = {kind: 'exponential', baseMs: 200, throttledBaseMs: 300, factor: 3, capMs: 900} as const;
const linear = {kind: 'linear', baseMs: 100, throttledBaseMs: 500, stepMs: 200, capMs: 600} as const;
const list = {kind: 'list', delaysMs: [200, 50, 5000], throttledBaseMs: 1000} as const;

const DRAWS = 60_000;

interface Waits {
  shortest: number;
  longest: number;
  mean: number;
}

/** The waits before each retry, over many calls. */
function drawn(backoff: Backoff, retries: number, throttled: boolean): Waits[] {
  const random = seededRandom(7);
  const waits = Array.from({length: retries}, (): Waits => ({shortest: Infinity, longest: 0, mean: 0}));
  for (let draw = 0; draw < DRAWS; draw++) {
    let previous = 0;
    for (let index = 0; index < retries; index++) {
      previous = backoffMs(backoff, index + 1, throttled, previous, random);
      const seen = waits[index]!;
      seen.shortest = Math.min(seen.shortest, previous);
      seen.longest = Math.max(seen.longest, previous);
      seen.mean += previous / DRAWS;
    }
  }
  return waits;
}

describe('the schedule', () => {
  for (const [name, plan] of [
    ['exponential', exponential],
    ['exponential at its cap', tight],
    ['linear', linear],
    ['list', list],
  ] as const) {
    for (const jitter of ['none', 'full', 'equal', 'decorrelated'] satisfies Jitter[]) {
      for (const throttled of [false, true]) {
        it(`${name}, ${jitter} jitter${throttled ? ', throttled' : ''}: 60,000 drawn waits agree`, () => {
          const backoff: Backoff = {...plan, jitter};
          const all = drawn(backoff, 4, throttled);
          expect(all).to.have.length(4);
          for (const [index, waits] of all.entries()) {
            const retry = index + 1;
            const [shortest, longest] = [shortestMs(backoff, retry, throttled), longestMs(backoff, retry, throttled)];
            expect(waits.shortest).to.be.within(shortest, shortest + (longest - shortest) * 0.02);
            expect(waits.longest).to.be.at.most(longest);
            expect(isNear(waits.mean, meanMs(backoff, retry, throttled)), `mean of retry ${retry}`).to.equal(true);
          }
        });
      }
    }
  }

  it('decorrelated means while the cap is far: low · (2 · 1.5^k − 1)', () => {
    const far: Backoff = {...exponential, capMs: 1e9, jitter: 'decorrelated'};
    for (const [index, expected] of [400, 700, 1150, 1825].entries()) {
      expect(isNear(meanMs(far, index + 1, false), expected)).to.equal(true);
    }
  });

  it('stays a number at retry 5,000', () => {
    for (const jitter of ['none', 'full', 'equal', 'decorrelated'] satisfies Jitter[]) {
      expect(longestMs({...exponential, jitter}, 5000, false)).to.equal(20_000);
      expect(plannedMs({...exponential, jitter}, 5000, false)).to.equal(20_000);
    }
  });

  it('the longest waits in a row', () => {
    expect(longestWaits({...exponential, jitter: 'full'}, 4, false)).to.deep.equal([200, 400, 800, 1600]);
    expect(longestWaits({...exponential, jitter: 'full'}, 3, true)).to.deep.equal([1000, 2000, 4000]);
    expect(longestWaits({...exponential, jitter: 'decorrelated'}, 3, false)).to.deep.equal([600, 1800, 5400]);
  });
});
