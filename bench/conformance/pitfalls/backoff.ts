/** The arithmetic of waiting. */
import {absent, ends, holds, type Pitfall} from '../pitfall.ts';

const LONGEST_TIMER = 2 ** 31 - 1;

export const pitfalls: readonly Pitfall[] = [
  {
    id: 'T48',
    title: 'Every wait of 1,200 resends is a number that a timer can hold, or is bounded by a cap',
    async run({waits}) {
      if (waits === undefined) return absent;
      const all = await waits(1200, false);
      const wrong = all.findIndex(ms => !(ms >= 0 && ms <= LONGEST_TIMER));
      return holds(
        wrong < 0,
        `the wait before resend ${wrong + 1} is ${all[wrong]} ms: Node fires such a timer after 1 ms`,
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
