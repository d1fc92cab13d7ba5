/** The intervals give the published numbers, and hold what they promise. */
import {expect} from 'chai';
import fc from 'fast-check';
import {seededRandom} from '../../src/core/random.ts';
import {newcombePaired, type PairCounts, quantileRanks, wilson} from '../../src/measure/confidence.ts';

const digits = (value: number): number => Number(value.toFixed(4));

describe('wilson', () => {
  // Newcombe (1998), Two-sided confidence intervals for the single proportion, Statistics in Medicine 17:857–872, table I.
  for (const [succeeded, total, low, high] of [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ] as const)
    it(`gives the published interval of ${succeeded} of ${total}`, () => {
      const interval = wilson(succeeded, total);
      expect([digits(interval.low), digits(interval.high)]).to.deep.equal([low, high]);
    });

  it('mirrors its bounds when successes and failures change places', () => {
    fc.assert(
      fc.property(fc.integer({min: 1, max: 1000}), fc.double({min: 0, max: 1, noNaN: true}), (total, share) => {
        const succeeded = Math.round(total * share);
        const [interval, mirrored] = [wilson(succeeded, total), wilson(total - succeeded, total)];
        expect(interval.low).to.be.closeTo(1 - mirrored.high, 1e-12);
        expect(interval.low)
          .to.be.at.least(0)
          .and.at.most(succeeded / total);
      }),
    );
  });
});

describe('newcombePaired', () => {
  const interval = (bothSucceeded: number, onlySecond: number, onlyFirst: number, bothFailed: number): number[] => {
    const {low, high} = newcombePaired({bothSucceeded, onlySecond, onlyFirst, bothFailed});
    return [digits(low), digits(high)];
  };

  it('gives the interval of Altman et al. (2000), Statistics with Confidence, table 6.2', () => {
    const [low, high] = interval(14, 5, 0, 22);
    expect(low).to.be.closeTo(0.011, 0.0005);
    expect(high).to.be.closeTo(0.226, 0.0005);
  });

  it('gives the intervals of Fagerland et al. (2017), Statistical Analysis of Contingency Tables, chapter 8', () => {
    expect(interval(59, 6, 16, 80), 'Cavo et al. 2012').to.deep.equal([-0.1186, -0.0046]);
    expect(interval(1, 1, 7, 12), 'Bentur et al. 2009').to.deep.equal([-0.5069, -0.0256]);
  });

  it('is the interval for independent samples where the outcomes of pairs do not correlate', () => {
    // 56 of 70 and 42 of 70, the counts of the pairs as they are expected by chance.
    const [first, second] = [wilson(42, 70), wilson(56, 70)];
    const {low, high} = newcombePaired({bothSucceeded: 34, onlySecond: 22, onlyFirst: 8, bothFailed: 6});
    expect(low).to.be.closeTo(0.2 - Math.hypot(0.8 - second.low, first.high - 0.6), 1e-12);
    expect(high).to.be.closeTo(0.2 + Math.hypot(second.high - 0.8, 0.6 - first.low), 1e-12);
  });

  const anyCounts: fc.Arbitrary<PairCounts> = fc
    .record({
      bothSucceeded: fc.nat(200),
      onlyFirst: fc.nat(200),
      onlySecond: fc.nat(200),
      bothFailed: fc.nat(200),
    })
    .filter(counts => Object.values(counts).some(count => count > 0));

  it('holds the difference, lies between -1 and 1, and changes its sign with the sides', () => {
    fc.assert(
      fc.property(anyCounts, counts => {
        const {bothSucceeded, onlyFirst, onlySecond, bothFailed} = counts;
        const total = bothSucceeded + onlyFirst + onlySecond + bothFailed;
        const difference = (onlySecond - onlyFirst) / total;
        const {low, high} = newcombePaired(counts);
        expect(low)
          .to.be.at.most(difference)
          .and.at.least(-1 - 1e-12);
        expect(high)
          .to.be.at.least(difference)
          .and.at.most(1 + 1e-12);
        const mirrored = newcombePaired({...counts, onlyFirst: onlySecond, onlySecond: onlyFirst});
        expect(mirrored.low).to.be.closeTo(-high, 1e-12);
      }),
    );
  });

  it('holds the true difference in 95 % of measurements, also if outages meet both sides', () => {
    const random = seededRandom(15);
    const runs = 4000;
    for (const outage of [0, 0.3]) {
      let held = 0;
      for (let run = 0; run < runs; run++) {
        const counts = {bothSucceeded: 0, onlyFirst: 0, onlySecond: 0, bothFailed: 0};
        for (let pair = 0; pair < 50; pair++) {
          const isOut = random() < outage;
          const [first, second] = [!isOut && random() < 0.8, !isOut && random() < 0.9];
          counts[first ? (second ? 'bothSucceeded' : 'onlyFirst') : second ? 'onlySecond' : 'bothFailed']++;
        }
        const {low, high} = newcombePaired(counts);
        const difference = 0.1 * (1 - outage);
        if (low <= difference && difference <= high) held++;
      }
      expect(held / runs, `with outages in ${outage} of the pairs`).to.be.within(0.94, 0.98);
    }
  });
});

describe('quantileRanks', () => {
  // The median: Altman et al. (2000), Statistics with Confidence, table 18.4. The others: sums of the binomial distribution, by hand.
  for (const [total, quantile, low, high] of [
    [5, 0.5, null, null],
    [6, 0.5, 1, 6],
    [10, 0.5, 2, 9],
    [20, 0.5, 6, 15],
    [50, 0.5, 18, 33],
    [100, 0.5, 40, 61],
    [50, 0.95, 44, null],
    [100, 0.95, 90, 100],
    [100, 0.99, 97, null],
  ] as const)
    it(`bounds the quantile ${quantile} of ${total} values`, () =>
      expect(quantileRanks(total, quantile)).to.deep.equal({low, high}));

  it('holds the quantile in at least 95 % of samples, and not in all', () => {
    const random = seededRandom(16);
    for (const quantile of [0.5, 0.9, 0.95]) {
      const {low, high} = quantileRanks(100, quantile);
      let held = 0;
      for (let run = 0; run < 4000; run++) {
        const values = Array.from({length: 100}, random).sort((a, b) => a - b);
        if (values[low! - 1]! <= quantile && quantile <= values[high! - 1]!) held++;
      }
      expect(held / 4000, `quantile ${quantile}`).to.be.within(0.945, 0.985);
    }
  });

  it('takes a hundred thousand values in a moment', () => {
    const {low, high} = quantileRanks(100_000, 0.99);
    expect([low, high]).to.deep.equal([98_938, 99_062]);
  });
});
