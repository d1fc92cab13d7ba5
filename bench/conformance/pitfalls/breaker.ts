/** Circuit breakers: what is around them. */

import type {Pitfall} from '../library.ts';
import {type Guarded, OfListener, type Outcome, type Work} from '../library.ts';
import {absent, holds, sleep} from '../pitfall.ts';
import {bad, good, held, OPEN_MS, onBreaker, SETTINGS, times} from './on-breaker.ts';

export const pitfalls: readonly Pitfall[] = [
  onBreaker(
    'T32',
    'It is open for its open time from when it opened, where its state was saved and brought back too',
    async (_, {breaker, savedBreaker}) => {
      const call = await breaker!(SETTINGS);
      const saved = await savedBreaker?.(SETTINGS);
      await sleep(OPEN_MS + 100); // Longer than it will be open.
      const wrong: string[] = [];
      const openFor = async (what: string, guarded: Guarded): Promise<void> => {
        const at = performance.now();
        const [first] = await times(1, guarded, good);
        await sleep(OPEN_MS - (performance.now() - at));
        const [later] = await times(1, guarded, good);
        if (first !== 'refused' || later !== 'ok')
          wrong.push(`${what}: at once ${first}, after the open time ${later}`);
      };
      await times(30, call, bad);
      await openFor('opened', call);
      if (saved !== undefined) {
        await times(30, saved.call, bad);
        await openFor('saved and brought back', await saved.restored());
      }
      return holds(wrong.length === 0, wrong.join('; '));
    },
  ),
  {
    id: 'T33',
    title: 'A listener that throws changes neither its state nor what the caller gets',
    async run({watchedBreaker}) {
      if (watchedBreaker === undefined) return absent;
      process.on('unhandledRejection', () => {});
      let changes = 0;
      const call = await watchedBreaker(SETTINGS, () => {
        changes++;
        throw new OfListener('of the listener');
      });
      const settled = (work: Work): Promise<Outcome | 'nothing'> =>
        Promise.race([call(work), sleep(100).then(() => 'nothing' as const)]);
      const outcomes: string[] = [];
      while (changes === 0 && outcomes.length < 30) outcomes.push(await settled(bad));
      const open = await settled(good);
      await sleep(OPEN_MS);
      const probe = await settled(good);
      const closed = await settled(good);
      return holds(
        outcomes.every(outcome => outcome === 'fail') && open === 'refused' && probe === 'ok' && closed === 'ok',
        `the call that opened it ended with ${outcomes.at(-1)}, then: ${open}; the probe: ${probe}; the next: ${closed}`,
      );
    },
  },
  {
    id: 'T33b',
    title: 'A function that gives no promise, or nothing at all, is run like any other',
    async run({runs}) {
      if (runs === undefined) return absent;
      const wrong: string[] = [];
      for (const value of [undefined, null, 7])
        try {
          if ((await runs(() => value)) !== value) wrong.push(`${value} came back as another value`);
        } catch (error) {
          wrong.push(`${value}: ${(error as Error).message}`);
        }
      return holds(wrong.length === 0, wrong.join('; '));
    },
  },
  {
    id: 'T34',
    title: 'It forgets origins that are no longer called, but none that is open',
    async run({breakers}) {
      if (breakers === undefined) return absent;
      const all = await breakers({...SETTINGS, openMs: 60_000});
      await times(30, all.at('http://down.test'), bad);
      for (let index = 0; index < 5000; index++) await times(1, all.at(`http://host-${index}.test`), good);
      const [outcome] = await times(1, all.at('http://down.test'), good);
      return holds(
        outcome === 'refused' && all.remembered() < 5000,
        `the open one: ${outcome}; ${all.remembered()} of 5,001 origins remembered`,
      );
    },
  },
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
