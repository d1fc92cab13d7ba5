import {expect} from 'chai';
import {seededRandom} from '../../../src/core/random.ts';
import {meanLatencyMs} from '../../../src/math/attempt-latency.ts';
import {latencyThrough} from '../../../src/plan/latency.ts';
import type {Latency} from '../../../src/simulate/scenario/types.ts';
import {drawOf} from '../../../src/simulate/service/latency.ts';

const DRAWS = 200_000;

function sorted(law: Latency): Float64Array {
  const draw = drawOf(law, seededRandom(7));
  return Float64Array.from({length: DRAWS}, draw).sort();
}

/** Quantiles from the closed form of each law. The tolerance is four standard errors of a quantile of so many draws, or more. */
const LAWS: readonly (readonly [Latency, readonly (readonly [quantile: number, ms: number])[]])[] = [
  [
    {kind: 'fixed', ms: 12},
    [
      [0.5, 12],
      [0.99, 12],
    ],
  ],
  [
    {kind: 'normal', meanMs: 100, sdMs: 10},
    [
      [0.5, 100],
      [0.8413, 110],
      [0.9772, 120],
    ],
  ],
  [
    {kind: 'lognormal', medianMs: 180, sigma: 0.5},
    [
      [0.5, 180],
      [0.95, 409.7],
      [0.99, 576],
    ],
  ],
  [
    {kind: 'exponential', meanMs: 50},
    [
      [0.5, 34.66],
      [0.95, 149.8],
    ],
  ],
  [
    {kind: 'pareto', minMs: 10, shape: 2},
    [
      [0.5, 14.14],
      [0.99, 100],
    ],
  ],
  [
    {
      kind: 'quantiles',
      points: [
        {quantile: 0, ms: 10},
        {quantile: 0.5, ms: 20},
        {quantile: 1, ms: 120},
      ],
    },
    [
      [0.25, 15],
      [0.5, 20],
      [0.75, 70],
    ],
  ],
  [
    {
      kind: 'cumulative',
      points: [
        {ms: 10, share: 0.5},
        {ms: 20, share: 0.75},
        {ms: 100, share: 1},
      ],
    },
    [
      [0.25, 5],
      [0.5, 10],
      [0.6, 14],
      [0.9, 68],
    ],
  ],
];

describe('drawOf', () => {
  for (const [law, quantiles] of LAWS)
    it(`draws from ${law.kind}`, () => {
      const draws = sorted(law);
      expect(quantiles).not.to.be.empty;
      for (const [quantile, ms] of quantiles)
        expect(draws[Math.floor(quantile * DRAWS)]! / ms, `quantile ${quantile}`).to.be.within(0.97, 1.03);
    });

  it('draws exactly two durations, and none between them, from cumulative shares with steps', () => {
    const points = [
      {ms: 1, share: 0},
      {ms: 1, share: 0.99},
      {ms: 1000, share: 0.99},
      {ms: 1000, share: 1},
    ];
    const draws = sorted({kind: 'cumulative', points});
    expect(new Set(draws)).to.deep.equal(new Set([1, 1000]));
    const slow = draws.filter(ms => ms === 1000).length / DRAWS;
    expect(slow).to.be.closeTo(0.01, 4 * Math.sqrt((0.01 * 0.99) / DRAWS));
  });

  it('draws no negative duration from a wide normal law', () => {
    expect(sorted({kind: 'normal', meanMs: 1, sdMs: 10})[0]).to.be.at.least(0);
  });

  it('takes the first and the last duration beyond the steps of two kinds of requests', () => {
    const points = [
      {quantile: 0.9, ms: 5},
      {quantile: 0.9001, ms: 900},
    ];
    const at = (share: number): number => drawOf({kind: 'quantiles', points}, () => share)();
    expect([at(0), at(0.5), at(0.95), at(0.999999)]).to.deep.equal([5, 5, 900, 900]);
  });

  it('takes one duration, equal ones, and 0', () => {
    const at = (points: readonly {quantile: number; ms: number}[]): number[] =>
      [0, 0.3, 0.5, 0.99].map(share => drawOf({kind: 'quantiles', points}, () => share)());
    expect(at([{quantile: 0.5, ms: 7}])).to.deep.equal([7, 7, 7, 7]);
    expect(
      at([
        {quantile: 0.5, ms: 7},
        {quantile: 0.9, ms: 7},
      ]).map(ms => Number(ms.toFixed(9))),
    ).to.deep.equal([7, 7, 7, 7]);
    expect(
      at([
        {quantile: 0, ms: 0},
        {quantile: 0.5, ms: 0},
        {quantile: 1, ms: 9},
      ]).slice(0, 3),
    ).to.deep.equal([0, 0, 0]);
  });

  it('draws by the curve of `plan`, for any three quantiles: below P50 and beyond P99, too', () => {
    const random = seededRandom(32);
    for (let round = 0; round < 50; round++) {
      const p50 = 1000 * random() + 1;
      const p95 = p50 * (1.1 + 4 * random());
      const p99 = p95 * (1.1 + 4 * random());
      const points = [
        {quantile: 0.5, ms: p50},
        {quantile: 0.95, ms: p95},
        {quantile: 0.99, ms: p99},
      ];
      const cdf = latencyThrough(points.map(({quantile, ms}) => ({share: quantile, ms})));
      for (const share of [0.001, 0.1, 0.3, 0.5, 0.7, 0.95, 0.97, 0.99, 0.995, 0.9999])
        expect(cdf(drawOf({kind: 'quantiles', points}, () => share)())).to.be.closeTo(share, 1e-6);
    }
  });

  it('has the mean of the law through 180, 410 and 576 ms', () => {
    const points = [
      {quantile: 0.5, ms: 180},
      {quantile: 0.95, ms: 410},
      {quantile: 0.99, ms: 576},
    ];
    const draws = sorted({kind: 'quantiles', points});
    expect(draws.reduce((sum, ms) => sum + ms, 0) / DRAWS).to.be.closeTo(204, 1);
    expect(meanLatencyMs({p50: 180, p95: 410, p99: 576}, Number.POSITIVE_INFINITY)).to.be.closeTo(204, 1);
  });
});
