/** What retries may add to the load of a server that is down. */

import type {Pitfall} from '../library.ts';
import {absent, ends, holds, said, sleep} from '../pitfall.ts';

export const pitfalls: readonly Pitfall[] = [
  {
    id: 'T44',
    title: 'With a retry budget an outage is made no more than a tenth worse: 300 calls, 3 attempts each',
    async run({budgeted}, scene) {
      if (budgeted === undefined) return absent;
      const call = await budgeted();
      const place = scene.place(503);
      for (let index = 0; index < 300; index++) await ends(call(place.url), 1000);
      return holds(place.requests.length <= 330, `${place.requests.length} sent for 300 calls`);
    },
  },
  {
    id: 'T45',
    title: 'A retry that an abort prevents costs nothing',
    async run({inBudget}, scene) {
      if (inBudget === undefined) return absent;
      const call = await inBudget(1, 200);
      const down = scene.place(503);
      const controller = new AbortController();
      const gone = ends(call(down.url, {signal: controller.signal}), 1000);
      await down.arrived(1);
      await sleep(50);
      controller.abort();
      await gone;
      const end = await ends(call(scene.place(503, 200).url), 1000);
      return holds(end.status === 200, `${said(end)}: the budget was spent on a retry that was not made`);
    },
  },
  {
    id: 'T46',
    title: 'A retry after 429 costs less than one after a failure',
    async run({inBudget}, scene) {
      if (inBudget === undefined) return absent;
      const count = async (status: number): Promise<number> => {
        const call = await inBudget(4, 1);
        const place = scene.place(status);
        for (let index = 0; index < 30; index++) await ends(call(place.url), 1000);
        return place.requests.length - 30;
      };
      const [failed, throttled] = [await count(503), await count(429)];
      return holds(failed >= 1 && throttled > failed, `${failed} retries after 503, ${throttled} after 429`);
    },
  },
  {
    id: 'T47',
    title: 'Laid upon a client that retries by itself, its attempts do not multiply: at most 3 for one call',
    async run({nested}, scene) {
      if (nested === undefined) return absent;
      const place = scene.place(503);
      await ends((await nested(3))(place.url), 3000);
      return holds(place.requests.length <= 3, `${place.requests.length} sent for one call`);
    },
  },
];
