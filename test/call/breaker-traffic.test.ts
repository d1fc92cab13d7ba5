/** The default breaker does not cut off a server that fails fast and succeeds slowly. All cells run in test/endurance. */
import {expect} from 'chai';
import {traffic} from '../support/engine-traffic.ts';

describe('the default breaker', function () {
  this.timeout(60_000);

  for (const [perSecond, failureShare, forMs] of [
    [300, 0.3, 10_000],
    [1000, 0.2, 3000],
    [1000, 0.3, 3000],
    [3000, 0.1, 1000],
  ] as const)
    it(`costs no success at ${perSecond} calls a second of which ${failureShare} fail`, async () => {
      const cell = {perSecond, failureShare, forMs};
      const {succeeded, openings} = await traffic({}, cell);
      expect(openings).to.equal(0);
      expect(succeeded).to.be.closeTo((await traffic({breaker: null}, cell)).succeeded, 0.01);
    });

  it('opens where all attempts fail', async () => {
    const {succeeded, openings} = await traffic({}, {perSecond: 300, failureShare: 1, forMs: 1000});
    expect({succeeded, openings}).to.deep.equal({succeeded: 0, openings: 1});
  });
});
