import {expect} from 'chai';
import fc from 'fast-check';
import {AdaptiveLimit, type Load} from '../../src/guards/adaptive-limit.ts';
import {ConcurrencyLimit} from '../../src/guards/concurrency.ts';
import type {AdaptiveConcurrency} from '../../src/policy/types.ts';
import {seededRandom} from '../../src/testing.ts';

const policy = (settings: Partial<AdaptiveConcurrency> = {}): AdaptiveConcurrency => ({
  kind: 'adaptive',
  start: 10,
  min: 2,
  max: 100,
  decreaseRatio: 0.5,
  queue: 1000,
  ...settings,
});

const TIMEOUT_MS = 8000;

/** An origin whose attempts begin together, as many as there are places, and end together. */
class Rounds {
  readonly limit: AdaptiveLimit;
  now = 0;

  constructor(limit: AdaptiveLimit) {
    this.limit = limit;
  }

  /** @returns The limit after the round trip. */
  round(load: Load | ((index: number) => Load), ms = 10): number {
    const inFlight = this.limit.max;
    const startedAt = this.now + 1;
    this.now = startedAt + ms;
    for (let index = 0; index < inFlight; index++)
      this.limit.learn(typeof load === 'string' ? load : load(index), startedAt, inFlight, this.now, TIMEOUT_MS);
    return this.limit.max;
  }
}

describe('AdaptiveLimit', () => {
  it('doubles per round trip until the first decrease; then it grows by one, and twice as fast in each further one', () => {
    const server = new Rounds(new AdaptiveLimit(policy()));
    expect([1, 2, 3].map(() => server.round('fine'))).to.deep.equal([20, 40, 80]);
    expect(server.round(index => (index % 4 === 0 ? 'fine' : 'refused'), 5)).to.equal(40);
    expect([1, 2, 3, 4].map(() => server.round('fine') - 40)).to.deep.equal([1, 5, 12, 26]);
  });

  it('takes a decrease back where the origin was down', () => {
    const server = new Rounds(new AdaptiveLimit(policy()));
    const before = server.round('fine', 100);
    for (let refused = 0; refused < 5; refused++) expect(server.round('refused', 5)).to.be.below(before);
    server.now += 1000;
    expect(server.round('fine', 100)).to.be.at.least(before);
  });

  it('begins at its maximum where no start is stated', () => {
    const {start: _, ...without} = policy();
    expect(new AdaptiveLimit(without).max).to.equal(100);
  });

  it('falls to 4, or to its maximum if that is less, where no minimum is stated', () => {
    for (const [max, least] of [
      [2, 2],
      [4, 4],
      [100, 4],
    ] as const) {
      const {min: _, ...unbounded} = policy({start: max, max});
      const server = new Rounds(new AdaptiveLimit(unbounded));
      server.round('fine', 80);
      for (let round = 0; round < 100; round++) server.round('late', TIMEOUT_MS);
      expect(server.limit.max).to.equal(least);
    }
  });

  it('decreases once per round trip, for any number of refused attempts', () => {
    const server = new Rounds(new AdaptiveLimit(policy({start: 32, max: 64})));
    expect(server.round('fine')).to.equal(64);
    const before = server.now;
    expect(server.round('refused')).to.equal(32);
    // Began before the decrease, so they say nothing about the new limit.
    for (let late = 0; late < 30; late++) server.limit.learn('refused', before, 64, server.now + 5, TIMEOUT_MS);
    expect(server.limit.max).to.equal(32);
    expect(server.round('refused')).to.equal(16);
  });

  it('judges by no refusal that comes before the first answer', () => {
    const limit = new AdaptiveLimit(policy({start: 64}));
    const refuse = (from: number): void => {
      for (let at = from; at < from + 10; at++) limit.learn('refused', at, 60, at + 50, TIMEOUT_MS);
    };
    refuse(0);
    expect(limit.max).to.equal(64);
    for (let at = 20; at < 70; at++) limit.learn('fine', at, 60, at + 2000, TIMEOUT_MS);
    refuse(2100);
    expect(limit.max).to.be.below(64);
  });

  it('stays near what succeeds, where the rest is refused', () => {
    const server = new Rounds(new AdaptiveLimit(policy({start: 64, decreaseRatio: 0.9})));
    const refusing = (index: number): Load => (index < 12 ? 'fine' : 'refused');
    for (let round = 0; round < 40; round++) server.round(refusing, 100);
    const limits = Array.from({length: 100}, () => server.round(refusing, 100));
    expect(Math.min(...limits)).to.be.at.least(9);
    expect(Math.max(...limits)).to.be.at.most(20);
  });

  for (const share of [0.01, 0.05, 0.2, 0.5])
    it(`does not take refusals of ${100 * share} % for load, however many attempts are in flight`, () => {
      const server = new Rounds(new AdaptiveLimit(policy({start: 20, max: 1000, decreaseRatio: 0.9})));
      const random = seededRandom(3);
      for (let round = 0; round < 100; round++) server.round(() => (random() < share ? 'refused' : 'fine'), 80);
      const limits = Array.from({length: 400}, () =>
        server.round(() => (random() < share ? 'refused' : 'fine'), 80),
      ).sort((a, b) => a - b);
      expect(limits[200], 'median').to.be.above(200);
    });

  it('does not grow while most of its places are free', () => {
    const limit = new AdaptiveLimit(policy());
    for (let call = 0; call < 1000; call++) limit.learn('fine', call, 4, call + 1, TIMEOUT_MS);
    expect(limit.max).to.equal(10);
  });

  it('learns nothing from a failure that is not about load', () => {
    const limit = new AdaptiveLimit(policy());
    for (let call = 0; call < 100; call++) limit.learn('nothing', call, 10, call + 1, TIMEOUT_MS);
    expect(limit.max).to.equal(10);
  });

  it('does not exceed what is in flight while answers take four times as long as usual', () => {
    const server = new Rounds(new AdaptiveLimit(policy({start: 40, max: 400})));
    expect(server.round('fine', 80)).to.equal(80);
    const before = server.limit.max;
    server.round('fine', 2500);
    server.round('fine', 2500);
    expect(server.limit.max).to.be.at.most(before);
  });

  it('does not take for load that all answers are slow, or that one in two is', () => {
    for (const usualMs of [3000, 9000]) {
      const server = new Rounds(new AdaptiveLimit(policy({start: 10, max: 400})));
      for (let round = 0; round < 20; round++) server.round('fine', usualMs);
      expect(server.limit.max, `${usualMs} ms`).to.equal(400);
    }
    const limit = new AdaptiveLimit(policy({start: 100, max: 400, decreaseRatio: 0.9}));
    const random = seededRandom(5);
    // A hundred calls a second: 5 in flight answer in 100 ms, 150 in 3 s.
    for (let now = 0; now < 60_000; now += 10)
      limit.learn('fine', now - (random() < 0.5 ? 100 : 3000), 155, now, TIMEOUT_MS);
    expect(limit.max).to.be.above(100);
  });

  for (const load of ['late', 'left'] as const)
    it(`falls where nearly all attempts are ${load}, and not where every fifth is`, () => {
      const server = new Rounds(new AdaptiveLimit(policy({start: 40, decreaseRatio: 0.9})));
      server.round('fine', 80);
      const usual = server.limit.max;
      for (let round = 0; round < 20; round++) server.round(index => (index % 5 === 0 ? load : 'fine'), 100);
      for (let round = 0; round < 5; round++) server.round('fine', 80);
      expect(server.limit.max).to.be.at.least(usual);
      for (let round = 0; round < 30; round++) server.round(load, TIMEOUT_MS);
      expect(server.limit.max).to.be.below(usual / 4);
    });

  it('takes no timeout for load where answers usually take a quarter of it', () => {
    const server = new Rounds(new AdaptiveLimit(policy({start: 40})));
    server.round('fine', 3000);
    const usual = server.limit.max;
    for (let round = 0; round < 10; round++) server.round('late', TIMEOUT_MS);
    expect(server.limit.max).to.equal(usual);
  });

  it('starts within its bounds', () => {
    expect(new AdaptiveLimit(policy({start: 500})).max).to.equal(100);
    expect(new AdaptiveLimit(policy({start: 1})).max).to.equal(2);
  });

  it('stays within its bounds for any sequence of outcomes', () => {
    const load = fc.constantFrom<Load>('fine', 'refused', 'late', 'left', 'nothing');
    const step = fc.record({load, agoMs: fc.nat(20_000), inFlight: fc.nat(300)});
    fc.assert(
      fc.property(fc.array(step, {maxLength: 300}), fc.double({min: 0.1, max: 0.99, noNaN: true}), (steps, ratio) => {
        const limit = new AdaptiveLimit(policy({decreaseRatio: ratio}));
        steps.forEach(({load, agoMs, inFlight}, index) => {
          limit.learn(load, index - agoMs, inFlight, index, index % 3 === 0 ? Infinity : TIMEOUT_MS);
          expect(limit.max).to.be.within(2, 100);
          expect(Number.isInteger(limit.max)).to.equal(true);
          expect(limit.neededMs).to.be.within(0, 1e6);
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
    limit.learn('fine', 0, 10, TIMEOUT_MS);
    limit.exit();
    expect([admitted, limit.max, limit.inFlight]).to.deep.equal([[1, 2], 3, 3]);
  });

  it('admits no attempt until the attempts in flight are below a limit that fell', () => {
    const limit = new ConcurrencyLimit(policy({start: 4}));
    const admitted: number[] = [];
    for (let place = 0; place < 4; place++) limit.tryEnter();
    limit.wait({admitted: () => admitted.push(1)});
    limit.learn('fine', 0, 5, TIMEOUT_MS);
    for (let refused = 0; refused < 4; refused++) limit.learn('refused', 0, 10, TIMEOUT_MS);
    expect(limit.max).to.equal(2);
    limit.exit();
    limit.exit();
    expect(admitted).to.deep.equal([]);
    limit.exit();
    expect(admitted).to.deep.equal([1]);
  });
});
