import {expect} from 'chai';
import {NamedWaits} from '../../src/guards/named-waits.ts';

function waitsAfter(refused: number, succeeded: number, now = 0): NamedWaits {
  const waits = new NamedWaits();
  for (let count = 0; count < refused; count++) waits.retried(false, now);
  for (let count = 0; count < succeeded; count++) waits.retried(true, now);
  return waits;
}

describe('NamedWaits', () => {
  for (const [refused, succeeded, areKept] of [
    [0, 0, true],
    [19, 0, true],
    [20, 0, false],
    [95, 4, false],
    [95, 5, true],
    [260, 20, true],
  ] as const)
    it(`of ${refused} refused and ${succeeded} admitted retries are ${areKept ? 'kept' : 'not kept'}`, () => {
      const waits = waitsAfter(refused, succeeded);
      expect(waits.areKept(4000)).to.equal(true);
      expect(waits.areKept(4001)).to.equal(areKept);
    });

  it('are kept again ten seconds later', () => {
    const waits = waitsAfter(100, 0, 500);
    expect(waits.areKept(9_999)).to.equal(false);
    expect(waits.areKept(10_500)).to.equal(true);
  });
});
