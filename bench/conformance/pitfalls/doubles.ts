/** Network errors as test doubles make them. */

import type {Pitfall} from '../library.ts';
import {absent, ends, fail, pass, said} from '../pitfall.ts';

/** What fetch then gives as the cause of its TypeError. */
const CAUSES = [
  ["msw's HttpResponse.error()", () => Response.error()],
  ["nock's replyWithError", () => new Error('kaboom')],
] as const;

export const pitfalls: readonly Pitfall[] = [
  {
    id: 'T61',
    title: 'A GET is sent again after the network error of a test double, whose cause has no code',
    async run({client, retriesNetworkErrors}, scene) {
      if (client === undefined || retriesNetworkErrors === undefined) return absent;
      const {fetch} = globalThis;
      for (const [what, causeOf] of CAUSES) {
        let sends = 0;
        globalThis.fetch = (...given) =>
          ++sends === 1 ? Promise.reject(new TypeError('fetch failed', {cause: causeOf()})) : fetch(...given);
        try {
          const call = await client({attempts: 2, delayMs: 1});
          const end = await ends(call(scene.place(200).url), 2000);
          if (sends === 0) return absent;
          if (end.status !== 200) return fail(`${what}: ${said(end)} after ${sends} attempts`);
        } finally {
          globalThis.fetch = fetch;
        }
      }
      return pass;
    },
  },
];
