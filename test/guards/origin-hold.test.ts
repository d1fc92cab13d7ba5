import {expect} from 'chai';
import {OriginHold} from '../../src/guards/origin-hold.ts';

const none = () => 0;
const half = () => 0.5;

describe('OriginHold', () => {
  it('holds no call without a hint', () => expect(new OriginHold().waitMs(0, half)).to.equal(0));

  it('holds until the time the server asked for, and not beyond', () => {
    const hold = new OriginHold();
    hold.hold(5000, 100);
    for (const [now, ms] of [
      [100, 5000],
      [2600, 2500],
      [5099, 1],
      [5100, 0],
      [9999, 0],
    ] as const)
      expect(hold.waitMs(now, none), `at ${now}`).to.equal(ms);
  });

  it('a shorter hint does not shorten a longer one, a longer one lengthens it', () => {
    const hold = new OriginHold();
    hold.hold(5000, 0);
    hold.hold(1000, 100);
    expect(hold.waitMs(100, none)).to.equal(4900);
    hold.hold(6000, 200);
    expect(hold.waitMs(200, none)).to.equal(6000);
  });

  it('a shorter hint that ends in the same moment does not bring the held back closer together', () => {
    const hold = new OriginHold();
    hold.hold(5000, 0);
    hold.hold(1000, 4000);
    expect(hold.waitMs(4000, half)).to.equal(1000 + 250);
  });

  it('holds no call at its end', () => {
    const hold = new OriginHold();
    hold.hold(5000, 0);
    expect([hold.holds(5000), hold.waitMs(5000, half)]).to.deep.equal([false, 0]);
  });

  it('holds no call after a hint of 0', () => {
    const hold = new OriginHold();
    hold.hold(0, 50);
    expect(hold.waitMs(50, half)).to.equal(0);
  });

  for (const [askedMs, spreadMs] of [
    [100, 10],
    [5000, 500],
    [10_000, 1000],
    [60_000, 1000],
  ] as const)
    it(`asked for ${askedMs} ms, those held come back up to ${spreadMs} ms later, never earlier @T10`, () => {
      const hold = new OriginHold();
      hold.hold(askedMs, 0);
      for (const chance of [0, 0.25, 0.5, 1 - 2 ** -32])
        expect(hold.waitMs(0, () => chance)).to.be.closeTo(askedMs + chance * spreadMs, 1e-6);
      expect(hold.waitMs(askedMs - 1, half), 'the last moment is spread as widely').to.equal(1 + spreadMs / 2);
    });
});
