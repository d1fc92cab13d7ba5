/**
 * The transport of calls that are a `Request` object: ky's, and fetch's where the body is inside one.
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
import type {Policy} from '../policy/types.ts';
import {resentByFetch} from './misdirected.ts';
import {fetchRedirected} from './redirects.ts';
import {optionsElsewhere, requestFields} from './request-fields.ts';
import type {ReadyInit, Transport, TransportRequest} from './transport.ts';
import {cancelBody} from './unsent-body.ts';

export interface RequestTransportOptions {
  /** The caller's, if `request` is a copy of it: a Request of Node that is collected no longer follows the caller's signal. */
  readonly from?: Request;
  readonly request: Request;
  /** The URL with which the call began. A request to another one, which a hook of ky put in place, is sent only there. */
  readonly callUrl: string;
  readonly callerSignal: AbortSignal | null;
  /** See `Transport`. */
  readonly passesCallerSignal?: boolean;
  /** Whether more than one attempt is possible at all: else nothing is kept. */
  readonly retries: boolean;
  /** Under `refusals` what is read of the body is of interest as text, too. */
  readonly policy: Pick<Policy, 'refusals' | 'replayLimitBytes'>;
  /** The body, where it is known without reading: then the Request need not be cloned. */
  readonly text?: string | undefined;
  /** Whether the body is a stream of the caller's, which is not read before it is sent. Left out: unknown. */
  readonly isStream?: boolean;
  /** The loop that sends again has the body itself. */
  readonly keptElsewhere?: boolean | undefined;
  /** See `Transport`. */
  readonly bodyGetsFreshTime?: boolean;
  /** See `Transport`. */
  readonly bodyGraceMs?: number;
  send(request: Request, signal: AbortSignal | undefined): Promise<Response>;
  timeoutError(error: TimeoutError): unknown;
}

/** A Blob, because Node 22's fetch cannot send bytes again after a redirect. */
type KnownBody = string | Blob | null;

export class RequestTransport implements Transport<Response> {
  readonly #options: RequestTransportOptions;
  readonly #hasBody: boolean;
  #known: KnownBody;
  /** What was read. */
  #text: string | undefined;
  /** False once the body has turned out too large, has failed, or was read elsewhere; null before it is read. */
  #capture: Promise<boolean> | false | null = null;
  /** Reads the body beside the first attempt. */
  #reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> | undefined;
  /** The request of the last attempt; null before the first. */
  #latest: SentRequest | null = null;

  constructor(options: RequestTransportOptions) {
    this.#options = options;
    this.#hasBody = options.request.body !== null;
    const {text, policy} = options;
    this.#text = text;
    this.#known =
      text !== undefined && byteLength(text, policy.replayLimitBytes) <= policy.replayLimitBytes ? text : null;
  }

  get bodies(): ResponseBodies<Response> {
    return fetchBodies;
  }

  get callerSignal(): AbortSignal | null {
    return this.#options.callerSignal;
  }

  get passesCallerSignal(): boolean | undefined {
    return this.#options.passesCallerSignal;
  }

  get bodyGetsFreshTime(): boolean | undefined {
    return this.#options.bodyGetsFreshTime;
  }

  get bodyGraceMs(): number | undefined {
    return this.#options.bodyGraceMs;
  }

  get replayable(): boolean | Promise<boolean> {
    if (!this.#hasBody || this.#known !== null || this.#options.keptElsewhere) return true;
    return this.#capture ?? false;
  }

  get bodyText(): string | undefined {
    return this.#text;
  }

  get isReadable(): boolean {
    return !this.#options.isStream;
  }

  text(): Awaitable<string | undefined> {
    const {text, policy} = this.#options;
    if (text !== undefined || !this.#hasBody) return text;
    return this.capture().then(async isKnown => {
      if (isKnown) return plainText(await (this.#known as Blob).arrayBuffer());
      const message = `translate() needs a body of at most replayLimitBytes (${policy.replayLimitBytes}).`;
      throw new SteadfetchError('TRANSLATE_FAILED', message);
    });
  }

  get headerNames(): readonly string[] | undefined {
    const {request, callUrl} = this.#options;
    return request.url === callUrl ? [...request.headers.keys()] : undefined;
  }

  headerOf(name: string): string | null {
    return this.#options.request.headers.get(name);
  }

  next(isAbortable: boolean, url: string | null): TransportRequest<Response> {
    const controller = isAbortable ? new AbortController() : null;
    const {request, retries, text} = this.#options;
    const isFirst = this.#latest === null;
    if (isFirst && retries && this.#hasBody && text === undefined) this.capture();
    const known = this.#known;
    const sent = isFirst && url === null ? request : requestWith(request, url, known);
    this.#latest = new SentRequest(this.#options, sent, known, controller);
    return this.#latest;
  }

  redirected(outcome: Outcome<Response>, redirectsBefore: number): Redirected {
    const {method, url, redirect} = this.#options.request;
    return fetchRedirected(outcome, redirectsBefore, {method, url: this.#latest?.url ?? url, redirect});
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

  /** The call has: nothing more is kept of its body, and what still flows to the server flows on, unbuffered. */
  ended(): void {
    this.#reader?.cancel().catch(() => {});
  }

  /** Reads the body, once. Awaited before the call for a body in memory: a Request made with a stream has no length, and could not follow a redirect. */
  async capture(): Promise<boolean> {
    this.#capture ??= this.#read();
    return this.#capture;
  }

  /** Whether the whole body is known. */
  async #read(): Promise<boolean> {
    const {request, policy} = this.#options;
    try {
      this.#reader = request.clone().body!.getReader();
      const chunks: Uint8Array<ArrayBuffer>[] = [];
      for (let left = policy.replayLimitBytes; left >= 0; ) {
        const {done, value} = await this.#reader.read();
        if (done) {
          const known = new Blob(chunks);
          if (policy.refusals !== null) this.#text = await known.text();
          this.#known = known;
          return true;
        }
        chunks.push(value);
        left -= value.byteLength;
      }
      this.ended();
    } catch {}
    this.#capture = false;
    return false;
  }
}

class SentRequest implements TransportRequest<Response> {
  readonly #options: RequestTransportOptions;
  #request: Request;
  /** The body, as far as it is known: a Request made with its stream has no length, and could not follow a redirect. */
  readonly #body: KnownBody;
  readonly #controller: AbortController | null;

  constructor(options: RequestTransportOptions, request: Request, body: KnownBody, controller: AbortController | null) {
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
    this.#request = requestWith(
      this.#request,
      url,
      body instanceof Uint8Array ? new Blob([body]) : (body ?? this.#body),
    );
  }

  get signal(): AbortSignal | undefined {
    return this.#controller?.signal ?? this.#options.callerSignal ?? undefined;
  }

  send(): Promise<Response> {
    return this.#options.send(this.#request, this.signal);
  }

  abort(reason: unknown): void {
    this.#controller?.abort(reason);
  }
}

/** A Request of the same class as `model`; of the global one where that is null. */
export function requestLike(model: Request | null, input: string | URL | Request, init?: RequestInit): Request {
  const isOwn = model === null || (model as unknown) instanceof Request;
  return new (isOwn ? Request : (model.constructor as typeof Request))(input, init);
}

/**
 * A request like another one.
 *
 * @param url  Null: to the same URL.
 * @param body Null: the same body.
 */
function requestWith(request: Request, url: string | null, body: KnownBody): Request {
  const own = body === null ? {} : {body};
  return requestLike(
    request,
    url ?? request,
    url === null ? own : {...optionsElsewhere(requestFields(request)), ...own},
  );
}
