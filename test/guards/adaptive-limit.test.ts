import {expect} from 'chai';
import fc from 'fast-check';
import {AdaptiveLimit, type Load} from '../../src/guards/adaptive-limit.ts';
import {ConcurrencyLimit} from '../../src/guards/concurrency.ts';
import type {AdaptiveConcurrency} from '../../src/policy/types.ts';

const policy = (settings: Partial<AdaptiveConcurrency> = {}): AdaptiveConcurrency => ({
  kind: 'adaptive',
  start: 10,
  min: 2,
  max: 100,
  decreaseRatio: 0.5,
  queue: 1000,
  ...settings,
});

/** One round trip: as many attempts as there are places begin together, and end so. */
function roundTrip(limit: AdaptiveLimit, load: Load, startedAt: number): number {
  const {max} = limit;
  for (let ended = 0; ended < max; ended++) limit.learn(load, startedAt, max, startedAt + 10);
  return limit.max;
}

describe('AdaptiveLimit', () => {
  it('doubles per round trip until the first decrease, and grows by about one afterwards', () => {
    const limit = new AdaptiveLimit(policy());
    expect([1, 2, 3].map(round => roundTrip(limit, 'fine', round * 20))).to.deep.equal([20, 40, 80]);
    expect(roundTrip(limit, 'too-much', 100)).to.equal(40);
    const before = limit.max;
    roundTrip(limit, 'fine', 120);
    roundTrip(limit, 'fine', 140);
    roundTrip(limit, 'fine', 160);
    expect(limit.max - before).to.be.within(2, 3);
  });

  it('falls to 4, or to its maximum if that is less, where no minimum is stated', () => {
    for (const [max, least] of [
      [2, 2],
      [4, 4],
      [100, 4],
    ] as const) {
      const {min: _, ...unbounded} = policy({start: max, max});
      const limit = new AdaptiveLimit(unbounded);
      for (let round = 1; round <= 10; round++) roundTrip(limit, 'too-much', round * 20);
      expect(limit.max).to.equal(least);
    }
  });

  it('decreases once per round trip, for any number of refused attempts', () => {
    const limit = new AdaptiveLimit(policy({start: 64}));
    expect(roundTrip(limit, 'too-much', 0)).to.equal(32);
    // Began before the decrease at 10, so they say nothing about the new limit.
    limit.learn('too-much', 5, 64, 30);
    expect(limit.max).to.equal(32);
    limit.learn('too-much', 11, 32, 40);
    expect(limit.max).to.equal(16);
  });

  it('does not grow while most of its places are free', () => {
    const limit = new AdaptiveLimit(policy());
    for (let call = 0; call < 1000; call++) limit.learn('fine', call, 4, call + 1);
    expect(limit.max).to.equal(10);
  });

  it('learns nothing from a failure that is not about load', () => {
    const limit = new AdaptiveLimit(policy());
    for (let call = 0; call < 100; call++) limit.learn('nothing', call, 10, call + 1);
    expect(limit.max).to.equal(10);
  });

  it('starts within its bounds', () => {
    expect(new AdaptiveLimit(policy({start: 500})).max).to.equal(100);
    expect(new AdaptiveLimit(policy({start: 1})).max).to.equal(2);
  });

  it('stays within its bounds for any sequence of outcomes', () => {
    const load = fc.constantFrom<Load>('fine', 'too-much', 'nothing');
    const step = fc.record({load, agoMs: fc.nat(1000), inFlight: fc.nat(300)});
    fc.assert(
      fc.property(fc.array(step, {maxLength: 300}), fc.double({min: 0.1, max: 0.99, noNaN: true}), (steps, ratio) => {
        const limit = new AdaptiveLimit(policy({decreaseRatio: ratio}));
        steps.forEach(({load, agoMs, inFlight}, now) => {
          limit.learn(load, now - agoMs, inFlight, now);
          expect(limit.max).to.be.within(2, 100);
          expect(Number.isInteger(limit.max)).to.equal(true);
        });
      }),
    );
  });
});

describe('ConcurrencyLimit with an adaptive number of places', () => {
  it('admits more than one of the queue when the limit grows', () => {
    const limit = new ConcurrencyLimit(policy({start: 2}));
    const admitted: number[] = [];
    limit.tryEnter();
    limit.tryEnter();
    for (const id of [1, 2, 3]) limit.wait({admitted: () => admitted.push(id)});
    limit.learn('fine', 0, 10);
    limit.exit();
    expect([admitted, limit.max, limit.inFlight]).to.deep.equal([[1, 2], 3, 3]);
  });

  it('admits no attempt until the attempts in flight are below a limit that fell', () => {
    const limit = new ConcurrencyLimit(policy({start: 4}));
    const admitted: number[] = [];
    for (let place = 0; place < 4; place++) limit.tryEnter();
    limit.wait({admitted: () => admitted.push(1)});
    limit.learn('too-much', 0, 10);
    expect(limit.max).to.equal(2);
    limit.exit();
    limit.exit();
    expect(admitted).to.deep.equal([]);
    limit.exit();
    expect(admitted).to.deep.equal([1]);
  });
});
