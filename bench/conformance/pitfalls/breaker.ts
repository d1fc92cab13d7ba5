/** Circuit breakers, in real time: a window of 2 s, 10 calls at least, open for 300 ms, one probe. */
import type {Guarded, Library, Outcome, Work} from '../library.ts';
import {absent, holds, type Pitfall, sleep} from '../pitfall.ts';

const SETTINGS = {minCalls: 10, windowMs: 2000, openMs: 300};
/** With the tenth that steadfetch spreads it by. */
const OPEN_MS = 400;

const bad: Work = async () => 'fail';
const good: Work = async () => 'ok';

async function times(count: number, call: Guarded, work: Work): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let index = 0; index < count; index++) outcomes.push(await call(work));
  return outcomes;
}

const refused = (outcomes: readonly Outcome[]): number => outcomes.filter(outcome => outcome === 'refused').length;

function held(): {work: Work; end: (how: 'ok' | 'fail') => void} {
  const {promise, resolve} = Promise.withResolvers<'ok' | 'fail'>();
  return {work: () => promise, end: resolve};
}

const onBreaker = (
  id: string,
  title: string,
  run: (call: Guarded, library: Library) => ReturnType<Pitfall['run']>,
  needs: (library: Library) => boolean = () => true,
): Pitfall => ({
  id,
  title,
  run: async library =>
    library.breaker === undefined || !needs(library) || (/^T2[34]/.test(id) && !library.breakerHalfOpens)
      ? absent
      : run(await library.breaker(SETTINGS), library),
});

export const pitfalls: readonly Pitfall[] = [
  onBreaker('T23', 'A success of a call that began before the breaker opened does not close it', async call => {
    const stale = held();
    const old = call(stale.work);
    await times(30, call, bad);
    await sleep(OPEN_MS);
    const probe = held();
    const probing = call(probe.work); // Half-open now, and its one place is taken.
    stale.end('ok');
    await old;
    let ran = 0;
    const count: Work = async () => {
      ran++;
      return 'ok';
    };
    const others = Array.from({length: 20}, () => call(count));
    await sleep(50);
    const through = ran;
    probe.end('ok');
    await Promise.all([probing, ...others]);
    return holds(through === 0, `${through} of 20 calls let through beside the probe`);
  }),
  onBreaker('T23b', 'A failure of a call that began before the breaker opened does not open it again', async call => {
    const stale = Array.from({length: 12}, held);
    const old = stale.map(({work}) => call(work));
    await times(30, call, bad);
    await sleep(OPEN_MS);
    const probe = held();
    const probing = call(probe.work);
    for (const {end} of stale) end('fail');
    await Promise.all(old);
    probe.end('ok');
    await probing;
    const lost = refused(await times(5, call, good));
    return holds(lost === 0, `the probe succeeded, and ${lost} of the next 5 calls were refused`);
  }),
  onBreaker('T24', 'Of 20 calls at half-open exactly one reaches the origin', async call => {
    await times(30, call, bad);
    await sleep(OPEN_MS);
    let ran = 0;
    const {promise, resolve} = Promise.withResolvers<'ok'>();
    const all = Array.from({length: 20}, () =>
      call(() => {
        ran++;
        return promise;
      }),
    );
    await sleep(50);
    const through = ran;
    resolve('ok');
    await Promise.all(all);
    return holds(through === 1, `${through} reached it`);
  }),
  onBreaker('T25', 'A probe that throws gives its place back', async call => {
    await times(30, call, bad);
    await sleep(OPEN_MS);
    await call(() => {
      throw new Error('not even sent');
    });
    await sleep(OPEN_MS);
    const [outcome] = await times(1, call, good);
    return holds(outcome === 'ok', `the next probe was ${outcome}`);
  }),
  onBreaker('T26', 'A hundred failures at once open it, and it is half-open later', async call => {
    const all = Array.from({length: 100}, held);
    const calls = all.map(({work}) => call(work));
    for (const {end} of all) end('fail');
    await Promise.all(calls);
    const [first] = await times(1, call, good);
    await sleep(OPEN_MS);
    const [later] = await times(1, call, good);
    return holds(first === 'refused' && later === 'ok', `at once ${first}, after the open time ${later}`);
  }),
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
  {
    id: 'T37',
    title: 'A place is given back exactly once where the work ends after its time-out',
    async run({breaker, name}) {
      if (breaker === undefined || /cockatiel|ffetch/.test(name)) return absent;
      const call = await breaker({...SETTINGS, minCalls: 1000, capacity: 1, timeoutMs: 50});
      const slow = held();
      await call(slow.work);
      slow.end('ok');
      await sleep(20);
      let most = 0;
      let running = 0;
      const counted: Work = async () => {
        most = Math.max(most, ++running);
        await sleep(10);
        running--;
        return 'ok';
      };
      await Promise.all(Array.from({length: 5}, () => call(counted)));
      return holds(most === 1, `${most} at a time, with one place`);
    },
  },
];
