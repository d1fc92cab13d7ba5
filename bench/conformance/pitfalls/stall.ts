/** A process that is busy while answers arrive. */
import {AnsweringLate} from '../../../test/support/answering-late.ts';
import type {Pitfall} from '../library.ts';
import {absent, ends, holds, said} from '../pitfall.ts';

const CALLS = 20;
const LIMIT_MS = 400;

export const pitfalls: readonly Pitfall[] = [
  {
    id: 'T60',
    title: 'Answers that arrive in time while the process is busy are answers, not timeouts',
    async run({client, hasTimeout}) {
      if (client === undefined || hasTimeout === undefined) return absent;
      const server = await AnsweringLate.start();
      try {
        const call = await client({attempts: 1, timeoutMs: LIMIT_MS});
        const all = () => Array.from({length: CALLS}, () => ends(call(server.url), 5000));
        await server.expect(CALLS);
        await Promise.all(all()); // Connections are open from here on.
        const from = performance.now();
        const calls = all();
        await server.allHere(2 * CALLS);
        server.blockUntilAnswered(2 * CALLS);
        while (performance.now() < from + LIMIT_MS + 300);
        const settled = await Promise.all(calls);
        const wrong = settled.filter(({status}) => status !== 200);
        return holds(wrong.length === 0, `${wrong.length} of ${CALLS} ${wrong[0] && said(wrong[0])}`);
      } finally {
        await server.close();
      }
    },
  },
];
