/** Circuit breakers: how they open, are half-open, and close. */
import type {Pitfall, Work} from '../library.ts';
import {holds, sleep} from '../pitfall.ts';
import {bad, good, held, OPEN_MS, onBreaker, refused, times} from './on-breaker.ts';

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
  onBreaker('T25b', 'A probe that never ends frees its place', async call => {
    await times(30, call, bad);
    await sleep(OPEN_MS);
    const hung = held();
    const probing = call(hung.work);
    await sleep(2 * OPEN_MS);
    const next = await Promise.race([call(good), sleep(500).then(() => 'without an end' as const)]);
    hung.end('ok');
    await probing;
    return holds(next === 'ok', `two open times after the probe began, the next call was ${next}`);
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
  onBreaker('T26c', 'After five failed probes it is open for no longer than after the first', async call => {
    await times(30, call, bad);
    for (let probe = 0; probe < 5; probe++) {
      await sleep(OPEN_MS);
      await times(1, call, bad);
    }
    await sleep(OPEN_MS);
    const [outcome] = await times(1, call, good);
    return holds(outcome === 'ok', `an open time after the fifth failed probe the next call was ${outcome}`);
  }),
  onBreaker(
    'T26b',
    'Answers of 503 open it one after the other, too: it is open after 30 of them',
    async call => {
      await times(30, call, async () => 'unavailable');
      const [outcome] = await times(1, call, good);
      return holds(outcome === 'refused', `after 30 answers 503 in a row: ${outcome}`);
    },
    ({breakerKnowsHttp}) => breakerKnowsHttp === true,
  ),
];
