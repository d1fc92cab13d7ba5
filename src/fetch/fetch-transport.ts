/** The transport of calls as `fetch(input, init)` states them. */

import {fetchBodies} from '../body/fetch-bodies.ts';
import type {ResponseBodies} from '../body/response-bodies.ts';
import type {Plan} from '../client/plan.ts';
import type {TimeoutError} from '../core/errors.ts';
import type {Outcome} from '../core/outcome.ts';
import {isTagged} from '../core/unknown-value.ts';
import {type BodySnapshot, plainText, snapshotBody, textOf} from '../decide/body.ts';
import {bodyOf, isForm} from '../decide/form.ts';
import type {Redirected} from '../decide/redirected.ts';
import {HeaderRecord} from '../transport/header-record.ts';
import {resentByFetch} from '../transport/misdirected.ts';
import {fetchRedirected} from '../transport/redirects.ts';
import {optionsElsewhere, requestFields} from '../transport/request-fields.ts';
import type {Caller, ReadyInit, Transport, TransportRequest} from '../transport/transport.ts';
import {cancelBody} from '../transport/unsent-body.ts';
import {type Resolve, settleWith} from './settle.ts';

type Fetch = typeof globalThis.fetch;

/** The transport, its own first request (most calls need no other), and the promise that the caller gets: one object for all three. */
export class FetchTransport
  extends HeaderRecord
  implements Transport<Response>, TransportRequest<Response>, Caller<Response>
{
  readonly callerSignal: AbortSignal | null;
  readonly #fetch: Fetch;
  readonly #input: string | Request;
  /** A copy of the caller's, made when the call was. */
  readonly #init: RequestInit | undefined;
  readonly #body: BodySnapshot;
  #resolve: Resolve;
  /** The request of the last attempt; null before the first. */
  #latest: HeaderRecord | null = null;
  /** The controller of the first request, if it may be aborted. */
  #controller: AbortController | null = null;

  /** @param init Owned by the transport from here on. */
  constructor(
    fetch: Fetch,
    input: string | Request,
    init: RequestInit | undefined,
    signal: AbortSignal | null,
    {policy, maxAttempts}: Plan,
    resolve: Resolve,
  ) {
    super();
    this.#fetch = fetch;
    this.#input = input;
    this.callerSignal = signal;
    this.#resolve = resolve;
    const {replayLimitBytes: limit} = policy;
    const own = init?.body;
    const body = isForm(own) ? bodyOf(own, limit, maxAttempts > 1) : own;
    this.#body = snapshotBody(body, limit);
    const headers = init?.headers ?? (isRequest(input) ? input.headers : undefined);
    if (headers !== undefined && headers !== null) this.read(headers);
    this.#init = init;
    // A function of the user's may set a type of its own for every body that is no form and has none.
    if (body !== own && body instanceof Blob && !this.has('content-type')) this.set('content-type', body.type);
  }

  get bodies(): ResponseBodies<Response> {
    return fetchBodies;
  }

  get replayable(): boolean {
    return this.#body.replayable;
  }

  get bodyText(): string | undefined {
    return textOf(this.#body.body);
  }

  get isReadable(): boolean {
    const {body, replayable} = this.#body;
    return replayable || isForm(body) || plainText(body) !== undefined;
  }

  text(): string | undefined {
    return plainText(this.#body.body);
  }

  get headerNames(): readonly string[] {
    return this.names;
  }

  headerOf(name: string): string | null {
    return this.get(name);
  }

  next(isAbortable: boolean, url: string | null): TransportRequest<Response> {
    const controller = isAbortable ? new AbortController() : null;
    if (this.#latest !== null || url !== null) {
      // It starts from what the last request carried, and writes over it; its record is its own, since attempts can overlap.
      const again = new FetchRequest(this, this.#latest ?? this, controller, url);
      this.#latest = again;
      return again;
    }
    this.#latest = this;
    this.#controller = controller;
    return this;
  }

  get headers(): HeaderRecord {
    return this;
  }

  get signal(): AbortSignal | undefined {
    return this.#controller?.signal ?? this.callerSignal ?? undefined;
  }

  send(): Promise<Response> {
    return this.put(this, this.signal, null);
  }

  abort(reason: unknown): void {
    this.#controller?.abort(reason);
  }

  redirected(outcome: Outcome<Response>, redirectsBefore: number): Redirected {
    const init = this.#init;
    const input = this.#input;
    const request: Partial<Request> = typeof input === 'string' ? {url: input} : input;
    const movedTo = this.#latest instanceof FetchRequest ? this.#latest.url : null;
    return fetchRedirected(outcome, redirectsBefore, {
      url: movedTo ?? request.url!,
      method: init?.method ?? request.method ?? 'GET',
      redirect: init?.redirect ?? request.redirect,
    });
  }

  resent(outcome: Outcome<Response>): boolean {
    return this.isReadable && resentByFetch(outcome);
  }

  ask(url: string, init: ReadyInit): Promise<Response> {
    const {body: _, integrity: __, ...connection} = this.#init ?? {}; // Both are of the resource.
    return this.#fetch(url, {...optionsElsewhere(connection), ...init});
  }

  timeoutError(error: TimeoutError): unknown {
    return error;
  }

  unsent(reason: unknown): void {
    cancelBody(this.#init?.body, reason);
  }

  settle(outcome: Outcome<Response>): void {
    settleWith(outcome, this.#resolve);
    // It holds the promise, and that holds the response; a timer or the caller's signal holds this transport while the body is open.
    this.#resolve = SETTLED;
  }

  /** @internal */
  put(
    headers: HeaderRecord,
    signal: AbortSignal | undefined,
    url: string | null,
    body: BodySnapshot = this.#body,
  ): Promise<Response> {
    const init = initOf(this.#init, body, headers, signal);
    if (url === null) return this.#fetch(this.#input, init);
    const fields = typeof this.#input === 'string' ? {} : requestFields(this.#input);
    const options = optionsElsewhere({...fields, ...init});
    return this.#fetch(url, {...options, headers: headers.fields});
  }
}

const SETTLED = (): void => {};

/** No private method of the transport: V8 marks each object of a class that has some, and calls are many. */
function initOf(
  own: RequestInit | undefined,
  {body}: BodySnapshot,
  headers: HeaderRecord,
  signal: AbortSignal | undefined,
): RequestInit {
  // Most calls have no options of their own, and an object written out at once is smaller than one that grows.
  if (own === undefined && signal !== undefined) return headers.touched ? {headers: headers.fields, signal} : {signal};
  const init: RequestInit = {...own};
  if (headers.touched) init.headers = headers.fields;
  if (signal !== undefined) init.signal = signal;
  if (body !== undefined) init.body = body;
  return init;
}

/** The request of a retry, of a hedge, or of an attempt at another endpoint. */
class FetchRequest extends HeaderRecord implements TransportRequest<Response> {
  readonly #transport: FetchTransport;
  readonly #controller: AbortController | null;
  /** Null: that of the call. */
  url: string | null;
  /** Undefined: that of the call. */
  #body: BodySnapshot | undefined;

  constructor(transport: FetchTransport, from: HeaderRecord, controller: AbortController | null, url: string | null) {
    super();
    this.copy(from);
    this.#transport = transport;
    this.#controller = controller;
    this.url = url;
  }

  get headers(): HeaderRecord {
    return this;
  }

  get signal(): AbortSignal | undefined {
    return this.#controller?.signal ?? this.#transport.callerSignal ?? undefined;
  }

  rewrite(url: string, body: string | Uint8Array<ArrayBuffer> | undefined): void {
    this.url = url;
    if (body !== undefined) this.#body = {body, replayable: true};
  }

  send(): Promise<Response> {
    return this.#transport.put(this, this.signal, this.url, this.#body);
  }

  abort(reason: unknown): void {
    this.#controller?.abort(reason);
  }
}

/** Whether it is a Request, of whatever class: a fetch of the user's may know none but its own. */
export const isRequest = (input: unknown): input is Request =>
  typeof input === 'object' && (input instanceof Request || isTagged(input, 'Request'));
