/** Exercise 2 of the course, and the other ranges: by the engine's arithmetic, checked against the closed forms. */
import {expect} from 'chai';
import {green, yellow} from '../../src/decide/classification.ts';
import {defaultPolicy} from '../../src/policy/defaults.ts';
import {WaitRanges, waitRange} from '../../src/triage/wait-range.ts';
import {triagedOne} from './triaged.ts';

const base = {kind: 'exponential', baseMs: 200, throttledBaseMs: 1000, factor: 2, capMs: 20_000} as const;
const broken = yellow('503');
const throttled = green('429', 'not-processed', {throttled: true});

describe('triage: the range of the next wait', () => {
  const exercise = [
    ['full', 0, 400, 200],
    ['equal', 200, 400, 300],
    ['none', 400, 400, 400],
    ['decorrelated', 200, 1800, 700],
  ] as const;
  for (const [jitter, minMs, maxMs, meanMs] of exercise)
    it(`base 200 ms, attempt 2, ${jitter}: ${minMs} to ${maxMs}, on average ${meanMs}`, () => {
      const range = waitRange({...base, jitter}, 2, broken, null);
      expect(range).to.include({minMs, maxMs, source: 'backoff'});
      expect(range.meanMs).to.be.closeTo(meanMs, meanMs / 100);
    });

  it('follows the closed form of decorrelated jitter, b(2 * 1.5^k - 1)', () => {
    for (const k of [1, 2, 3, 4]) {
      const {meanMs} = waitRange({...base, capMs: 1e9, jitter: 'decorrelated'}, k, broken, null);
      expect(meanMs).to.be.closeTo(200 * (2 * 1.5 ** k - 1), 200 * 1.5 ** k * 0.02);
    }
  });

  it('begins again with a pushback', () => {
    const waits = new WaitRanges();
    const asked = {ms: 10, source: 'pushback'} as const;
    const backoff = {...base, jitter: 'none'} as const;
    expect(waits.range(backoff, 3, broken, null)).to.include({minMs: 800, maxMs: 800});
    expect(waits.range(backoff, 3, broken, asked)).to.include({minMs: 200, maxMs: 200});
  });

  it('states its convention', () => {
    expect(waitRange({...base, jitter: 'full'}, 2, broken, null).convention).to.equal(
      'c = min(20000, 200 * 2^(k-1)) = 400 ms after attempt k = 2, full jitter: 0 to c',
    );
    expect(waitRange({...base, jitter: 'full'}, 2, throttled, null).convention).to.equal(
      'c = min(20000, 1000 * 2^(k-1)) = 2000 ms after attempt k = 2, full jitter: 0 to c',
    );
  });

  it('starts from throttledBaseMs where the server asks for less', () => {
    expect(waitRange({...base, jitter: 'full'}, 1, throttled, null)).to.include({minMs: 0, maxMs: 1000});
  });

  it('is never below a hint, and at most a tenth above, or the backoff where that is longer', () => {
    const hint = {ms: 3000, source: 'retry-after'} as const;
    expect(waitRange({...base, jitter: 'full'}, 1, throttled, hint)).to.include({
      minMs: 3000,
      maxMs: 3300,
      source: 'retry-after',
    });
    expect(waitRange({...base, jitter: 'full'}, 4, throttled, hint)).to.include({minMs: 3000, maxMs: 8000});
  });

  it('is 0 for what is retried once, at once', () => {
    expect(waitRange(defaultPolicy.backoff, 1, green('421', 'not-processed', {once: true}), null)).to.include({
      minMs: 0,
      maxMs: 0,
      source: 'none',
    });
  });

  it('is no range where it is 0, unless the server asks for a wait', () => {
    const once = green('421', 'not-processed', {once: true});
    const asked = {ms: 3000, source: 'retry-after'} as const;
    expect(waitRange(defaultPolicy.backoff, 1, once, null).convention).to.equal('once, at once');
    expect(waitRange(defaultPolicy.backoff, 1, once, asked).convention).to.match(
      /^the longer of retry-after \(3000 ms,/,
    );
  });

  it('is finite after a million attempts', () => {
    for (const jitter of ['full', 'equal', 'none', 'decorrelated'] as const)
      expect(waitRange({...base, jitter}, 1e6, broken, null)).to.include({maxMs: 20_000});
  });

  it('comes from the attempt in the log', () => {
    const {nextWait} = triagedOne('c-1  GET https://a.test/x  attempt 2  503  12 ms  again in 150 ms (backoff)', {
      backoff: {baseMs: 200, jitter: 'full'},
    });
    expect(nextWait).to.include({minMs: 0, maxMs: 400});
  });
});
