import {expect} from 'chai';
import {failingArrivals, fateOf} from '../../examples/before-after/faults.ts';

const ids = Array.from({length: 4000}, (_, index) => `order-${index}`);
const share = (found: number): number => found / ids.length;

describe('before-after: fateOf', () => {
  it('gives the same faults in any order of the requests', () => {
    const forwards = ids.map(id => [fateOf(7, id, 1), fateOf(7, id, 2)]);
    const backwards = ids.toReversed().map(id => [fateOf(7, id, 2), fateOf(7, id, 1)].toReversed());
    expect(backwards.toReversed()).to.deep.equal(forwards);
  });

  it('gives another seed other fates', () => {
    expect(ids.map(id => failingArrivals(1, id))).to.not.deep.equal(ids.map(id => failingArrivals(2, id)));
  });

  it('fails as many arrivals in a row as it says, then answers', () => {
    for (const id of ids) {
      const failing = failingArrivals(7, id);
      const kinds = [1, 2, 3].map(arrival => fateOf(7, id, arrival).kind === 'answer');
      expect(kinds, id).to.deep.equal([failing < 1, failing < 2, failing < 3]);
    }
  });

  for (const [failing, expected] of [
    [0, 0.77],
    [1, 0.185],
    [2, 0.04],
    [Number.POSITIVE_INFINITY, 0.005],
  ] as const) {
    it(`${expected * 100} % of the calls fail ${failing} times in a row`, () => {
      const found = ids.filter(id => failingArrivals(7, id) === failing).length;
      expect(share(found)).to.be.closeTo(expected, 0.02);
    });
  }

  it('brings every kind of fault, each before and after the work', () => {
    const seen = new Set(ids.map(id => fateOf(7, id, 1)).map(fate => JSON.stringify({...fate, afterMs: 0})));
    expect(seen.size).to.equal(12);
  });
});
