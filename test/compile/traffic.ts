/** The same traffic through any client: calls that meet failures, throttling, slow answers, and other methods and paths. */
import {type Ports, type ResilientFetch, reportOf} from '../../src/lite.ts';
import {ScriptedFetch, seededRandom, VirtualClock} from '../../src/testing.ts';

const CALLS = 60;
const URLS = ['https://a.test/a', 'https://a.test/b', 'https://a.test/v1/chat/completions'];
const STATUSES = [200, 200, 200, 200, 404, 408, 429, 500, 503, 503, 504];

/** A line for each event, request and end, as JSON. */
export async function traffic(make: (ports: Ports) => ResilientFetch): Promise<string> {
  const clock = new VirtualClock();
  const chance = seededRandom(7);
  const lines: unknown[] = [];
  const pick = <T>(choices: readonly T[]): T => choices[Math.floor(chance() * choices.length)]!;
  const below: typeof globalThis.fetch = async (input, init) => {
    lines.push([at(clock), init?.method ?? 'GET', input, Object.fromEntries(new Headers(init?.headers))]);
    const status = pick(STATUSES);
    const headers: Record<string, string> = status === 429 ? {'retry-after': pick(['0', '1', '2'])} : {};
    if (chance() < 0.05)
      throw new TypeError('fetch failed', {cause: Object.assign(new Error(), {code: 'ECONNREFUSED'})});
    return new ScriptedFetch(clock, [() => new Response('{}', {status, headers})], chance() * 120).fetch(input, init);
  };
  let ids = 0;
  const id = (): string => `id-${++ids}`;
  const fetch = make({
    clock,
    fetch: below,
    random: seededRandom(3),
    ids: {correlationId: id, requestId: id, idempotencyKey: id},
    on: event => lines.push([at(clock), JSON.parse(JSON.stringify(event))]),
  });
  await clock.run(() =>
    Promise.all(
      Array.from({length: CALLS}, async (_, index) => {
        await clock.sleep(index * 40);
        const method = pick(['GET', 'GET', 'POST', 'PUT']);
        const body = method.startsWith('P') ? '{"model":"m","max_tokens":9}' : null;
        const answer: unknown = await fetch(pick(URLS), {method, body}).catch((error: unknown) => error);
        if (answer instanceof Response) await answer.text();
        lines.push([at(clock), index, answer instanceof Response ? answer.status : String(answer), reportOf(answer)]);
      }),
    ),
  );
  return JSON.stringify(lines);
}

const at = (clock: VirtualClock): number => Math.round(clock.now() * 1000) / 1000;
