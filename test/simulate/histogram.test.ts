import {expect} from 'chai';
import fc from 'fast-check';
import {Histogram} from '../../src/simulate/histogram.ts';

describe('Histogram', () => {
  it('gives every rank within 0.5 %', () => {
    const durations = fc.array(fc.double({min: 0.001, max: 1e9, noNaN: true}), {minLength: 1, maxLength: 200});
    fc.assert(
      fc.property(durations, values => {
        const histogram = new Histogram();
        for (const value of values) histogram.add(value);
        const sorted = values.toSorted((a, b) => a - b);
        for (const [index, value] of sorted.entries())
          expect(histogram.atRank(index + 1) / value).to.be.within(0.995, 1.005);
      }),
    );
  });

  it('tells no duration below a microsecond from 0', () => {
    const histogram = new Histogram();
    histogram.add(0);
    histogram.add(0.0005);
    expect([histogram.atRank(1), histogram.atRank(2)]).to.deep.equal([0, 0]);
  });

  it('says Infinity for a rank that there is not', () => {
    const histogram = new Histogram();
    histogram.add(10);
    expect(histogram.atRank(2)).to.equal(Number.POSITIVE_INFINITY);
  });

  it('knows the count, the mean and the greatest exactly', () => {
    const histogram = new Histogram();
    for (const ms of [1, 2, 9]) histogram.add(ms);
    expect([histogram.count, histogram.mean, histogram.max]).to.deep.equal([3, 4, 9]);
  });
});
