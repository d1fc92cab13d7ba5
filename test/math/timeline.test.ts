/** When attempts start and end, and what the deadline cuts. */

import {expect} from 'chai';
import {timelineOf, undisturbedMs} from '../../src/math/timeline.ts';
import {defaultPolicy} from '../../src/policy/defaults.ts';

const short = {...defaultPolicy, deadlineMs: 10_000};

describe('the timeline', () => {
  it('of the default, throttled: everything fits', () => {
    expect(timelineOf(defaultPolicy, 3, true)).to.deep.equal([
      {attempt: 1, waitMs: 0, startsAtMs: 0, endsAtMs: 8000, cut: 'whole'},
      {attempt: 2, waitMs: 1000, startsAtMs: 9000, endsAtMs: 17_000, cut: 'whole'},
      {attempt: 3, waitMs: 2000, startsAtMs: 19_000, endsAtMs: 27_000, cut: 'whole'},
    ]);
    expect(undisturbedMs(defaultPolicy, 3, true)).to.equal(27_000);
    expect(undisturbedMs(defaultPolicy, 3, false)).to.equal(24_300);
  });

  it('of a shorter deadline: one is cut, one is never sent', () => {
    expect(timelineOf(short, 3, false).map(({startsAtMs, endsAtMs, cut}) => [startsAtMs, endsAtMs, cut])).to.deep.equal(
      [
        [0, 8000, 'whole'],
        [8100, 10_000, 'short'],
        [10_200, 10_200, 'never'],
      ],
    );
  });

  it('an attempt that cannot get 50 ms is never sent', () => {
    const policy = (deadlineMs: number) => ({...defaultPolicy, deadlineMs, attemptTimeoutMs: 100});
    expect(timelineOf(policy(250), 2, false)[1]!.cut).to.equal('short');
    expect(timelineOf(policy(249), 2, false)[1]!.cut).to.equal('never');
  });

  it('without a timeout the first attempt takes all there is', () => {
    const cuts = timelineOf({...defaultPolicy, attemptTimeoutMs: null}, 2, false).map(({cut}) => cut);
    expect(cuts).to.deep.equal(['short', 'never']);
    expect(undisturbedMs({...defaultPolicy, attemptTimeoutMs: null}, 2, false)).to.equal(Number.POSITIVE_INFINITY);
    const [first, second] = timelineOf({...defaultPolicy, attemptTimeoutMs: null, deadlineMs: null}, 2, false);
    expect(first).to.include({endsAtMs: Number.POSITIVE_INFINITY, cut: 'whole'});
    expect(second).to.include({cut: 'never'});
  });

  it('a million attempts are added up as well', () => {
    const policy = {
      ...defaultPolicy,
      attemptTimeoutMs: 10,
      backoff: {kind: 'constant', delayMs: 5, throttledBaseMs: 0, jitter: 'none'},
    } as const;
    expect(undisturbedMs(policy, 1_000_000, false)).to.equal(1_000_000 * 10 + 999_999 * 5);
  });
});
