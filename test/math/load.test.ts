/** Success, amplification and budgets, against calls that fail by chance and the client's own budgets. */

import {expect} from 'chai';
import {type Random, seededRandom} from '../../src/core/random.ts';
import {type Budget as Guard, REFUSED} from '../../src/guards/budget.ts';
import {RatioBudget} from '../../src/guards/ratio-budget.ts';
import {TokenBucket} from '../../src/guards/token-bucket.ts';
import {meanAmplification, worstAmplification} from '../../src/math/amplification.ts';
import {demandOf, grantedShare, retriesPerCall} from '../../src/math/budget.ts';
import {correlatedAttempts, correlatedSuccess, meanAttempts, successRatio} from '../../src/math/success.ts';
import type {Budget} from '../../src/policy/types.ts';
import {isNear, mean} from './simulated.ts';

/** Attempts until one succeeds: how many, and whether it did. */
function tries(attempts: number, failureRatio: number, random: Random): {count: number; ok: boolean} {
  for (let count = 1; ; count++) {
    if (random() >= failureRatio) return {count, ok: true};
    if (count === attempts) return {count, ok: false};
  }
}

describe('success', () => {
  for (const [attempts, failureRatio] of [
    [4, 0.1],
    [4, 0.5],
    [3, 0.9],
    [1, 0.3],
  ] as const) {
    it(`${attempts} independent attempts that fail with ${failureRatio}: 100,000 calls agree`, () => {
      const random = seededRandom(3);
      const calls = Array.from({length: 100_000}, () => tries(attempts, failureRatio, random));
      expect(isNear(successRatio(attempts, failureRatio), mean(calls.map(({ok}) => Number(ok))))).to.equal(true);
      expect(isNear(meanAttempts(attempts, failureRatio), mean(calls.map(({count}) => count)))).to.equal(true);
    });
  }

  it('attempts that fail together, Beta(0.3, 2.7): 200,000 calls agree', () => {
    const random = seededRandom(5);
    const calls = Array.from({length: 200_000}, () => tries(4, beta(random, 0.3, 2.7), random));
    const failed = mean(calls.map(({ok}) => Number(!ok)));
    expect(1 - correlatedSuccess(4, 0.1, 0.25)).to.be.closeTo(0.00822, 0.00001);
    expect(Math.abs(1 - correlatedSuccess(4, 0.1, 0.25) - failed)).to.be.below(0.0006);
    expect(isNear(correlatedAttempts(4, 0.1, 0.25), mean(calls.map(({count}) => count)))).to.equal(true);
  });

  it('without correlation it is the formula for independent attempts', () => {
    expect(correlatedSuccess(4, 0.1, 1e-9)).to.be.closeTo(successRatio(4, 0.1), 1e-6);
    expect(correlatedAttempts(4, 0.1, 1e-9)).to.be.closeTo(meanAttempts(4, 0.1), 1e-6);
  });

  it('where everything fails every attempt is made', () => {
    expect(meanAttempts(3, 1)).to.equal(3);
    expect(successRatio(3, 1)).to.equal(0);
    expect(correlatedAttempts(3, 1, 0.25)).to.equal(3);
  });
});

/** By gammas with a shape below 1 too. @see J. Ahrens, U. Dieter (1974) */
function beta(random: Random, a: number, b: number): number {
  const [x, y] = [gamma(random, a), gamma(random, b)];
  return x / (x + y);
}

/** @see G. Marsaglia, W. Tsang (2000) */
function gamma(random: Random, shape: number): number {
  if (shape < 1) return gamma(random, shape + 1) * (1 - random()) ** (1 / shape);
  const d = shape - 1 / 3;
  for (;;) {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const v = (1 + normal / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - random()) < normal ** 2 / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}

describe('amplification', () => {
  it('is 64 for three layers of four, 243 for five of three, and 27 for three of three', () => {
    expect(worstAmplification([4, 4, 4])).to.equal(64);
    expect(worstAmplification([3, 3, 3, 3, 3])).to.equal(243);
    expect(meanAmplification([3, 3, 3], 1)).to.equal(27);
  });

  for (const [failureRatio, expected] of [
    [0.1, 1.111],
    [0.5, 2],
    [0.9, 9.42],
  ] as const) {
    it(`three layers of three at ${failureRatio}: 20,000 calls agree`, () => {
      const random = seededRandom(11);
      let requests = 0;
      const layer = (depth: number): boolean => {
        if (depth === 0) {
          requests++;
          return random() >= failureRatio;
        }
        return layer(depth - 1) || layer(depth - 1) || layer(depth - 1);
      };
      for (let call = 0; call < 20_000; call++) layer(3);
      expect(meanAmplification([3, 3, 3], failureRatio)).to.be.closeTo(expected, expected * 0.001);
      expect(isNear(meanAmplification([3, 3, 3], failureRatio), requests / 20_000)).to.equal(true);
    });
  }
});

describe('a budget in balance', () => {
  const bucket = {kind: 'token-bucket', capacity: 100, retryCost: 14, throttledCost: 5, refillPerMinute: 14} as const;
  const share = {kind: 'ratio', ratio: 0.1, windowMs: 10_000, minPerSecond: 0} as const;
  const RPS = 20;

  for (const [name, budget, failureRatio] of [
    ['a token bucket at a half', bucket, 0.5],
    ['a token bucket before it binds', bucket, 0.2],
    ['a token bucket in a full outage', {...bucket, refillPerMinute: 600}, 1],
    ['a ratio at a half', share, 0.5],
    ['a ratio with a minimum', {...share, minPerSecond: 4}, 0.9],
  ] satisfies [string, Budget, number][]) {
    it(`${name}: the client's own budget agrees over 60,000 calls`, () => {
      const demand = demandOf(3, failureRatio, RPS);
      const random = seededRandom(13);
      const guard: Guard = budget.kind === 'ratio' ? new RatioBudget(budget) : new TokenBucket(budget);
      let retries = 0;
      const calls = 60_000;
      for (let call = 0; call < calls; call++) {
        const now = (call * 1000) / RPS;
        guard.callStarted(now);
        if (random() >= failureRatio) {
          guard.firstTrySucceeded(now);
          continue;
        }
        for (let retry = 1; retry < 3; retry++) {
          const receipt = guard.withdraw(false, now);
          if (receipt === REFUSED) break;
          retries++;
          if (random() < failureRatio) continue;
          guard.retrySucceeded(receipt, now);
          break;
        }
      }
      const predicted = 1 + retriesPerCall(demand, grantedShare(budget, demand));
      expect(isNear(predicted, 1 + retries / calls), `${predicted}, ${1 + retries / calls}`).to.equal(true);
    });
  }

  it('binds a token bucket of 14 at 21.5 %, and one of 5 at 32.1 %', () => {
    const binds = (retryCost: number, failureRatio: number): boolean =>
      grantedShare({...bucket, retryCost, capacity: 1e6, refillPerMinute: 0}, demandOf(3, failureRatio, undefined)) < 1;
    expect([binds(14, 0.214), binds(14, 0.217), binds(5, 0.32), binds(5, 0.323)]).to.deep.equal([
      false,
      true,
      false,
      true,
    ]);
  });

  it('nothing is granted by a bucket that holds less than a retry costs', () => {
    expect(grantedShare({...bucket, capacity: 10}, demandOf(3, 0.1, 5))).to.be.below(1e-9);
  });
});
