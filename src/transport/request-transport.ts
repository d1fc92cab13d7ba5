/**
 * The transport of calls that are a `Request` object: ky's, and fetch's where the body is inside one or is a form.
 *
 * The body of a Request can be read once. Its first attempt gets the Request itself, while a clone is read beside it, up to
 * the replay limit: small bodies are then known for a retry, large ones are not held in memory.
 */
import {fetchBodies} from '../body/fetch-bodies.ts';
import type {ResponseBodies} from '../body/response-bodies.ts';
import type {Awaitable} from '../core/awaitable.ts';
import {SteadfetchError, type TimeoutError} from '../core/errors.ts';
import type {HeaderBag} from '../core/observer.ts';
import type {Outcome} from '../core/outcome.ts';
import {byteLength, plainText} from '../decide/body.ts';
import type {Redirected} from '../decide/redirected.ts';
import {resentByFetch} from './misdirected.ts';
import {fetchRedirected} from './redirects.ts';
import {optionsElsewhere, requestFields} from './request-fields.ts';
import type {ReadyInit, Transport, TransportRequest} from './transport.ts';
import {cancelBody} from './unsent-body.ts';

export interface RequestTransportOptions {
  readonly request: Request;
  /** The URL with which the call began. A request to another one, which a hook of ky put in place, is sent only there. */
  readonly callUrl: string;
  readonly callerSignal: AbortSignal | null;
  /** See `Transport`. */
  readonly passesCallerSignal: boolean;
  /** Whether more than one attempt is possible at all: else nothing is kept. */
  readonly retries: boolean;
  /** Whether two attempts can be in flight at once: else one Request without a body serves all. */
  readonly hedges: boolean;
  readonly replayLimitBytes: number;
  /** The body, where it is known without reading: then the Request need not be cloned. */
  readonly text: string | undefined;
  /** Whether the body is a stream of the caller's, which is not read before it is sent. Left out: unknown. */
  readonly isStream?: boolean;
  /** The loop that sends again has the body itself. */
  readonly keptElsewhere?: boolean;
  /** See `Transport`. */
  readonly bodyGetsFreshTime?: boolean;
  /** See `Transport`. */
  readonly bodyGraceMs?: number;
  send(request: Request, signal: AbortSignal | undefined): Promise<Response>;
  timeoutError(error: TimeoutError): unknown;
}

type KnownBody = string | Uint8Array<ArrayBuffer> | null;

export class RequestTransport implements Transport<Response> {
  readonly #options: RequestTransportOptions;
  readonly #hasBody: boolean;
  #known: KnownBody;
  #capture: Promise<boolean> | null = null;
  /** The request of the last attempt; null before the first. */
  #latest: SentRequest | null = null;

  constructor(options: RequestTransportOptions) {
    this.#options = options;
    this.#hasBody = options.request.body !== null;
    const {text, replayLimitBytes} = options;
    this.#known = text !== undefined && byteLength(text, replayLimitBytes) <= replayLimitBytes ? text : null;
  }

  get bodies(): ResponseBodies<Response> {
    return fetchBodies;
  }

  get callerSignal(): AbortSignal | null {
    return this.#options.callerSignal;
  }

  get passesCallerSignal(): boolean {
    return this.#options.passesCallerSignal;
  }

  get bodyGetsFreshTime(): boolean {
    return this.#options.bodyGetsFreshTime ?? false;
  }

  get bodyGraceMs(): number {
    return this.#options.bodyGraceMs ?? 0;
  }

  get replayable(): boolean | Promise<boolean> {
    if (!this.#hasBody || this.#known !== null || this.#options.keptElsewhere) return true;
    return this.#capture ?? false;
  }

  get bodyText(): string | undefined {
    return this.#options.text;
  }

  get isReadable(): boolean {
    return !this.#options.isStream;
  }

  text(): Awaitable<string | undefined> {
    const {request, text, replayLimitBytes} = this.#options;
    if (text !== undefined || !this.#hasBody) return text;
    this.#capture ??= this.#read(request, replayLimitBytes);
    return this.#capture.then(isKnown => {
      if (isKnown) return plainText(this.#known);
      const message = `translate() cannot be given the body of this call, because it could not be read within replayLimitBytes (${replayLimitBytes}).`;
      throw new SteadfetchError('TRANSLATE_FAILED', message);
    });
  }

  get headerNames(): readonly string[] | undefined {
    const {request, callUrl} = this.#options;
    return request.url === callUrl ? [...request.headers.keys()] : undefined;
  }

  next(isAbortable: boolean, url: string | null): TransportRequest<Response> {
    const controller = isAbortable ? new AbortController() : null;
    const isFirst = this.#latest === null;
    const late = url !== null && isFirst ? this.#lateBody() : null;
    const request = url === null ? this.#nextRequest(isFirst) : this.#requestTo(url, isFirst);
    this.#latest = new SentRequest(this.#options, request, late ?? this.#known, controller);
    return this.#latest;
  }

  #nextRequest(isFirst: boolean): Request {
    const {request, hedges} = this.#options;
    if (isFirst) {
      this.#keepBody();
      return request;
    }
    if (!this.#hasBody && !hedges) return request;
    return requestLike(request, request, this.#hasBody ? {body: this.#known} : undefined);
  }

  /** A body in memory, which is read before the first attempt goes elsewhere; null where it is known, or must not be waited for. */
  #lateBody(): Promise<KnownBody> | null {
    const {request, isStream, replayLimitBytes} = this.#options;
    if (this.#known !== null || !this.#hasBody || isStream !== false) return null;
    this.#capture ??= this.#read(request, replayLimitBytes);
    return this.#capture.then(() => this.#known);
  }

  #requestTo(url: string, isFirst: boolean): Request {
    const {request} = this.#options;
    if (isFirst) this.#keepBody();
    const body = this.#known === null ? {} : {body: this.#known};
    return requestLike(request, url, {...optionsElsewhere(requestFields(request), request.url, url), ...body});
  }

  #keepBody(): void {
    const {request, retries, replayLimitBytes, text} = this.#options;
    if (retries && this.#hasBody && text === undefined) this.#capture ??= this.#read(request, replayLimitBytes);
  }

  redirected(outcome: Outcome<Response>): Redirected {
    const {method, url, redirect} = this.#options.request;
    return fetchRedirected(outcome, {method, url: this.#latest?.url ?? url, redirect});
  }

  resent(outcome: Outcome<Response>): boolean {
    return !this.#options.isStream && resentByFetch(outcome);
  }

  ask(url: string, init: ReadyInit): Promise<Response> {
    const {request, send} = this.#options;
    return send(requestLike(request, url, init), init.signal);
  }

  timeoutError(error: TimeoutError): unknown {
    return this.#options.timeoutError(error);
  }

  unsent(reason: unknown): void {
    cancelBody(this.#options.request.body, reason);
  }

  /** True when the whole body is known; false when it is too large, failed, or was read elsewhere. */
  async #read(request: Request, limitBytes: number): Promise<boolean> {
    try {
      const reader = request.clone().body!.getReader();
      const chunks: Uint8Array<ArrayBuffer>[] = [];
      let size = 0;
      for (;;) {
        const {done, value} = await reader.read();
        if (done) break;
        size += value.byteLength;
        if (size > limitBytes) {
          reader.cancel().catch(() => {}); // The branch goes; the request itself flows on, unbuffered.
          return false;
        }
        chunks.push(value);
      }
      this.#known = concat(chunks, size);
      return true;
    } catch {
      return false;
    }
  }
}

class SentRequest implements TransportRequest<Response> {
  readonly #options: RequestTransportOptions;
  #request: Request;
  /** The body, as far as it is known: a Request made with its stream has no length, and could not follow a redirect. */
  readonly #body: KnownBody | Promise<KnownBody>;
  readonly #controller: AbortController | null;

  constructor(
    options: RequestTransportOptions,
    request: Request,
    body: KnownBody | Promise<KnownBody>,
    controller: AbortController | null,
  ) {
    this.#options = options;
    this.#request = request;
    this.#body = body;
    this.#controller = controller;
  }

  get headers(): HeaderBag {
    return this.#request.headers;
  }

  get url(): string {
    return this.#request.url;
  }

  /** Called for a body that is known, as far as it can be. */
  rewrite(url: string, body: string | Uint8Array<ArrayBuffer> | undefined): void {
    const known = body ?? this.#body;
    // Node 22's fetch cannot send bytes again after a redirect, and a Blob it can.
    const own =
      known === null || known instanceof Promise ? {} : {body: typeof known === 'string' ? known : new Blob([known])};
    this.#request = requestLike(this.#request, url, {...requestFields(this.#request), ...own});
  }

  get signal(): AbortSignal | undefined {
    return this.#controller?.signal ?? this.#options.callerSignal ?? undefined;
  }

  send(): Promise<Response> {
    const body = this.#body;
    return body instanceof Promise ? this.#sendWith(body) : this.#options.send(this.#request, this.signal);
  }

  async #sendWith(late: Promise<KnownBody>): Promise<Response> {
    const body = await late;
    if (body !== null) this.rewrite(this.url, body);
    return this.#options.send(this.#request, this.signal);
  }

  abort(reason: unknown): void {
    this.#controller?.abort(reason);
  }
}

/** A Request of the same class as `model`; of the global one where that is null. */
export function requestLike(model: Request | null, input: string | URL | Request, init?: RequestInit): Request {
  const isForeign = model !== null && !((model as unknown) instanceof Request);
  const Class = isForeign ? (model.constructor as typeof Request) : Request;
  return new Class(input, init);
}

function concat(chunks: readonly Uint8Array<ArrayBuffer>[], size: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}
