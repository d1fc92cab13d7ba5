/** Places in flight, and the line for them. */

import type {Pitfall, Work} from '../library.ts';
import {absent, holds, sleep} from '../pitfall.ts';

const slow =
  (ms: number): Work =>
  async () => {
    await sleep(ms);
    return 'ok';
  };

export const pitfalls: readonly Pitfall[] = [
  {
    id: 'T35',
    title: 'A call that is aborted leaves the queue at once, and its place in the queue is free',
    async run({bulkhead}) {
      if (bulkhead === undefined) return absent;
      const call = await bulkhead(1, 1);
      const first = call(slow(500));
      const controller = new AbortController();
      let leftAfter = Number.POSITIVE_INFINITY;
      const waiting = call(slow(1), controller.signal).then(() => {
        leftAfter = performance.now() - start;
      });
      await sleep(50);
      const start = performance.now();
      controller.abort();
      await sleep(50);
      const next = await Promise.race([call(slow(1)), sleep(1000)]);
      await Promise.all([first, waiting]);
      return holds(
        leftAfter < 100 && next === 'ok',
        `left ${Math.round(leftAfter)} ms after the abort; the next in line: ${next}`,
      );
    },
  },
  {
    id: 'T36',
    title: 'No call is refused while a place is passed on',
    async run({bulkhead}) {
      if (bulkhead === undefined) return absent;
      const call = await bulkhead(1, 1);
      const {promise, resolve} = Promise.withResolvers<'ok'>();
      const first = call(() => promise);
      const second = call(slow(1));
      resolve('ok');
      const later: Promise<string>[] = [];
      // At every turn of the hand-over one more comes, when the one before it has been served.
      await first;
      later.push(call(slow(1)));
      await Promise.all([second, ...later]);
      const outcomes = await Promise.all([first, second, ...later]);
      return holds(
        outcomes.every(outcome => outcome === 'ok'),
        outcomes.join(', '),
      );
    },
  },
];
