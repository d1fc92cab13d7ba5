/** Circuit breakers: what counts, and for how long. */
import type {Pitfall, Work} from '../library.ts';
import {absent, holds, sleep} from '../pitfall.ts';
import {bad, good, held, OPEN_MS, onBreaker, refused, SETTINGS, times} from './on-breaker.ts';

export const pitfalls: readonly Pitfall[] = [
  {
    id: 'T27',
    title: 'One failure of one call does not open it (as it comes, nothing set)',
    async run({plainBreaker}) {
      if (plainBreaker === undefined) return absent;
      const call = await plainBreaker();
      await call(bad);
      const [outcome] = await times(1, call, good);
      return holds(outcome === 'ok', `the second call ever was ${outcome}`);
    },
  },
  onBreaker(
    'T28',
    'Failures of long ago do not count: nine, then idle for five windows, then one more',
    async call => {
      await times(9, call, bad);
      await sleep(5 * SETTINGS.windowMs);
      await times(1, call, bad);
      const [outcome] = await times(1, call, good);
      return holds(
        outcome === 'ok',
        `the tenth failure, ${(5 * SETTINGS.windowMs) / 1000} s after the ninth, opened it`,
      );
    },
    ({breakerHasWindow}) => breakerHasWindow === true,
  ),
  onBreaker('T29', 'A wall clock that is set an hour back does not keep it open', async call => {
    await times(30, call, bad);
    const real = Date.now;
    Date.now = () => real() - 3_600_000;
    await sleep(OPEN_MS);
    const [outcome] = await times(1, call, good);
    return holds(outcome === 'ok', `open for 300 ms and an hour: ${outcome}`);
  }),
  onBreaker(
    'T30',
    'Throttled answers (429) and aborts of the caller are no failures',
    async call => {
      await times(30, call, async () => 'throttled');
      const afterThrottled = (await times(1, call, good))[0];
      await sleep(OPEN_MS);
      await times(1, call, good);
      for (let index = 0; index < 30; index++) {
        const controller = new AbortController();
        const outcome = call(
          signal => new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
          controller.signal,
        );
        await sleep(1);
        controller.abort();
        await outcome;
      }
      const afterAborts = (await times(1, call, good))[0];
      return holds(
        afterThrottled === 'ok' && afterAborts === 'ok',
        `after 30 answers 429: ${afterThrottled}; after 30 aborts: ${afterAborts}`,
      );
    },
    ({breakerKnowsHttp}) => breakerKnowsHttp === true,
  ),
  {
    id: 'T30b',
    title: 'What its own bulkhead refuses is no failure',
    async run({breaker, name}) {
      if (breaker === undefined || /cockatiel|ffetch/.test(name)) return absent; // Theirs has no bulkhead inside.
      const call = await breaker({...SETTINGS, capacity: 1});
      const slow = held();
      const first = call(slow.work);
      await times(30, call, good);
      slow.end('ok');
      await first;
      const [outcome] = await times(1, call, good);
      return holds(outcome === 'ok', `30 refused for want of a place, and then ${outcome} with a place free`);
    },
  },
  onBreaker(
    'T30c',
    'Of 60 calls at once 15 fail after 5 ms and 45 succeed after 150 ms: it stays closed',
    async call => {
      const slow: Work = () => sleep(150).then(() => 'ok');
      const fast: Work = () => sleep(5).then(() => 'fail');
      const calls = Array.from({length: 60}, (_, index) => call(index % 4 === 0 ? fast : slow));
      await sleep(75);
      const [outcome] = await times(1, call, good);
      await Promise.all(calls);
      return holds(outcome === 'ok', `after the failures, before the successes, the next call was ${outcome}`);
    },
    ({breakerHasWindow}) => breakerHasWindow === true,
  ),
  onBreaker(
    'T31',
    'Calls that it refused are not in the denominator',
    async call => {
      await times(30, call, bad);
      await times(2000, call, good);
      await sleep(OPEN_MS);
      await times(1, call, good);
      const lost = refused(await times(60, call, bad));
      return holds(
        lost > 0,
        'closed again, and 60 failures of 60 calls do not open it: 2,000 refused calls count as good',
      );
    },
    ({breakerHasWindow}) => breakerHasWindow === true,
  ),
];
