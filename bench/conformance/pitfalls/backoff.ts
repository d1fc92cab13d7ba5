/** The arithmetic of waiting. */

import type {Pitfall} from '../library.ts';
import {absent, ends, holds} from '../pitfall.ts';

const LONGEST_TIMER = 2 ** 31 - 1;
const SAMPLES = 2000;
/** Kolmogorov and Smirnov's bound for that many at a level of one in a million: a fair library fails here once in a million pages. */
const MOST_APART = Math.sqrt(Math.log(2_000_000) / 2 / SAMPLES);

/** The largest distance between how they are spread and how the same number would be spread evenly. */
function apart(values: readonly number[], lowest: number, highest: number): number {
  const sorted = values.map(value => (value - lowest) / (highest - lowest)).sort((a, b) => a - b);
  return Math.max(
    ...sorted.map((share, index) =>
      Math.max(Math.abs(share - index / sorted.length), Math.abs((index + 1) / sorted.length - share)),
    ),
  );
}

export const pitfalls: readonly Pitfall[] = [
  {
    id: 'T48',
    title: 'Every wait of 1,200 retries is a number that a timer can hold, or is bounded by a cap',
    async run({waits}) {
      if (waits === undefined) return absent;
      const all = await waits(1200, false);
      const wrong = all.findIndex(ms => !(ms >= 0 && ms <= LONGEST_TIMER));
      return holds(
        wrong < 0,
        `the wait before retry ${wrong + 1} is ${Math.round(all[wrong]!)} ms: Node fires such a timer after 1 ms`,
      );
    },
  },
  {
    id: 'T49',
    title: 'The cap comes before the jitter: capped waits are spread too',
    async run({waits, hasCap, hasJitter}) {
      if (waits === undefined || !hasCap || !hasJitter) return absent;
      const capped = (await waits(120, true, 5000)).slice(20);
      const same = capped.filter(ms => ms === capped.at(-1)).length;
      return holds(same < 5, `${same} of ${capped.length} capped waits are ${capped.at(-1)} ms exactly`);
    },
  },
  {
    id: 'T50',
    title: 'Its jitter is spread as its documentation says: evenly, over the range it names',
    async run({jitterOf}, scene) {
      if (jitterOf === undefined) return absent;
      const {waits, lowest, highest} = await jitterOf(SAMPLES, scene.place(503).url);
      const outside = waits.filter(ms => !(ms >= lowest - 1 && ms <= highest + 1)).length;
      const distance = apart(waits, lowest, highest);
      // Whole milliseconds are coarser than the law by half of one.
      return holds(
        waits.length === SAMPLES && outside === 0 && distance < MOST_APART + 1 / (highest - lowest),
        `${waits.length} waits, ${outside} outside of ${lowest} to ${highest} ms, ${distance.toFixed(3)} from even`,
      );
    },
  },
  {
    id: 'T51',
    title: 'A bound on the whole call does not become a hot loop at its end',
    async run({bounded}, scene) {
      if (bounded === undefined) return absent;
      const place = scene.place(503);
      const end = await ends(
        bounded(100, 450, place.url).then(() => ({status: 200})),
        3000,
      );
      return holds(
        end.error !== undefined && end.afterMs! < 700 && place.requests.length <= 6,
        `${place.requests.length} sent, over after ${end.afterMs} ms of 450`,
      );
    },
  },
];
