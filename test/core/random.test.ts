import {expect} from 'chai';
import {SystemIds, seededRandom, systemRandom} from '../../src/core/random.ts';

const take = (seed: number, count: number): number[] => {
  const random = seededRandom(seed);
  return Array.from({length: count}, random);
};

describe('seededRandom', () => {
  // Of the published C code of Mulberry32, as 32-bit integers.
  for (const [seed, golden] of [
    [0, [1144304738, 1416247, 958946056]],
    [1, [2693262067, 11749833, 2265367787]],
    [4294967295, [3850105811, 813802916, 3073704848]],
  ] as const)
    it(`seed ${seed}: ${golden.join(', ')}`, () => {
      expect(take(seed, 3).map(number => number * 2 ** 32)).to.deep.equal(golden);
    });

  it('the same seed gives the same numbers, another seed others', () => {
    expect(take(42, 100)).to.deep.equal(take(42, 100));
    expect(take(42, 100)).not.to.deep.equal(take(43, 100));
  });

  it('stays in [0, 1) and is even', () => {
    const numbers = take(7, 10_000);
    expect(Math.min(...numbers)).to.be.at.least(0);
    expect(Math.max(...numbers)).to.be.below(1);
    const tenths = Array<number>(10).fill(0);
    for (const number of numbers) tenths[Math.floor(number * 10)]! += 1;
    for (const count of tenths) expect(count).to.be.within(900, 1100);
  });
});

describe('systemRandom', () => {
  it('is in [0, 1), and not always the same', () => {
    const numbers = Array.from({length: 100}, systemRandom);
    expect(numbers.every(number => number >= 0 && number < 1)).to.equal(true);
    expect(new Set(numbers).size).to.be.greaterThan(90);
  });
});

describe('SystemIds', () => {
  it('never returns the same id twice, in all instances and for all kinds of ids', () => {
    const [one, other] = [new SystemIds(), new SystemIds()];
    const ids = [one, other].flatMap(from =>
      Array.from({length: 2000}, () => [from.correlationId(), from.requestId(), from.idempotencyKey()]).flat(),
    );
    expect(new Set(ids).size).to.equal(12_000);
  });

  it('ids are short, and safe in a header', () => {
    const ids = new SystemIds();
    for (let n = 0; n < 100; n++) expect(ids.correlationId()).to.match(/^[0-9a-f]{20}-[0-9a-z]{1,8}$/);
  });

  it('keys are UUIDs of version 4, which cannot be predicted from each other', () => {
    const ids = new SystemIds();
    const keys = Array.from({length: 100}, () => ids.idempotencyKey());
    for (const key of keys)
      expect(key).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(keys.map(key => key.slice(0, 8))).size).to.be.greaterThan(95);
  });
});
