import {expect} from 'chai';
import {seededRandom} from '../../../src/core/random.ts';
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
];

describe('drawOf', () => {
  for (const [law, quantiles] of LAWS)
    it(`draws from ${law.kind}`, () => {
      const draws = sorted(law);
      expect(quantiles).not.to.be.empty;
      for (const [quantile, ms] of quantiles)
        expect(draws[Math.floor(quantile * DRAWS)]! / ms, `quantile ${quantile}`).to.be.within(0.97, 1.03);
    });

  it('draws no negative duration from a wide normal law', () => {
    expect(sorted({kind: 'normal', meanMs: 1, sdMs: 10})[0]).to.be.at.least(0);
  });

  it('takes the first and the last quantile beyond them', () => {
    const points = [
      {quantile: 0.4, ms: 5},
      {quantile: 0.6, ms: 9},
    ];
    const at = (share: number): number => drawOf({kind: 'quantiles', points}, () => share)();
    expect([at(0), at(0.5), at(0.99)]).to.deep.equal([5, 7, 9]);
  });
});
