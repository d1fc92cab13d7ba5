/**
 * One fault, met through one adapter by a GET, by a POST, and by a POST with a key: how often each was sent, what was made of it,
 * and what the caller got.
 */

import ky from 'ky';
import {Agent, type Dispatcher, request, fetch as undiciFetch} from 'undici';
import type {CallContext} from '../../src/call/context.ts';
import {reportFor} from '../../src/call/report.ts';
import {
  type CallReport,
  createFetch,
  type PolicyInput,
  type Ports,
  reportOf,
  resilience,
  type SteadfetchEvent,
} from '../../src/core.ts';
import {resilienceInterceptor} from '../../src/undici/interceptor.ts';
import {settle} from '../support/outcome.ts';

/** No waits, and nothing that one trial leaves to the next. */
const POLICY: PolicyInput = {
  backoff: {kind: 'constant', delayMs: 0, throttledBaseMs: 0, jitter: 'none'},
  attemptTimeoutMs: 4000,
  budget: null,
  breaker: null,
};

export const CALLERS = {
  GET: {},
  POST: {method: 'POST', body: 'work'},
  'POST with a key': {method: 'POST', body: 'work', headers: {'idempotency-key': 'one'}},
} as const;

export type Caller = keyof typeof CALLERS;

/** A caller's words to any adapter. */
export interface Init {
  readonly method?: 'GET' | 'POST';
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export interface Trial {
  readonly init?: Init;
  readonly policy?: PolicyInput;
  readonly ports?: Omit<Ports, 'fetch' | 'on'>;
  /** A dispatcher of one's own, under whatever adapter: for certificates, HTTP/2, and connections that are kept. */
  readonly agent?: Agent | undefined;
}

/** What an adapter answers with, before its body is read. */
export interface Answer {
  readonly status: number;
  readonly body: AsyncIterable<Uint8Array> | null;
  text(): Promise<string>;
}

export const ADAPTERS = ['fetch', 'ky', 'undici'] as const;
export type Adapter = (typeof ADAPTERS)[number];

type Client = (url: string, init: Init) => Promise<Answer>;

export const CLIENTS: Record<Adapter, (policy: PolicyInput, ports: Ports, agent: Agent | undefined) => Client> = {
  fetch: (policy, ports, agent) => createFetch(policy, agent === undefined ? ports : {...ports, fetch: over(agent)}),
  ky: (policy, ports, agent) => {
    const api = ky.extend(resilience(policy, ports));
    const options = agent === undefined ? {} : {fetch: over(agent)};
    return (url, init) => api(url, {throwHttpErrors: false, ...options, ...init});
  },
  undici: (policy, ports, agent) => {
    const dispatcher = agent!.compose(resilienceInterceptor(policy, ports));
    return async (url, init) => {
      const {statusCode: status, body} = await request(url, {...init, dispatcher} as {dispatcher: Dispatcher});
      return {status, body, text: () => body.text()};
    };
  },
};

export interface Seen {
  /** What the last attempt was taken for: `ECONNRESET`. */
  readonly reason: string;
  /** `200`, or what was thrown, see `inWords`. */
  readonly got: string;
  /** `ok` for a body that was read to its end, else what its reader was thrown; undefined where there was no answer. */
  readonly body: string | undefined;
  readonly report: CallReport | undefined;
  readonly events: readonly SteadfetchEvent[];
}

export async function meet(
  adapter: Adapter,
  url: string,
  {init = {}, policy, ports, agent}: Trial = {},
): Promise<Seen> {
  const own = adapter === 'undici' && agent === undefined ? new Agent() : undefined;
  const events: SteadfetchEvent[] = [];
  const client = CLIENTS[adapter](
    {...POLICY, ...policy},
    {...ports, on: event => void events.push(event)},
    agent ?? own,
  );
  try {
    const {value, error, threw} = await settle(() => client(url, init));
    const read = threw ? undefined : await settle(() => value!.text());
    return {
      reason: events.findLast(event => event.type === 'attempt.end')?.reason ?? '',
      got: threw ? inWords(error) : String(value!.status),
      body: read === undefined ? undefined : read.threw ? inWords(read.error) : 'ok',
      report: reportOf(threw ? error : value) ?? reportIn(events),
      events,
    };
  } finally {
    await own?.destroy();
  }
}

/** undici's responses have no report, so the report comes from the event of the end of the call. */
export function reportIn(events: readonly SteadfetchEvent[]): CallReport | undefined {
  const end = events.find(event => event.type === 'call.end');
  return end === undefined ? undefined : reportFor(end.call as CallContext);
}

/** The name of an error, and the first code in its chain of causes, or else what the last of them says: `TypeError ECONNRESET`. */
export function inWords(error: unknown): string {
  const {name} = error as Error;
  let last = error as {code?: unknown; cause?: unknown; message: string};
  while (typeof last.code !== 'string' && last.cause instanceof Error) last = last.cause as typeof last;
  return `${name} ${typeof last.code === 'string' ? last.code : last.message}`.trim();
}

/** How an adapter wraps the network error: fetch wraps it, ky wraps fetch's error, undici does not wrap it. */
export const networkErrorOf = (adapter: Adapter, code: string): RegExp =>
  new RegExp(`^${{fetch: 'TypeError', ky: 'NetworkError', undici: '[A-Za-z]*Error'}[adapter]} ${code}`);

/**
 * undici's fetch over that agent. The types of the two fetches differ, what they do does not; but it knows no Request but
 * its own.
 */
export function over(agent: Agent): typeof globalThis.fetch {
  const send = async (input: string | URL | Request, init: RequestInit = {}) => {
    if (!(input instanceof Request)) return undiciFetch(input, {...init, dispatcher: agent} as object);
    const {url, method, headers, signal} = input;
    const body = input.body === null ? undefined : new Uint8Array(await input.arrayBuffer());
    return undiciFetch(url, {method, headers: [...headers], body, signal, ...init, dispatcher: agent} as object);
  };
  return send as unknown as typeof globalThis.fetch;
}
