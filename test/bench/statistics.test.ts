import {expect} from 'chai';
import {aboveFloor, median, percentile, shuffled, typical} from '../../bench/perf/statistics.ts';

describe('percentile', () => {
  const samples = [50, 10, 40, 20, 30, 60, 70, 80, 90, 100];

  it('gives the sample below which the share lies', () => {
    expect(percentile(samples, 0.1)).to.equal(20);
    expect(percentile(samples, 0)).to.equal(10);
  });

  it('gives the largest sample for a share of 1', () => expect(percentile(samples, 1)).to.equal(100));

  it('sorts numbers by value, not as text', () => expect(percentile([9, 100], 0)).to.equal(9));

  it('leaves the samples in their order', () => {
    percentile(samples, 0.5);
    expect(samples[0]).to.equal(50);
  });

  it('is NaN without samples', () => expect(percentile([], 0.5)).to.be.NaN);
});

describe('median', () => {
  it('is the middle sample of an odd number', () => expect(median([9, 1, 100])).to.equal(9));
  it('is the mean of the middle two of an even number', () => expect(median([1, 100, 3, 5])).to.equal(4));
  it('is NaN without samples', () => expect(median([])).to.be.NaN);
});

describe('typical', () => {
  const quiet = Array.from({length: 20}, (_, round) => 10 + round);

  it('is the 10th percentile of the rounds of one process', () => expect(typical([quiet])).to.equal(12));

  it('leaves out a slow process among five', () => {
    const slow = quiet.map(us => us * 3);
    expect(typical([quiet, slow, quiet, slow, quiet])).to.equal(12);
  });

  it('leaves out disturbed rounds', () => {
    const disturbed = quiet.map((us, round) => (round > 4 ? us * 10 : us));
    expect(typical([disturbed])).to.equal(12);
  });
});

describe('aboveFloor', () => {
  it('is the distance from the floor in parts of the base', () => {
    expect(aboveFloor(90, 80, 100)).to.be.closeTo(0.1, 1e-9);
  });

  it('is negative below the floor', () => expect(aboveFloor(70, 80, 100)).to.be.closeTo(-0.1, 1e-9));
});

describe('shuffled', () => {
  it('keeps every item and leaves its argument alone', () => {
    const items = [1, 2, 3, 4, 5];
    expect(shuffled(items).sort()).to.deep.equal(items);
    expect(items).to.deep.equal([1, 2, 3, 4, 5]);
  });
});
