/**
 * One attempt through undici: the handler of its dispatch, and the response that the engine decides about.
 *
 * What comes before the engine has decided is kept back, and the connection paused if that is much. Then it is either the
 * answer, and goes on to the caller's handler as if nothing had happened, or it is dropped.
 */
import type {BodyListener} from '../body/body-listener.ts';
import {type DrainEnd, DrainLimit, isTooLong, LONGEST_DRAIN_MS, MAX_DRAIN_BYTES} from '../body/discard.ts';
import {droppedError, endsEarly, markOf} from '../body/held-body.ts';
import {type ErrorRead, mayBeRead, parsed} from '../body/read-error.ts';
import type {ReadAhead, ResponseBodies} from '../body/response-bodies.ts';
import type {StreamBeginning} from '../body/stream-beginning.ts';
import type {AbortSource} from '../core/abort-source.ts';
import {afterPoll} from '../core/after-poll.ts';
import type {SteadfetchError} from '../core/errors.ts';
import {afterPromiseJobs} from '../core/event-loop.ts';
import type {AttemptResponse, ResponseHeaders} from '../core/outcome.ts';
import {type Clock, Pause} from '../core/timer.ts';
import type {Sent} from '../decide/classification.ts';
import type {Redirected} from '../decide/redirected.ts';
import {DispatchedAhead} from './dispatched-ahead.ts';
import type {BodyReader} from './kept-iterable.ts';
import type {DispatchController, DispatchHandler, IncomingHeaders} from './types.ts';

/** The controller that the caller's handler is given for the whole call. */
export interface CallController extends DispatchController {
  /** The caller's handler. */
  readonly handler: DispatchHandler;
  /** Whether that is fetch's, which asks for the body before it reads it. */
  readonly isFetch: boolean;
}

/** `held`: its call waits, and it may become the answer. `failing`: it is the answer, and the caller's handler has not got the error of its body. */
type Stage = 'undecided' | 'held' | 'answer' | 'dropped' | 'failing';

export class Dispatched implements AttemptResponse, DispatchHandler {
  status = 0;
  /** The controller of the connection; null until there is one. */
  connection: DispatchController | null = null;
  readonly reader: BodyReader | null;
  readonly #controller: CallController;
  readonly #resolve: (response: Dispatched) => void;
  readonly #reject: (error: unknown) => void;
  #stage: Stage = 'undecided';
  #incoming: IncomingHeaders = NO_HEADERS;
  /** Created on first read: for most answers the status is enough. */
  #headers: ResponseHeaders | null = null;
  /** Those of a body that was cut. */
  #ownHeaders: IncomingHeaders | null = null;
  #text: string | undefined;
  #listener: BodyListener | null = null;
  /** The event stream of the response, if the policy sets `stream`. */
  #ahead: DispatchedAhead | null = null;
  #abortedWith: Error | null = null;
  /** Why the rest of the body cannot be read. */
  #dropped: SteadfetchError | null = null;
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #trailers: IncomingHeaders | null = null;
  #error: Error | null = null;
  /** Waits for the end of the body of an error. */
  #onProgress: (() => void) | null = null;
  /** The time limit for reading the rest of a held or dropped body. */
  #limit: Pause | null = null;
  /** Requests that were begun for this attempt; interceptors below follow redirects, or retry. */
  #begun = 0;
  /** The context that lower interceptors pass to the handler: undici's redirect interceptor passes the URLs that answered. */
  #context: unknown = null;
  /** The URLs that answered, from undici's redirect interceptor. */
  #history: readonly unknown[] = NO_HISTORY;

  /** @param reader What is sent, where it is kept while it is sent. */
  constructor(
    controller: CallController,
    reader: BodyReader | null,
    resolve: (response: Dispatched) => void,
    reject: (error: unknown) => void,
  ) {
    this.reader = reader;
    this.#controller = controller;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  // The response.

  get headers(): ResponseHeaders {
    this.#headers ??= readable(this.#incoming);
    return this.#headers;
  }

  track(listener: BodyListener): void {
    this.#listener = listener;
  }

  /** @returns Null where the bytes of the stream are compressed: undici's dispatchers pass them on as they are. */
  readAhead(beginning: StreamBeginning): ReadAhead | null {
    const encoding = this.headers.get('content-encoding') ?? 'identity';
    if (this.#stage !== 'undecided' || encoding !== 'identity') return null;
    const ahead = new DispatchedAhead(beginning);
    this.#ahead = ahead;
    for (const chunk of this.#chunks) ahead.chunk(chunk);
    if (this.#error !== null) ahead.broke(this.#error);
    else if (this.#trailers !== null) ahead.ended();
    else if (ahead.isReading) this.connection?.resume();
    return ahead;
  }

  hold(clock: Clock, signal: AbortSource | null): void {
    if (this.#stage === 'undecided') this.#drain('held', clock, signal);
  }

  drop(clock: Clock, signal: AbortSource | null): void {
    this.#chunks = [];
    this.#drain('dropped', clock, signal);
  }

  /** Reads on, so that the connection can serve others. It is closed where that takes more than the limits of `discard.ts`. */
  #drain(stage: 'held' | 'dropped', clock: Clock, signal: AbortSource | null): void {
    this.#stage = stage;
    if (this.#trailers !== null || this.#error !== null) return;
    this.#limit ??= new DrainLimit(clock, LONGEST_DRAIN_MS, signal, () => this.#drop('too-slow'));
    const isTooLarge = this.#bytes > MAX_DRAIN_BYTES || (stage === 'dropped' && isTooLong(this));
    if (isTooLarge) this.#drop('too-large');
    else this.connection?.resume();
  }

  #drop(end: Exclude<DrainEnd, 'read'>): void {
    this.#dropped ??= droppedError(this.status, end);
    this.abort(this.#dropped);
  }

  /** The body of an error: what comes before the engine has decided is kept anyway. Of a compressed one nothing is understood. */
  readError(limits: ErrorRead): unknown {
    const encoding = this.headers.get('content-encoding')?.trim().toLowerCase() ?? 'identity';
    if (this.#stage !== 'undecided' || encoding !== 'identity' || !mayBeRead(this.headers, limits)) return undefined;
    return new Promise(resolve => {
      const end = (): void => {
        this.#onProgress = null;
        pause.end();
        resolve(this.#trailers !== null && this.#bytes <= limits.maxBytes ? parsed(this.#chunks) : undefined);
      };
      const pause = new Pause(limits.clock, limits.maxMs, limits.signal, end);
      this.#onProgress = () => {
        if (this.#trailers !== null || this.#error !== null || this.#bytes > limits.maxBytes) end();
      };
      this.#onProgress();
    });
  }

  /** It is the answer. */
  give(): void {
    const controller = this.#controller;
    const {handler} = controller;
    const dropped = this.#dropped;
    const error = dropped ?? this.#error;
    const isCut = dropped !== null && endsEarly(this.status);
    if (isCut) this.#cut(dropped);
    else if (error !== null && controller.isFetch) this.#chunks = []; // It would ask for more than these at once.
    this.#stage = 'answer';
    this.#limit?.end();
    // The handler was notified once that the request starts, before any context was known.
    if (this.#context !== null && this.#context !== undefined) handler.onRequestStart?.(controller, this.#context);
    handler.onResponseStart?.(controller, this.status, this.#incoming, this.#text);
    this.#listener?.streaming();
    for (const chunk of this.#chunks) handler.onResponseData?.(controller, chunk);
    this.#chunks = [];
    if (this.#trailers !== null) this.onResponseEnd(controller, this.#trailers);
    else if (error !== null) this.#failLater(error);
    else if (!controller.paused) this.#proceed();
    if (isCut) this.#stage = 'dropped'; // Its connection may still report that it was closed.
  }

  /** Gives the beginning of an error whose body was dropped, and then why it ends there. */
  #cut(error: SteadfetchError): void {
    const {'content-length': _, 'content-encoding': encoding, ...headers} = this.#incoming;
    const beginning = Buffer.concat(this.#chunks, Math.min(this.#bytes, MAX_DRAIN_BYTES));
    const mark = Buffer.from(markOf(error));
    this.#chunks = encoding === undefined ? [beginning, mark] : [mark]; // No line can follow a part of a compressed body.
    this.#incoming = headers;
    this.#ownHeaders = headers;
    this.#trailers = NO_HEADERS;
  }

  /**
   * The handler of fetch hangs if it gets the error before it reads the body, and a body that is not read needs no error. Other handlers get it
   * once the code that waits for the response has run.
   */
  #failLater(error: Error): void {
    this.#stage = 'failing';
    this.#error = error;
    if (!this.#controller.isFetch) afterPromiseJobs(() => this.#fail(error));
  }

  /** Every byte came, and the handler has been given them: their reader gets them first. */
  #failRead(error: Error): void {
    this.#stage = 'failing';
    this.#error = error;
    if (!this.#controller.paused) this.resume();
  }

  #fail(error: Error): void {
    if (this.#stage !== 'failing') return;
    this.#stage = 'answer';
    this.onResponseError(this.#controller, error);
    this.#stage = 'dropped';
  }

  /** The caller's handler asks for more. */
  resume(): void {
    const error = this.#error;
    if (error === null) this.connection?.resume();
    else afterPoll(() => this.#fail(error)); // A Readable asks for more before its reader has got what is there.
  }

  get rawHeaders(): unknown {
    return this.#ownHeaders ?? this.connection?.rawHeaders ?? null;
  }

  /** The caller's handler hears of an error in its place. */
  withhold(reason: Error): void {
    this.#limit?.end();
    this.#listener?.ended();
    this.#chunks = [];
    this.abort(reason);
  }

  abort(reason: Error): void {
    this.#abortedWith = reason;
    this.connection?.abort(reason);
    this.#fail(reason); // Has an effect if the connection can no longer report it.
  }

  /** The caller's handler threw while it was given the answer. As with undici, it hears of that itself. */
  fail(error: Error): void {
    this.abort(error);
    if (this.#trailers !== null) this.onResponseError(this.#controller, error); // The connection can no longer report it.
  }

  /**
   * A request that was not sent was not begun: if one was, the one that failed came after it. An answer to the second request may be
   * that of an interceptor below that follows redirects or retries. A refused stream says less: undici sends it once more by itself.
   */
  redirected(sent: Sent): Redirected {
    const answers = this.status === 0 ? 0 : 1;
    if (this.#history.length > answers) return 'yes';
    if (sent === 'not-processed' && answers === 0) return 'no';
    return this.#begun > answers ? 'unknown' : 'no';
  }

  // The handler.

  onRequestStart(connection: DispatchController, context: unknown): void {
    this.connection = connection;
    this.#begun++;
    this.#context = context;
    const {history} = (context ?? {}) as {history?: unknown};
    if (Array.isArray(history)) this.#history = history;
    if (this.#abortedWith !== null) connection.abort(this.#abortedWith);
  }

  onRequestSent(): void {
    this.#controller.handler.onRequestSent?.();
  }

  onBodySent(chunk: unknown): void {
    this.#controller.handler.onBodySent?.(chunk);
  }

  onResponseStart(_connection: DispatchController, status: number, headers: IncomingHeaders, text?: string): void {
    if (status < 200) {
      this.#controller.handler.onResponseStart?.(this.#controller, status, headers, text);
      return;
    }
    this.status = status;
    this.#incoming = headers;
    this.#text = text;
    this.#resolve(this);
  }

  onResponseData(connection: DispatchController, chunk: Uint8Array): void {
    this.#bytes += chunk.byteLength;
    switch (this.#stage) {
      case 'undecided':
        this.#chunks.push(chunk);
        this.#ahead?.chunk(chunk);
        if (this.#bytes > MAX_DRAIN_BYTES && !this.#ahead?.isReading) connection.pause();
        this.#onProgress?.();
        return;
      case 'held':
      case 'dropped':
        if (this.#stage === 'held') this.#chunks.push(chunk);
        if (this.#bytes > MAX_DRAIN_BYTES) this.#drop('too-large');
        return;
      case 'answer':
        this.#ahead?.chunk(chunk);
        this.#listener?.chunkArrived(chunk);
        this.#controller.handler.onResponseData?.(this.#controller, chunk);
        if (!this.#controller.paused) this.#listener?.awaitingChunk();
    }
  }

  onResponseEnd(_connection: DispatchController, trailers: IncomingHeaders): void {
    this.#trailers = trailers;
    this.#limit?.end();
    this.#onProgress?.();
    const error = this.#ahead?.ended() ?? null;
    if (this.#stage !== 'answer') return;
    if (error !== null) return this.#failRead(error);
    this.#listener?.ended('read');
    this.#controller.handler.onResponseEnd?.(this.#controller, trailers);
  }

  onResponseError(_connection: DispatchController, error: Error): void {
    this.#error = error;
    this.#limit?.end();
    this.#onProgress?.();
    this.#ahead?.broke(error);
    if (this.status === 0) this.#reject(error);
    if (this.#stage !== 'answer') return;
    this.#listener?.ended('network', error);
    this.#controller.handler.onResponseError?.(this.#controller, error);
  }

  #proceed(): void {
    this.#listener?.awaitingChunk();
    this.connection?.resume();
  }
}

/** The caller's handler is given what came, so there is nothing to do later. */
export const dispatchedBodies: ResponseBodies<Dispatched> = {
  flows: true,
  track(response, listener) {
    response.track(listener);
    return true;
  },
  hold(response, clock, signal) {
    response.hold(clock, signal);
    return null;
  },
  readError: (response, limits) => response.readError(limits),
  readAhead: (response, beginning) => response.readAhead(beginning),
  discard: (response, clock, signal) => response.drop(clock, signal),
};

const NO_HISTORY: readonly unknown[] = [];
const NO_HEADERS: IncomingHeaders = Object.freeze({});

const readable = (headers: IncomingHeaders): ResponseHeaders => ({
  get: name => {
    const value = headers[name.toLowerCase()];
    return value === undefined ? null : Array.isArray(value) ? value.join(', ') : value;
  },
  has: name => headers[name.toLowerCase()] !== undefined,
});
