import {expect} from 'chai';
import {HedgeLoad} from '../../src/guards/hedge-load.ts';

const learned = (quantile: number, latencies: Iterable<number>): HedgeLoad => {
  const load = new HedgeLoad({quantile, maxLoadRatio: 0.05});
  for (const ms of latencies) load.observe(ms);
  return load;
};
const upTo = (count: number): number[] => Array.from({length: count}, (_, n) => n + 1);

describe('HedgeLoad', () => {
  describe('when to hedge', () => {
    it('a fixed delay is known from the start, 0 too', () => {
      for (const delayMs of [0, 150]) expect(new HedgeLoad({delayMs, maxLoadRatio: 1}).delayMs()).to.equal(delayMs);
    });

    it('neither a delay nor a quantile: never', () => {
      const load = new HedgeLoad({maxLoadRatio: 1});
      for (const ms of upTo(50)) load.observe(ms);
      expect(load.delayMs()).to.equal(undefined);
    });

    it('a quantile needs 20 samples', () => {
      const load = learned(0.5, upTo(19));
      expect(load.delayMs()).to.equal(undefined);
      load.observe(20);
      expect(load.delayMs()).to.equal(12);
    });

    // The next of n + 1 attempts exceeds the kth of n with a probability of 1 − k / (n + 1).
    for (const [quantile, count, ms] of [
      [0.5, 100, 51],
      [0.9, 100, 91],
      [0.95, 100, 96],
      [0.99, 100, 100],
      [0.999, 100, 100],
      [0.001, 100, 1],
      [0.95, 20, 20],
      [0.99, 20, 20],
      [0.75, 99, 75],
    ] as const)
      it(`quantile ${quantile} of 1 to ${count} ms hedges 1 ms after ${ms} ms, in whatever order they came`, () => {
        expect(learned(quantile, upTo(count)).delayMs()).to.equal(ms + 1);
        expect(learned(quantile, upTo(count).reverse()).delayMs()).to.equal(ms + 1);
      });

    it('compares numbers, not texts', () => {
      expect(learned(0.5, [...Array<number>(15).fill(9), ...Array<number>(15).fill(1000)]).delayMs()).to.equal(1001);
    });

    it('only the last 100 count, and a new one changes the delay', () => {
      const load = learned(0.5, [...Array<number>(100).fill(5000), ...Array<number>(51).fill(10)]);
      expect(load.delayMs()).to.equal(11);
      for (let n = 0; n < 49; n++) load.observe(5000);
      expect(load.delayMs(), '51 to 49').to.equal(11);
      load.observe(5000);
      expect(load.delayMs()).to.equal(5001);
    });

    it('never sooner than 1 ms', () => expect(learned(0.5, Array<number>(20).fill(0)).delayMs()).to.equal(1));
  });

  describe('how many', () => {
    const hedges = (load: HedgeLoad, now: number): number => {
      for (let granted = 0; granted < 1000; granted++) if (!load.tryHedge(now)) return granted;
      throw new Error('There is no end of hedges.');
    };
    for (const [calls, maxLoadRatio, granted] of [
      [0, 0.05, 0],
      [19, 0.05, 0],
      [20, 0.05, 1],
      [100, 0.05, 5],
      [30, 0.1, 3],
      [100, 0, 0],
      [10, 1, 10],
    ] as const)
      it(`${calls} calls at ${maxLoadRatio}: ${granted}`, () => {
        const load = new HedgeLoad({delayMs: 1, maxLoadRatio});
        for (let n = 0; n < calls; n++) load.callStarted(0);
        expect(hedges(load, 0)).to.equal(granted);
      });

    it('one endpoint that gets few calls may hedge those of all endpoints', () => {
      const [slow, fast] = [1, 2].map(() => new HedgeLoad({delayMs: 1, maxLoadRatio: 0.05})) as [HedgeLoad, HedgeLoad];
      slow.callStarted(0);
      for (let n = 0; n < 39; n++) fast.callStarted(0);
      expect(slow.tryHedge(0), 'alone').to.equal(false);
      expect([slow.tryHedge(0, [fast]), fast.tryHedge(0, [slow]), slow.tryHedge(0, [fast])]).to.deep.equal([
        true,
        true,
        false,
      ]);
    });

    it('calls and hedges of more than 10 s ago are forgotten', () => {
      const load = new HedgeLoad({delayMs: 1, maxLoadRatio: 0.1});
      for (let n = 0; n < 10; n++) load.callStarted(0);
      expect(hedges(load, 9999)).to.equal(1);
      expect(hedges(load, 10_000)).to.equal(0);
      for (let n = 0; n < 10; n++) load.callStarted(30_000);
      expect(hedges(load, 30_000)).to.equal(1);
    });

    it('old calls allow none, even without a query since', () => {
      const load = new HedgeLoad({delayMs: 1, maxLoadRatio: 0.1});
      for (let n = 0; n < 10; n++) load.callStarted(0);
      expect(hedges(load, 60_000)).to.equal(0);
    });
  });
});
