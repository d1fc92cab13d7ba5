/** What telemetry reports of attempts. */

import type {Pitfall} from '../library.ts';
import {absent, fail, holds} from '../pitfall.ts';

export const pitfalls: readonly Pitfall[] = [
  {
    id: 'T56',
    title: 'Attempts are numbered: none on the first, from 1 on the retries; and no wait is a part of one',
    async run({numbered}, scene) {
      if (numbered === undefined) return absent;
      const attempts = await numbered(scene.place(503, 503, 200).url);
      const numbers = attempts.map(({retry}) => retry ?? 'none').join();
      if (numbers !== 'none,1,2') return fail(`numbered ${numbers}`);
      const waits = attempts.slice(1).map(({from}, index) => from - attempts[index]!.to);
      return holds(
        waits.every(ms => ms > 70),
        `of waits of 80 ms ${waits.map(Math.round).join(' and ')} lie between the attempts`,
      );
    },
  },
];
