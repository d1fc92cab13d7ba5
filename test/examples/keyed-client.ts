/** A careful client in few lines: three attempts, an idempotency key, the server's wait. The tests check the server with it, not the client. */
import {randomUUID} from 'node:crypto';
import {setTimeout as sleep} from 'node:timers/promises';
import type {Client} from '../../examples/before-after/traffic.ts';

export const keyedClient: Client = async ({method, body}, url) => {
  const headers: Record<string, string> = body === null ? {} : {'Idempotency-Key': randomUUID()};
  for (let attempt = 1; ; attempt++) {
    const answer = await fetch(url, {method, body, headers, signal: AbortSignal.timeout(10_000)}).catch(
      (error: Error) => error,
    );
    if (answer instanceof Response && (answer.ok || attempt === 3)) return answer;
    if (attempt === 3) throw answer;
    await sleep(answer instanceof Response ? waitMs(answer.headers) : 10);
  }
};

function waitMs(headers: Headers): number {
  const after = headers.get('retry-after') ?? '0';
  const hintMs = /^\d+$/.test(after) ? Number(after) * 1000 : Date.parse(after) - Date.now();
  return Number(headers.get('retry-after-ms') ?? Math.max(hintMs, 10));
}
