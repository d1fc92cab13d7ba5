import {expect} from 'chai';
import {RefusedAnyway} from '../../src/guards/refused-anyway.ts';

/** Answers at a rate: `-` refused, `+` admitted, 50 ms apart. */
function answer(refusals: RefusedAnyway, answers: string, perSecond: number, from: number): (number | null)[] {
  return [...answers].map((each, index) => {
    refusals.note(each === '-' ? 1 : 0, perSecond);
    return each === '-' ? refusals.rateOf(perSecond, 4, from + index * 50) : null;
  });
}

describe('RefusedAnyway', () => {
  const first = '-'.padEnd(20, '++++-');

  it('gives the rate back where as large a share is refused at less than half of it', () => {
    const refusals = new RefusedAnyway();
    expect(answer(refusals, first, 20, 0)[0]).to.equal(null);
    expect(answer(refusals, '++++-'.repeat(6), 8, 1000)).to.include(20);
  });

  it('then ignores such a share, and not a larger one', () => {
    const refusals = new RefusedAnyway();
    answer(refusals, first, 20, 0);
    answer(refusals, '++++-'.repeat(6), 8, 1000);
    expect(answer(refusals, '++++-', 20, 2500).at(-1)).to.equal(20);
    expect(answer(refusals, '-'.repeat(20), 20, 3000).at(-1)).to.equal(null);
  });

  for (const [title, answers, perSecond, from] of [
    ['fewer answers', '++++-'.repeat(3), 8, 1000],
    ['a smaller share', `${'+'.repeat(24)}-`, 8, 1000],
    ['refusals in a row, as of a window that is used up', '++++++++++++++++------'.repeat(3), 8, 1000],
    ['a rate above half of it', '++++-'.repeat(6), 12, 1000],
    ['half a minute and more', '++++-'.repeat(6), 8, 31_000],
  ] as const)
    it(`lets refusals count after ${title}`, () => {
      const refusals = new RefusedAnyway();
      answer(refusals, first, 20, 0);
      expect(answer(refusals, answers, perSecond, from).filter(rate => rate !== null)).to.deep.equal([]);
    });
});
