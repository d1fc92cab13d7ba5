/** The wait before a retry is the longer of the backoff and the hint, and never shorter than the hint. */
import {expect} from 'chai';
import {green, red, yellow} from '../../src/decide/classification.ts';
import {retryWait, withHint} from '../../src/decide/retry-wait.ts';

const backoff = {
  kind: 'exponential',
  baseMs: 200,
  throttledBaseMs: 1000,
  factor: 2,
  capMs: 20_000,
  jitter: 'full',
} as const;
const hint = {ms: 3000, source: 'retry-after'} as const;
const half = (): number => 0.5;

describe('retryWait', () => {
  it('is the backoff without a hint', () => {
    expect(retryWait(backoff, 2, yellow('503'), null, 0, half)).to.deep.equal({
      waitMs: 200,
      waitSource: 'backoff',
      backoffMs: 200,
    });
  });

  it('is the hint and a spread of up to a tenth, at most a second', () => {
    expect(retryWait(backoff, 1, yellow('503'), hint, 0, half)).to.deep.equal({
      waitMs: 3150,
      waitSource: 'retry-after',
      backoffMs: 100,
    });
    expect(retryWait(backoff, 1, yellow('503'), {...hint, ms: 50_000}, 0, half)).to.include({waitMs: 50_500});
  });

  it('is the backoff where that is longer', () => {
    expect(retryWait(backoff, 8, yellow('503'), hint, 0, half)).to.include({waitMs: 10_000, waitSource: 'backoff'});
  });

  it('is nothing for what is retried once, at once, unless the server names a time', () => {
    const once = green('421', 'not-processed', {once: true});
    expect(retryWait(backoff, 1, once, null, 0, half)).to.deep.equal({waitMs: 0, waitSource: 'none', backoffMs: null});
    expect(retryWait(backoff, 1, once, hint, 0, half)).to.include({waitMs: 3150});
  });
});

describe('withHint', () => {
  it('takes a 503 that names a time for a server that sheds load', () => {
    expect(withHint(yellow('503'), 503, hint).throttled).to.equal(true);
    expect(withHint(yellow('503'), 503, null).throttled).to.equal(false);
    expect(withHint(yellow('500'), 500, hint).throttled).to.equal(false);
    expect(withHint(red('503'), 503, hint).throttled).to.equal(false);
  });
});
