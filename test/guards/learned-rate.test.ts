import {expect} from 'chai';
import fc from 'fast-check';
import {LearnedRate} from '../../src/guards/learned-rate.ts';

describe('LearnedRate', () => {
  it('lets ten go at once, and doubles each second until the first throttled answer', () => {
    const rate = new LearnedRate();
    let now = 0;
    for (let count = 0; count < 10; count++) {
      expect(rate.waitMs(1, now)).to.equal(0);
      rate.take(now);
    }
    expect(rate.waitMs(1, now)).to.be.above(0);
    for (let count = 0; count < 10; count++) rate.admitted(true, now);
    expect(rate.perSecond).to.equal(20);
    now = 500;
    rate.throttled(0, now);
    expect(rate.perSecond).to.equal(17);
    rate.admitted(true, now);
    expect(rate.perSecond).to.be.within(17, 17.1);
  });

  it('is lowered once by attempts that were under way together', () => {
    const rate = new LearnedRate();
    for (let count = 0; count < 10; count++) rate.take(0);
    rate.throttled(0, 50);
    const {perSecond} = rate;
    for (let count = 0; count < 9; count++) rate.throttled(0, 51);
    expect(rate.perSecond).to.equal(perSecond);
    rate.take(60);
    rate.throttled(60, 100);
    expect(rate.perSecond).to.be.below(perSecond!);
  });

  it('does not grow while no call waits for it', () => {
    const rate = new LearnedRate();
    for (let count = 0; count < 1000; count++) rate.admitted(false, count);
    expect(rate.perSecond).to.equal(10);
  });

  it('is no limit above the rate that the policy states, and one below it after a throttled answer', () => {
    const rate = new LearnedRate(5);
    expect(rate.perSecond).to.equal(undefined);
    rate.take(0);
    rate.throttled(0, 10);
    expect(rate.perSecond).to.be.below(5);
    for (let count = 0; count < 100; count++) rate.admitted(true, 10 + count);
    expect(rate.perSecond).to.equal(undefined);
  });

  it('stays a rate whatever comes, and never sends more in a second than its share', () => {
    const step = fc.record({
      afterMs: fc.integer({min: 0, max: 400}),
      what: fc.constantFrom('take' as const, 'admitted' as const, 'throttled' as const),
    });
    fc.assert(
      fc.property(fc.array(step, {maxLength: 200}), steps => {
        const rate = new LearnedRate();
        const taken: number[] = [];
        let now = 0;
        let highest = 10;
        for (const {afterMs, what} of steps) {
          now += afterMs;
          if (what === 'take' && rate.waitMs(1, now) === 0) {
            rate.take(now);
            taken.push(now);
          } else if (what === 'admitted') rate.admitted(true, now);
          else if (what === 'throttled') rate.throttled(taken.at(-1) ?? 0, now);
          highest = Math.max(highest, rate.perSecond!);
          expect(rate.perSecond).to.be.within(1 / 3600, 1e6);
          expect(rate.waitMs(1, now)).to.be.at.least(0).and.below(Number.POSITIVE_INFINITY);
          expect(taken.filter(at => at > now - 1000).length).to.be.at.most(Math.ceil(highest));
        }
      }),
    );
  });
});
