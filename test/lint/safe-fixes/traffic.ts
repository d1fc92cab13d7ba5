/**
 * A minute of calls to a server that follows a script: the same calls and the same answers for every policy they run under. What an
 * attempt meets depends on its call, its number and the time, never on the policy.
 */
import {createFetch, InvalidPolicyError, type PolicyInput, type Random, seededRandom} from '../../../src/core.ts';
import type {CallOverrides} from '../../../src/policy/types.ts';
import {ScriptedFetch, type SeenRequest, VirtualClock} from '../../../src/testing.ts';

/** What the server does with one attempt. */
interface Answer {
  readonly afterMs: number;
  readonly gives: 'hang' | 'refused' | 'reset' | {readonly status: number; readonly headers: Record<string, string>};
}

interface PlannedCall {
  readonly id: number;
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly ownKey: boolean;
  readonly overrides: CallOverrides | undefined;
  readonly abortAfterMs: number;
  /** By the number of the attempt; the last repeats. */
  readonly script: readonly Answer[];
}

export interface Traffic {
  readonly calls: readonly PlannedCall[];
  /** While one of these lasts, the server fails whatever it is asked. */
  readonly outages: readonly {readonly from: number; readonly to: number}[];
  readonly seed: number;
}

const CALLS = 30;
const LASTS_MS = 60_000;

export const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
export const PATHS = ['/v1/orders', '/v1/orders/7', '/v1/search', '/v1/items/a'] as const;

export function trafficOf(seed: number): Traffic {
  const random = seededRandom(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const calls = Array.from({length: CALLS}, (_, id) => plannedCall(id, random, pick));
  const outages = Array.from({length: 2}, () => {
    const from = random() * LASTS_MS;
    return {from, to: from + pick([150, 400, 2000, 10_000])};
  });
  return {calls: calls.sort((a, b) => a.at - b.at), outages, seed};
}

type Pick = <T>(list: readonly T[]) => T;

function plannedCall(id: number, random: Random, pick: Pick): PlannedCall {
  // Some come together, as retries of several clients do.
  const at = Math.floor((random() * LASTS_MS) / 500) * 500 + (random() < 0.5 ? 0 : Math.floor(random() * 500));
  return {
    id,
    at,
    method: pick(METHODS),
    path: pick(PATHS),
    ownKey: random() < 0.1,
    overrides: random() < 0.2 ? pick(OVERRIDES) : undefined,
    // Without a time limit a call that hangs would last for ever.
    abortAfterMs: random() < 0.05 ? Math.floor(random() * 3000) : 600_000,
    script: Array.from({length: 4}, (_, attempt) => answer(attempt, random, pick)),
  };
}

/** What programs ask for single calls. */
const OVERRIDES: readonly CallOverrides[] = [
  {maxAttempts: 3},
  {maxAttempts: 5, deadlineMs: 20_000},
  {deadlineMs: 2000},
  {attemptTimeoutMs: 300},
  {retryOn: [404, 429, 503, 'timeout', 'network']},
  {retryAfter: {honor: true}},
  {backoff: {jitter: 'none'}},
];

function answer(attempt: number, random: Random, pick: Pick): Answer {
  const afterMs = pick([0, 5, 40, 150, 700, 2500]);
  // The later, the better: retries are worth something.
  if (random() < 0.35 + attempt * 0.2) return {afterMs, gives: {status: 200, headers: {}}};
  const kind = random();
  if (kind < 0.08) return {afterMs, gives: 'hang'};
  if (kind < 0.14) return {afterMs, gives: 'refused'};
  if (kind < 0.2) return {afterMs, gives: 'reset'};
  const headers = random() < 0.3 ? pick(HINTS) : {};
  return {afterMs, gives: {status: pick([500, 503, 503, 429, 429, 404, 409, 408, 502, 400]), headers}};
}

const HINTS: readonly Record<string, string>[] = [
  {'retry-after': '1'},
  {'retry-after': '5'},
  {'retry-after-ms': '80'},
  {'retry-after': '120'},
  {'x-envoy-overloaded': 'true'},
];

/** What became of a call. */
export interface Ended {
  readonly succeeded: boolean;
  /** The status, or the name of the error. */
  readonly how: string;
  readonly at: number;
  /** Every request of it that the server saw: when, and with which headers. */
  readonly requests: readonly string[];
}

/** By the number of the call; undefined where the client refuses the policy, so that no call runs. */
export async function run(policy: unknown, traffic: Traffic): Promise<readonly Ended[] | undefined> {
  const clock = new VirtualClock();
  const server = new Server(clock, traffic);
  const fetch = fetchUnder(policy as PolicyInput, clock, server.fetch, traffic.seed);
  if (fetch === undefined) return undefined;
  const ended: Ended[] = [];
  const call = async (planned: PlannedCall): Promise<void> => {
    await clock.sleep(planned.at);
    const how = await outcomeOf(fetch, planned, clock);
    ended[planned.id] = {succeeded: /^2/.test(how), how, at: clock.now(), requests: server.requestsOf(planned.id)};
  };
  await clock.run(async () => Promise.all(traffic.calls.map(call)));
  return ended;
}

type Fetch = ReturnType<typeof createFetch>;

function fetchUnder(
  policy: PolicyInput,
  clock: VirtualClock,
  fetch: typeof globalThis.fetch,
  seed: number,
): Fetch | undefined {
  let count = 0;
  const id = (): string => `id-${count++}`;
  const ids = {correlationId: id, requestId: id, idempotencyKey: id};
  try {
    return createFetch(policy, {clock, random: seededRandom(seed), ids, observer: null, fetch});
  } catch (error) {
    if (error instanceof InvalidPolicyError) return undefined;
    throw error;
  }
}

async function outcomeOf(fetch: Fetch, planned: PlannedCall, clock: VirtualClock): Promise<string> {
  const {id, method, path, ownKey, overrides, abortAfterMs} = planned;
  const controller = new AbortController();
  void clock.sleep(abortAfterMs).then(() => controller.abort());
  try {
    const response = await fetch(`https://api.test${path}`, {
      method,
      ...(method === 'GET' ? {} : {body: `body of ${id}`}),
      headers: {'x-call': String(id), ...(ownKey ? {'idempotency-key': `own-${id}`} : {})},
      redirect: 'error',
      signal: controller.signal,
      ...(overrides === undefined ? {} : {resilience: overrides}),
    });
    return String(response.status);
  } catch (error) {
    return String((error as Error).name);
  }
}

class Server {
  readonly fetch: typeof globalThis.fetch;
  readonly #clock: VirtualClock;
  readonly #traffic: Traffic;
  readonly #scripts: ReadonlyMap<number, readonly Answer[]>;
  /** By call. */
  readonly #seen = new Map<number, SeenRequest[]>();

  constructor(clock: VirtualClock, traffic: Traffic) {
    this.#clock = clock;
    this.#traffic = traffic;
    this.#scripts = new Map(traffic.calls.map(({id, script}) => [id, script]));
    this.fetch = new ScriptedFetch(clock, [request => this.#serve(request)]).fetch;
  }

  requestsOf(call: number): string[] {
    return (this.#seen.get(call) ?? []).map(
      ({at, method, url, headers, body}) => `${at} ${method} ${url} ${JSON.stringify([...headers])} ${body}`,
    );
  }

  async #serve(request: SeenRequest): Promise<number | Response | Error | 'hang'> {
    const call = Number(request.headers.get('x-call'));
    const seen = this.#seen.get(call) ?? [];
    this.#seen.set(call, seen);
    const script = this.#scripts.get(call)!;
    const {afterMs, gives} = script[Math.min(seen.push(request), script.length) - 1]!;
    await this.#clock.sleep(afterMs, request.signal);
    if (this.#traffic.outages.some(({from, to}) => request.at >= from && request.at < to)) return 503;
    if (gives === 'hang') return 'hang';
    if (gives === 'refused') return networkError('ECONNREFUSED');
    if (gives === 'reset') return networkError('ECONNRESET');
    return new Response(null, gives);
  }
}

const networkError = (code: string): Error =>
  new TypeError('fetch failed', {cause: Object.assign(new Error(code), {code})});
