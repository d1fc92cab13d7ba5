/** A wire for calls as `fetch(input, init)` states them. */

import type {Plan} from '../client/plan.ts';
import type {TimeoutError} from '../core/errors.ts';
import type {Outcome} from '../core/outcome.ts';
import {type BodySnapshot, snapshotBody} from '../decide/body.ts';
import type {Redirected} from '../decide/redirected.ts';
import {HeaderRecord, type HeaderValues, headerValues} from '../transport/header-record.ts';
import {fetchRedirected} from '../transport/redirects.ts';
import {isRequest} from '../transport/request-transport.ts';
import type {Caller, Sendable, Wire} from '../transport/transport.ts';
import {cancelBody} from '../transport/unsent-body.ts';
import {copyHeaders} from './init-copy.ts';
import {type Reject, type Resolve, settleWith} from './settle.ts';

type Fetch = typeof globalThis.fetch;

/** The wire, its own first attempt (most calls need no other), and the promise that the caller gets: one object for all three. */
export class FetchWire extends HeaderRecord implements Wire, Sendable, Caller {
  readonly signal: AbortSignal | null;
  readonly #fetch: Fetch;
  readonly #input: string | Request;
  /** A copy of the caller's, made when the call was. */
  readonly #init: RequestInit | undefined;
  readonly #body: BodySnapshot;
  #resolve: Resolve;
  #reject: Reject;
  /** The last attempt; null before the first. */
  #latest: HeaderRecord | null = null;

  /** @param init Of the wire's own, from here on. */
  constructor(
    fetch: Fetch,
    input: string | Request,
    init: RequestInit | undefined,
    signal: AbortSignal | null,
    {policy, labelsAll}: Plan,
    resolve: Resolve,
    reject: Reject,
  ) {
    super();
    this.#fetch = fetch;
    this.#input = input;
    this.signal = signal;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#body = snapshotBody(init?.body, policy.replayLimitBytes);
    const headers = init?.headers ?? (isRequest(input) ? input.headers : undefined);
    if (headers !== undefined) this.values = headerValues(headers);
    // Where nothing may be written onto them, fetch gets them as the caller wrote them.
    const keepsHeaders = headers !== undefined && !labelsAll;
    this.#init = keepsHeaders ? {...init, headers: copyHeaders(headers, this.values)} : init;
  }

  get signalIsOurs(): boolean {
    return false;
  }

  get bodyGetsFreshTime(): boolean {
    return false;
  }

  get replayable(): boolean {
    return this.#body.replayable;
  }

  next(): Sendable {
    if (this.#latest !== null) {
      // It starts from what the last attempt sent, and writes over it; its record is its own, since attempts can overlap.
      const again = new FetchAttempt(this, {...this.#latest.values});
      this.#latest = again;
      return again;
    }
    this.#latest = this;
    return this;
  }

  get headers(): HeaderRecord {
    return this;
  }

  send(signal: AbortSignal | undefined): Promise<Response> {
    return this.put(this, signal);
  }

  redirected(outcome: Outcome): Redirected {
    const init = this.#init;
    const input = this.#input;
    const request = typeof input === 'string' ? null : input;
    return fetchRedirected(outcome, {
      url: request === null ? String(input) : request.url,
      method: init?.method ?? request?.method ?? 'GET',
      redirect: init?.redirect ?? request?.redirect,
    });
  }

  timeoutError(error: TimeoutError): unknown {
    return error;
  }

  unsent(reason: unknown): void {
    cancelBody(this.#init?.body, reason);
  }

  settle(outcome: Outcome): void {
    settleWith(outcome, this.#resolve, this.#reject);
    // They hold the promise, and it holds the response; a timer or the caller's signal holds this wire while the body is open.
    this.#resolve = SETTLED;
    this.#reject = SETTLED;
  }

  /** @internal */
  put(headers: HeaderRecord, signal: AbortSignal | undefined): Promise<Response> {
    return this.#fetch(this.#input, initOf(this.#init, this.#body, headers, signal));
  }
}

const SETTLED = (): void => {};

/** No private method of the wire's: V8 marks each object of a class that has some, and calls are many. */
function initOf(
  own: RequestInit | undefined,
  {body}: BodySnapshot,
  {values, touched}: HeaderRecord,
  signal: AbortSignal | undefined,
): RequestInit {
  // Most calls have no options of their own, and an object written out at once is smaller than one that grows.
  if (own === undefined && signal !== undefined) return touched ? {headers: values, signal} : {signal};
  const init: RequestInit = {...own};
  if (touched) init.headers = values;
  if (signal !== undefined) init.signal = signal;
  if (body !== undefined) init.body = body;
  return init;
}

class FetchAttempt extends HeaderRecord implements Sendable {
  readonly #wire: FetchWire;

  constructor(wire: FetchWire, values: HeaderValues) {
    super(values);
    this.#wire = wire;
  }

  get headers(): HeaderRecord {
    return this;
  }

  send(signal: AbortSignal | undefined): Promise<Response> {
    return this.#wire.put(this, signal);
  }
}
