/** A wire for calls as `fetch(input, init)` states them. */

import {HeaderRecord, type HeaderValues, headerValues} from '../call/header-record.ts';
import {isRequest} from '../call/request-wire.ts';
import type {Sendable, Wire} from '../call/wire.ts';
import type {TimeoutError} from '../core/errors.ts';
import {type BodySnapshot, snapshotBody} from '../decide/body.ts';

type Fetch = typeof globalThis.fetch;

export class FetchWire implements Wire {
  readonly signal: AbortSignal | null;
  readonly signalIsOurs = false;
  readonly bodyGetsFreshTime = false;
  readonly #fetch: Fetch;
  readonly #input: RequestInfo | URL;
  readonly #init: RequestInit | undefined;
  readonly #headers: HeadersInit | undefined;
  readonly #body: BodySnapshot;
  #values: HeaderValues | null = null;

  constructor(
    fetch: Fetch,
    input: RequestInfo | URL,
    init: RequestInit | undefined,
    signal: AbortSignal | null,
    replayLimitBytes: number,
  ) {
    this.#fetch = fetch;
    this.#input = input;
    this.#init = init;
    this.signal = signal;
    this.#headers = init?.headers ?? (isRequest(input) ? input.headers : undefined);
    this.#body = snapshotBody(init?.body, replayLimitBytes);
  }

  get replayable(): boolean {
    return this.#body.replayable;
  }

  next(): Sendable {
    // Copied at the first attempt, as fetch does: what the caller changes later is not sent. A resend starts from what the
    // first attempt sent, and writes over it; its record is its own, since attempts can overlap.
    const values = this.#values === null ? headerValues(this.#headers) : {...this.#values};
    this.#values = values;
    return new FetchAttempt(this, values);
  }

  timeoutError(error: TimeoutError): unknown {
    return error;
  }

  /** @internal */
  put(headers: HeaderRecord, signal: AbortSignal | undefined): Promise<Response> {
    const init: RequestInit = {...this.#init};
    if (headers.touched) init.headers = headers.values;
    if (signal !== undefined) init.signal = signal;
    if (this.#body.body !== undefined) init.body = this.#body.body;
    return this.#fetch(this.#input, init);
  }
}

/** Its own headers: one object, where calls are many. */
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
