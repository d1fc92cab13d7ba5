import {expect} from 'chai';
import fc from 'fast-check';
import {LearnedRate} from '../../src/guards/learned-rate.ts';

/** No rate is stated, or no limit is set before the server throttles. */
const NONE = Number.POSITIVE_INFINITY;

describe('LearnedRate', () => {
  it('lets ten go at once, and doubles each second until the first throttled answer', () => {
    const rate = new LearnedRate(NONE, 10);
    let now = 0;
    for (let count = 0; count < 10; count++) {
      expect(rate.waitMs(1, now)).to.equal(0);
      rate.take(now);
    }
    expect(rate.waitMs(1, now)).to.be.above(0);
    for (let count = 0; count < 10; count++) rate.admitted(0, true, now);
    expect(rate.perSecond).to.equal(20);
    now = 500;
    rate.throttled(0, now);
    expect(rate.perSecond).to.be.closeTo(16.4, 1e-9);
    rate.admitted(0, true, now);
    expect(rate.perSecond).to.be.within(16.4, 16.5);
  });

  it('is lowered once by attempts that were under way together', () => {
    const rate = new LearnedRate(NONE, 10);
    for (let count = 0; count < 10; count++) rate.take(0);
    rate.throttled(0, 50);
    const {perSecond} = rate;
    for (let count = 0; count < 9; count++) rate.throttled(0, 51);
    expect(rate.perSecond).to.equal(perSecond);
    rate.take(60);
    rate.throttled(60, 100);
    expect(rate.perSecond).to.be.below(perSecond!);
  });

  /** 40 a second, throttled at 2000 and held for a second. */
  function heldRate(): LearnedRate {
    const rate = new LearnedRate(NONE, 10);
    rate.take(0);
    for (let count = 0; count < 30; count++) rate.admitted(0, true, 100);
    for (let now = 1000; now < 2000; now += 25) {
      rate.take(now);
      rate.admitted(now, true, now);
    }
    rate.throttled(1999, 2000);
    rate.held(3000, true);
    return rate;
  }
  /** How many go in these 200 ms. */
  function takeAll(rate: LearnedRate, from: number): number {
    let taken = 0;
    for (let now = from; now < from + 200; now += 5)
      while (rate.waitMs(1, now) === 0) {
        rate.take(now);
        taken++;
      }
    return taken;
  }

  it('sends what a hold kept back at once, where the first attempts after it are admitted', () => {
    const rate = heldRate();
    expect(takeAll(rate, 3000)).to.be.at.least(rate.perSecond!);
  });

  it('stays where the first attempts after a hold are throttled: others had used the quota up', () => {
    const rate = heldRate();
    const {perSecond} = rate;
    for (const at of [3000, 4000, 5000]) {
      rate.take(at);
      rate.throttled(at, at + 50);
      rate.held(at + 1000, true);
      expect(rate.perSecond).to.equal(perSecond);
    }
    rate.take(6000);
    rate.admitted(6000, true, 6050);
    rate.throttled(6040, 6060);
    expect(rate.perSecond).to.be.below(perSecond!);
  });

  it('is lowered by each throttled answer where the server asks for no hold', () => {
    const rate = new LearnedRate(NONE, 10);
    for (const at of [0, 1000, 2000]) {
      const before = rate.perSecond!;
      rate.take(at);
      rate.throttled(at, at + 50);
      expect(rate.perSecond).to.be.below(before);
    }
  });

  it('probes after such a hold: the rest of a second’s share goes once an attempt is admitted', () => {
    const rate = heldRate();
    rate.take(3000);
    rate.throttled(3000, 3050);
    rate.held(4000, true);
    expect(takeAll(rate, 4000)).to.equal(2);
    rate.admitted(4000, true, 4200);
    expect(takeAll(rate, 4200)).to.be.at.least(rate.perSecond! - 3);
  });

  it('does not grow while no call waits for it', () => {
    const rate = new LearnedRate(NONE, 10);
    for (let count = 0; count < 1000; count++) rate.admitted(0, false, count);
    expect(rate.perSecond).to.equal(10);
  });

  it('is no limit above the rate that the policy states, and one below it after a throttled answer', () => {
    const rate = new LearnedRate(5, 10);
    expect(rate.perSecond).to.equal(undefined);
    rate.take(0);
    rate.throttled(0, 10);
    expect(rate.perSecond).to.be.below(5);
    for (let count = 0; count < 100; count++) rate.admitted(0, true, 10 + count);
    expect(rate.perSecond).to.equal(undefined);
  });

  it('stays a rate whatever comes, and never sends more in a second than its share', () => {
    const step = fc.record({
      afterMs: fc.integer({min: 0, max: 400}),
      what: fc.constantFrom('take' as const, 'admitted' as const, 'throttled' as const, 'held' as const),
    });
    fc.assert(
      fc.property(fc.array(step, {maxLength: 200}), steps => {
        const rate = new LearnedRate(NONE, 10);
        const taken: number[] = [];
        let now = 0;
        let highest = 10;
        for (const {afterMs, what} of steps) {
          now += afterMs;
          if (what === 'take' && rate.waitMs(1, now) === 0) {
            rate.take(now);
            taken.push(now);
          } else if (what === 'admitted') rate.admitted(0, true, now);
          else if (what === 'held') rate.held(now + 500, true);
          else if (what === 'throttled') rate.throttled(taken.at(-1) ?? 0, now);
          highest = Math.max(highest, rate.perSecond!);
          expect(rate.perSecond).to.be.within(1 / 60, 1e6);
          expect(rate.waitMs(1, now)).to.be.at.least(0).and.below(Number.POSITIVE_INFINITY);
          expect(taken.filter(at => at > now - 1000).length).to.be.at.most(Math.ceil(highest));
        }
      }),
    );
  });

  it('grows by a tenth for each admitted attempt below one a second, and does not fall below half of what a minute admitted', () => {
    const rate = new LearnedRate(NONE, 1);
    for (let count = 0; count < 30; count++) {
      rate.take(count * 1000);
      rate.admitted(count * 1000, false, count * 1000);
    }
    for (let at = 30_000; at < 40_000; at += 1000) {
      rate.take(at);
      rate.throttled(at, at + 1);
    }
    expect(rate.perSecond).to.equal(0.25);
    rate.admitted(41_000, true, 41_000);
    expect(rate.perSecond).to.be.closeTo(0.275, 1e-9);
  });

  it('falls to one a minute at the least', () => {
    const rate = new LearnedRate(NONE, 10);
    for (let at = 0; at < 100_000; at += 1000) {
      rate.take(at);
      rate.throttled(at, at + 1);
    }
    expect(rate.perSecond).to.equal(1 / 60);
  });
});

describe('LearnedRate without a limit at first', () => {
  /** Sends one attempt a millisecond, and answers it at once. */
  function send(rate: LearnedRate, from: number, answers: readonly ('admitted' | 'throttled')[]): void {
    for (const [offset, answer] of answers.entries()) {
      rate.take(from + offset);
      if (answer === 'admitted') rate.admitted(from + offset, false, from + offset);
      else rate.throttled(from + offset, from + offset);
    }
  }
  const many = (count: number, answer: 'admitted' | 'throttled') => Array.from({length: count}, () => answer);

  it('delays nothing', () => {
    const rate = new LearnedRate(NONE, NONE);
    send(rate, 0, many(10_000, 'admitted'));
    expect(rate.waitMs(1_000_000, 10_000)).to.equal(0);
    expect(rate.perSecond).to.equal(undefined);
  });

  it('tolerates one throttled attempt in ten, whatever the rate', () => {
    const rate = new LearnedRate(NONE, NONE);
    for (let round = 0; round < 1000; round++) send(rate, round * 10, [...many(9, 'admitted'), 'throttled']);
    expect(rate.perSecond).to.equal(undefined);
  });

  it('tolerates two of few attempts', () => {
    const rate = new LearnedRate(NONE, NONE);
    send(rate, 0, ['admitted', 'throttled', 'throttled']);
    expect(rate.perSecond).to.equal(undefined);
    send(rate, 3, ['throttled']);
    expect(rate.perSecond).to.be.above(0);
  });

  it('limits one attempt at a time, too, once none was admitted for 10 s', () => {
    const rate = new LearnedRate(NONE, NONE);
    send(rate, 0, ['admitted']);
    send(rate, 9000, ['throttled']);
    expect(rate.perSecond).to.equal(undefined);
    send(rate, 20_000, ['throttled']);
    expect(rate.perSecond).to.be.within(0.5, 1);
  });

  it('begins with the rate at which attempts were sent, not with what a second could hold', () => {
    const rate = new LearnedRate(NONE, NONE);
    send(rate, 0, [...many(60, 'admitted'), ...many(7, 'throttled')]);
    expect(rate.perSecond).to.be.within(400, 1000);
  });

  it('is a limit at once where the policy states one', () => {
    expect(new LearnedRate(5, NONE).perSecond).to.equal(undefined);
    const rate = new LearnedRate(5, NONE);
    rate.take(0);
    rate.throttled(0, 10);
    expect(rate.perSecond).to.be.below(5);
  });
});
