/** The latency of a successful attempt, however it is given. */

import {expect} from 'chai';
import {seededRandom} from '../../src/core/random.ts';
import {PlanInputError} from '../../src/plan/input-error.ts';
import {latencyThrough, lognormalLatency, measuredLatency, statedQuantiles, tabulated} from '../../src/plan/latency.ts';

describe('a latency model', () => {
  const lognormal = lognormalLatency(180, 0.5);

  it('passes through any quantiles, in any order', () => {
    const cdf = latencyThrough([
      {share: 0.999, ms: 900},
      {share: 0.5, ms: 180},
      {share: 0.9, ms: 350},
    ]);
    for (const [ms, share] of [
      [180, 0.5],
      [350, 0.9],
      [900, 0.999],
    ] as const)
      expect(cdf(ms)).to.be.closeTo(share, 1e-6);
  });

  it('of two quantiles of a lognormal distribution is that distribution', () => {
    const {p50, p95, p99} = statedQuantiles(lognormal);
    expect([p50, p95, p99]).to.deep.equal([180, 409.7, 576]);
    const cdf = latencyThrough([
      {share: 0.5, ms: 180},
      {share: 0.95, ms: 409.7},
    ]);
    for (const ms of [60, 120, 300, 800]) expect(cdf(ms)).to.be.closeTo(lognormal(ms), 1e-4);
  });

  it('of 20,000 measured values is their distribution, to one part in a hundred', () => {
    const random = seededRandom(8);
    const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const values = Array.from({length: 20_000}, () => 180 * Math.exp(0.5 * normal()));
    const cdf = measuredLatency(values);
    for (const ms of [80, 130, 180, 250, 400, 600, 800]) expect(cdf(ms)).to.be.closeTo(lognormal(ms), 0.01);
  });

  it('of equal values, with a few others, keeps its quantiles', () => {
    const values = [...Array.from({length: 90}, () => 0), ...Array.from({length: 10}, (_, index) => 100 + index)];
    const cdf = measuredLatency(values);
    expect(cdf(0.001)).to.be.closeTo(0.9, 0.001);
    expect(cdf(120)).to.be.above(0.94);
  });

  it('of 5,000 fast and slow values keeps them apart', () => {
    const random = seededRandom(8);
    const values = Array.from({length: 5000}, (_, index) => (index % 20 < 11 ? 5 + random() : 800 + 50 * random()));
    const cdf = measuredLatency(values);
    for (const ms of [6, 7, 100, 799]) expect(cdf(ms)).to.equal(0.55);
    expect(cdf(825)).to.be.closeTo(0.775, 0.02);
    expect(cdf(900)).to.be.above(0.999);
  });

  it('of a step with few slow values does not take the slowest for faster than they are', () => {
    const cdf = measuredLatency(Array.from({length: 100}, (_, index) => (index < 94 ? 6 : 800 + 10 * index)));
    expect(cdf(1750)).to.equal(0.96);
    expect(cdf(2000)).to.equal(1);
  });

  it('of equal values is a step, and its stated quantiles increase all the same', () => {
    const cdf = measuredLatency(Array.from({length: 50}, () => 180));
    expect([cdf(179), cdf(180)]).to.deep.equal([0, 1]);
    expect(statedQuantiles(cdf)).to.deep.equal({p50: 180, p95: 180.1, p99: 180.2});
  });

  it('needs two quantiles that increase, or 20 values', () => {
    const wrong: [() => unknown, RegExp][] = [
      [() => latencyThrough([{share: 0.5, ms: 10}]), /two quantiles or more that increase, got p50 10 ms/],
      [
        () =>
          latencyThrough([
            {share: 0.5, ms: 10},
            {share: 0.95, ms: 10},
          ]),
        /that increase, got p50 10 ms, p95 10 ms/,
      ],
      [() => measuredLatency([1, 2, 3]), /at least 20 measured attempts that succeeded, got 3/],
    ];
    for (const [make, message] of wrong) expect(make).to.throw(PlanInputError, message);
  });

  it('is the same from a table', () => {
    const table = tabulated(lognormal);
    for (const ms of [-1, 0, 0.3, 55.55, 180, 799.9, 2300, 1e9, Number.POSITIVE_INFINITY])
      expect(table(ms)).to.be.closeTo(lognormal(ms), 1e-6);
  });

  it('keeps hits of a cache and slow misses apart in a table', () => {
    const latency = measuredLatency(Array.from({length: 1000}, (_, at) => (at % 10 < 7 ? 0.5 : 60_000)));
    const table = tabulated(latency);
    for (const [ms, share] of [
      [0.49, 0],
      [0.51, 0.7],
      [59_000, 0.7],
      [61_000, 1],
    ] as const)
      expect(table(ms)).to.equal(share);
  });
});
