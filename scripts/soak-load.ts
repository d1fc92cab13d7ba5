/** The clients of the soak: every adapter under one policy, GETs and POSTs with and without a key, and callers that leave. */
import ky from 'ky';
import {Agent, request} from 'undici';
import {seededRandom} from '../src/core/random.ts';
import {createFetch, definePolicy, resilience, type SteadfetchEvent} from '../src/core.ts';
import {useFixedBreakers, useModelEndpoints} from '../src/features.ts';
import {resilienceInterceptor} from '../src/undici/interceptor.ts';
import {WAYS} from '../test/support/reading-ways.ts';

export const WORKERS_PER_DOOR = 16;

useFixedBreakers();
useModelEndpoints();
const handle = definePolicy({
  attemptTimeoutMs: 500,
  backoff: {baseMs: 2, capMs: 20, throttledBaseMs: 5},
  breaker: {openMs: 50, maxOpenMs: 100},
  // POSTs stand in line; GETs, of which there are half as many, do not, and are hedged.
  concurrency: {max: 20, queue: 100},
  routes: [{match: {methods: ['GET']}, concurrency: null, hedge: {quantile: 0.95, maxLoadRatio: 0.05}}],
});

export const counts = {
  /** Calls that began, that settled, and that emitted `call.end`. All three numbers must be equal. */
  calls: 0,
  settled: 0,
  ended: 0,
  attempts: 0,
  hedges: 0,
  succeeded: 0,
  aborted: 0,
};

function on({type}: SteadfetchEvent): void {
  if (type === 'call.end') counts.ended++;
  if (type === 'attempt.end') counts.attempts++;
  if (type === 'hedge.started') counts.hedges++;
}

interface Init {
  readonly method: 'GET' | 'POST';
  readonly body?: string;
  readonly headers: Record<string, string>;
  readonly signal: AbortSignal;
}
/** Reads the body, in another way each time; gives the status. */
type Client = (url: string, init: Init) => Promise<number>;

/** Those that the server's short text can be read in, and that leave no connection behind in plain fetch either. */
const ways = Object.values(WAYS).filter(({path}) => path === undefined);
let reads = 0;

const read = async (response: Response): Promise<number> => {
  if (response.body !== null) await ways[reads++ % ways.length]!.read(response);
  return response.status;
};

/** The response body type of undici.request. */
const METHODS = ['text', 'arrayBuffer', 'bytes', 'dump'] as const;
const fetch = createFetch(handle, {on});
const api = ky.extend(resilience(handle, {on}));
const agent = new Agent();
const dispatcher = agent.compose(resilienceInterceptor(handle, {on}));

export const CLIENTS: Record<string, Client> = {
  fetch: async (url, init) => read(await fetch(url, init)),
  ky: async (url, init) => read(await api(url, {...init, throwHttpErrors: false})),
  undici: async (url, init) => {
    const {statusCode, body} = await request(url, {...init, dispatcher});
    await body[METHODS[reads++ % METHODS.length]!]();
    return statusCode;
  },
};

export const closeClients = (): Promise<void> => agent.destroy();

const random = seededRandom(3);
/** Of a caller that leaves: it takes longer than most answers, so some calls end before. */
const PATIENCE_MS = 5;

/** One call after another until then. @param signal Given to all but those whose caller leaves. */
export async function work(client: Client, url: string, endsAt: number, signal: AbortSignal): Promise<void> {
  while (performance.now() < endsAt) {
    const call = counts.calls++;
    const leaves = random() < 0.01 ? new AbortController() : null;
    const timer = leaves === null ? undefined : setTimeout(() => leaves.abort(), PATIENCE_MS);
    try {
      const status = await client(url, {...wordsOf(call), signal: leaves?.signal ?? signal});
      if (status < 400) counts.succeeded++;
    } catch {
      if (leaves?.signal.aborted) counts.aborted++;
      await new Promise(resolve => setImmediate(resolve)); // A circuit that is open answers at once.
    } finally {
      clearTimeout(timer);
      counts.settled++;
    }
  }
}

function wordsOf(call: number): Omit<Init, 'signal'> {
  const headers: Record<string, string> = {'x-call': String(call)};
  if (call % 3 === 2) return {method: 'GET', headers};
  if (call % 3 === 0) headers['idempotency-key'] = `key-${call}`;
  return {method: 'POST', body: 'x', headers};
}
