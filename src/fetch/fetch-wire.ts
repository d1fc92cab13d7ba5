/** A wire for calls as `fetch(input, init)` states them. */
import {HeaderRecord, type HeaderValues, headerValues} from '../call/header-record.ts';
import {fetchRedirected} from '../call/redirects.ts';
import {isRequest} from '../call/request-wire.ts';
import {cancelBody} from '../call/unsent-body.ts';
import type {Caller, Sendable, Wire} from '../call/wire.ts';
import type {TimeoutError} from '../core/errors.ts';
import type {Outcome} from '../core/outcome.ts';
import {type BodySnapshot, snapshotBody} from '../decide/body.ts';
import type {Redirected} from '../decide/redirected.ts';
import {type Reject, type Resolve, settleWith} from './settle.ts';

type Fetch = typeof globalThis.fetch;

/** The wire, its own first attempt (most calls need no other), and the promise that the caller gets: one object for all three. */
export class FetchWire extends HeaderRecord implements Wire, Sendable, Caller {
  readonly signal: AbortSignal | null;
  readonly #fetch: Fetch;
  readonly #input: RequestInfo | URL;
  readonly #init: RequestInit | undefined;
  readonly #body: BodySnapshot;
  readonly #resolve: Resolve;
  readonly #reject: Reject;
  /** The last attempt; null before the first. */
  #latest: HeaderRecord | null = null;

  constructor(
    fetch: Fetch,
    input: RequestInfo | URL,
    init: RequestInit | undefined,
    signal: AbortSignal | null,
    replayLimitBytes: number,
    resolve: Resolve,
    reject: Reject,
  ) {
    super();
    this.#fetch = fetch;
    this.#input = input;
    this.#init = init;
    this.signal = signal;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#body = snapshotBody(init?.body, replayLimitBytes);
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
    // Copied at the first attempt, as fetch does: what the caller changes later is not sent.
    const input = this.#input;
    this.values = headerValues(this.#init?.headers ?? (isRequest(input) ? input.headers : undefined));
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
    const request = isRequest(this.#input) ? this.#input : null;
    return fetchRedirected(outcome, {
      method: init?.method ?? request?.method ?? 'GET',
      url: request?.url ?? String(this.#input),
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
  }

  /** @internal */
  put(headers: HeaderRecord, signal: AbortSignal | undefined): Promise<Response> {
    return this.#fetch(this.#input, initOf(this.#init, this.#body, headers, signal));
  }
}

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
