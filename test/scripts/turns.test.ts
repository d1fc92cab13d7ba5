/** Cases that take turns: a week has each of them once. */
import {expect} from 'chai';
import fc from 'fast-check';
import {checked, inTurn, numbers, whenInTurn} from '../support/turns.ts';

const WEEK = numbers(7);

describe('cases that take turns', () => {
  const before = process.env.FUZZ_DAY;
  afterEach(() => {
    if (before === undefined) delete process.env.FUZZ_DAY;
    else process.env.FUZZ_DAY = before;
  });

  it('all have theirs within a week, each on one day', () => {
    // Before a release, each day has all of them.
    const once = process.env.EVERYTHING === undefined;
    const found = WEEK.flatMap(day => inTurn(numbers(100), 7, 20_788 + day));
    expect(new Set(found)).to.deep.equal(new Set(numbers(100)));
    expect(found).to.have.length(once ? 100 : 700);
  });

  it('are the same whether they are counted or checked, and none is left out without a day', async () => {
    const runs = async (): Promise<number[]> => {
      const seen: number[] = [];
      const check = whenInTurn(async (number: number) => void seen.push(number));
      for (const number of numbers(50)) await check(number);
      return seen;
    };
    delete process.env.FUZZ_DAY;
    expect(await runs()).to.deep.equal(numbers(50));
    expect(checked(50)).to.deep.equal(numbers(50));
    process.env.FUZZ_DAY = '3';
    expect(await runs()).to.deep.equal([3, 10, 17, 24, 31, 38, 45]);
  });

  it('are made as short as fast-check can once one has failed', async () => {
    process.env.FUZZ_DAY = '0';
    const property = fc.asyncProperty(
      fc.nat(),
      whenInTurn(async number => void expect(number).to.be.below(100)),
    );
    const {failed, counterexample} = await fc.check(property, {numRuns: 70, seed: 1});
    expect({failed, counterexample}).to.deep.equal({failed: true, counterexample: [100]});
  });
});
