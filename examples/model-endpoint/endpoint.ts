/**
 * A failing model endpoint, without sockets: it turns a request into a reply. Its clock and its faults come from the caller, so every run
 * can be repeated. server.ts serves it on a port, in-process.ts makes it a fetch.
 */
import {type Clock, sleep} from '../../src/testing.ts';
import {type Asked, type Body, type Dialect, dialectOf, type ErrorKind, type Usage} from './dialects.ts';
import {type Fault, failsBeforeContent, type Meeting} from './faults.ts';
import {encode, type Framing, PLAIN} from './framing.ts';
import {HiddenQuota, type Limit} from './hidden-quota.ts';
import type {Refusal} from './refusals.ts';

export interface EndpointOptions {
  readonly clock: Clock;
  /** Decides what meets a request; null: nothing does. Left out: nothing ever does. */
  readonly fault?: (meeting: Meeting) => Fault | null;
  /** Left out: everything is admitted. */
  readonly limits?: readonly Limit[];
  /** What a refusal of the quota says of the wait. */
  readonly hint?: 'none' | 'retry-after' | 'retry-after-ms';
  /** Answers carry the quota's headers. */
  readonly sendsQuotaHeaders?: boolean;
  /** From a request to its refusal. 20 by default. */
  readonly refusalMs?: number;
  /** From a request to the first word of its answer. 50 by default. */
  readonly latencyMs?: number;
  /** Time of one output token. 0 by default. */
  readonly tokenMs?: number;
  /** Between two pings. 15 s by default. */
  readonly pingMs?: number;
  readonly framing?: Framing;
}

/** A request, and its result. */
export interface Arrival {
  /** On the clock's scale. */
  readonly at: number;
  readonly client: string;
  readonly prompt: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly cost: Usage;
  result: 'pending' | 'answered' | 'refused' | 'failed' | 'aborted';
  /** Events of its stream that were taken to be sent. */
  events: number;
  /** The model worked for it. */
  paid: boolean;
}

export interface EndpointRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Aborts when the client closes the connection. */
  readonly signal: AbortSignal;
}

export type Reply =
  | {
      readonly kind: 'response';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string | AsyncIterable<Uint8Array>;
    }
  | {readonly kind: 'reset' | 'down'};

/** A body that ends with this error stands for a broken connection. */
export class ConnectionCut extends Error {
  override readonly name = 'ConnectionCut';
}

const JSON_TYPE = {'content-type': 'application/json'};
const EVENTS_TYPE = {'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache'};

export class ModelEndpoint {
  readonly arrivals: Arrival[] = [];
  readonly clock: Clock;
  readonly #options: EndpointOptions;
  readonly #quota: HiddenQuota;
  /** Requests so far, by client and prompt. */
  readonly #counts = new Map<string, number>();

  constructor(options: EndpointOptions) {
    this.clock = options.clock;
    this.#options = options;
    this.#quota = new HiddenQuota(options.limits ?? [], options.clock.now());
  }

  async handle({path, headers, body, signal}: EndpointRequest): Promise<Reply> {
    const {clock, fault: faultOf = () => null, refusalMs = 20, latencyMs = 50, tokenMs = 0} = this.#options;
    const dialect = dialectOf(path);
    if (dialect === undefined) return json(404, {error: {message: `No such path: ${path}`}});
    const asked = dialect.read(JSON.parse(body) as Body, path);
    const cost = {inputTokens: Math.ceil(body.length / 4), outputTokens: asked.maxTokens};
    const client = clientOf(headers);
    const arrival: Arrival = {
      at: clock.now(),
      client,
      prompt: asked.prompt,
      headers,
      cost,
      result: 'pending',
      events: 0,
      paid: false,
    };
    this.arrivals.push(arrival);
    signal.addEventListener('abort', () => {
      if (arrival.result === 'pending') arrival.result = 'aborted';
    });

    const fault = faultOf({asked, client, arrival: this.#count(client, asked.prompt)});
    if (fault?.kind === 'down') return failed(arrival, 'down');
    const refusal = fault?.kind === 'refused' ? fault.refusal : this.#refusalOfQuota(dialect, cost);
    if (refusal !== null) {
      arrival.result = 'refused';
      await sleep(clock, refusalMs, signal);
      return json(refusal.status, refusal.body, refusal.headers);
    }
    if (fault?.kind === 'pings') return this.#pingsOnly(dialect, asked, arrival, signal);

    arrival.paid = fault?.kind === 'reset' ? fault.paid : !failsBeforeContent(fault);
    const slow = fault?.kind === 'slow' ? fault.ms : 0;
    await sleep(clock, latencyMs + slow, signal);
    if (fault?.kind === 'reset') return failed(arrival, 'reset');
    if (asked.isStreamed) return this.#events(arrival, this.#stream(dialect, arrival, fault, signal));
    await sleep(clock, tokenMs * cost.outputTokens, signal);
    arrival.result = 'answered';
    return json(200, dialect.answer(answerTo(asked.prompt), cost), this.#quotaHeaders());
  }

  #count(client: string, prompt: string): number {
    const key = `${client} ${prompt}`;
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    return count;
  }

  #refusalOfQuota(dialect: Dialect, cost: Usage): Refusal | null {
    const {clock, hint = 'none'} = this.#options;
    const spent = {requests: 1, tokens: cost.inputTokens + cost.outputTokens};
    const waitMs = this.#quota.admit(spent, clock.now());
    if (waitMs === 0) return null;
    const headers: Record<string, string> = this.#quotaHeaders();
    if (hint === 'retry-after') headers['retry-after'] = `${Math.ceil(waitMs / 1000)}`;
    if (hint === 'retry-after-ms') headers['retry-after-ms'] = `${Math.ceil(waitMs)}`;
    return {status: 429, headers, body: dialect.error('rate_limit', 'Rate limit reached.')};
  }

  #quotaHeaders(): Record<string, string> {
    const {clock, sendsQuotaHeaders = false} = this.#options;
    return sendsQuotaHeaders ? this.#quota.headers(clock.now()) : {};
  }

  #events(arrival: Arrival, body: AsyncIterable<string>): Reply {
    const {framing = PLAIN} = this.#options;
    return {
      kind: 'response',
      status: 200,
      headers: {...EVENTS_TYPE, ...this.#quotaHeaders()},
      body: encode(counted(arrival, body), framing),
    };
  }

  async *#stream(dialect: Dialect, arrival: Arrival, fault: Fault | null, signal: AbortSignal): AsyncGenerator<string> {
    const {clock, tokenMs = 0} = this.#options;
    const {head, content, tail} = dialect.stream(arrival.cost);
    if (fault?.kind === 'pings then content') yield* this.#pings(dialect, signal, fault.ms);
    const error = fault?.kind === 'error event' ? fault : null;
    const fail = (kind: ErrorKind): string => {
      arrival.result = 'failed';
      return textOf({event: dialect.errorEvent, data: dialect.error(kind, 'The model is overloaded.')});
    };
    if (error?.after === 'nothing') return yield fail(error.error);
    for (const event of head) yield textOf(event);
    if (error?.after === 'head') return yield fail(error.error);
    if (fault?.kind === 'cut' && fault.after === 'head') cut(arrival);
    const words = answerTo(arrival.prompt).split(/(?<= )/);
    for (const [index, word] of words.entries()) {
      if (index === 1 && fault?.kind === 'cut') cut(arrival);
      if (index === 1 && fault?.kind === 'stall') await sleep(clock, Number.POSITIVE_INFINITY, signal);
      if (index === 1 && error?.after === 'content') return yield fail(error.error);
      yield textOf(content(word));
      await sleep(clock, (tokenMs * arrival.cost.outputTokens) / words.length, signal);
    }
    for (const event of tail) yield textOf(event);
    if (arrival.result === 'pending') arrival.result = 'answered';
  }

  /** A request that asks for no stream gets nothing at all. */
  async #pingsOnly(dialect: Dialect, {isStreamed}: Asked, arrival: Arrival, signal: AbortSignal): Promise<Reply> {
    if (!isStreamed) await sleep(this.#options.clock, Number.POSITIVE_INFINITY, signal);
    return this.#events(arrival, this.#pings(dialect, signal));
  }

  async *#pings(dialect: Dialect, signal: AbortSignal, ms = Number.POSITIVE_INFINITY): AsyncGenerator<string> {
    const {clock, pingMs = 15_000} = this.#options;
    for (const end = clock.now() + ms; clock.now() < end; ) {
      yield dialect.ping;
      await sleep(clock, pingMs, signal);
    }
  }
}

/** What the model says, umlaut and sign of two UTF-16 units included. */
export const answerTo = (prompt: string): string => `This answers ${prompt}, naïvely and in words 😀.`;

async function* counted(arrival: Arrival, events: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const event of events) {
    arrival.events++;
    yield event;
  }
}

function cut(arrival: Arrival): never {
  arrival.result = 'failed';
  throw new ConnectionCut('The connection breaks.');
}

function clientOf(headers: EndpointRequest['headers']): string {
  return headers['x-api-key'] ?? headers['x-goog-api-key'] ?? headers.authorization?.replace(/^Bearer /, '') ?? '';
}

const textOf = ({event, data}: {readonly event?: string | undefined; readonly data: unknown}): string =>
  `${event === undefined ? '' : `event: ${event}\n`}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;

const json = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Reply => ({
  kind: 'response',
  status,
  headers: {...JSON_TYPE, ...headers},
  body: JSON.stringify(body),
});

function failed(arrival: Arrival, kind: 'reset' | 'down'): Reply {
  arrival.result = 'failed';
  return {kind};
}
