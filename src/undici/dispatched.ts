/**
 * One attempt on undici's wire: a handler of its dispatch, and the response the engine judges.
 *
 * What comes before the engine has decided is kept back, and the connection paused if that is much. Then it is either the
 * answer, and goes on to the caller's handler as if nothing had happened, or it is dropped.
 */
import type {BodyKeeper} from '../call/body-keeper.ts';
import {ForeignResponse} from '../call/foreign-response.ts';
import type {DispatchController, DispatchHandler, IncomingHeaders} from './types.ts';

/** More than this is not kept back, and not read to its end when it is dropped: the connection is closed instead. */
const MOST_BYTES = 65_536;

/** Whom an attempt serves: the controller that the caller's handler is given for the whole call. */
export interface Exchange extends DispatchController {
  /** The caller's handler. */
  readonly handler: DispatchHandler;
}

type Stage = 'undecided' | 'answer' | 'dropped';

export class Dispatched extends ForeignResponse implements DispatchHandler {
  status = 0;
  /** Of the connection; null until it has one. */
  connection: DispatchController | null = null;
  readonly #exchange: Exchange;
  readonly #resolve: (response: Response) => void;
  readonly #reject: (error: unknown) => void;
  #stage: Stage = 'undecided';
  #incoming: IncomingHeaders = NO_HEADERS;
  /** Made where somebody looks: of most answers the status is enough. */
  #headers: ForeignResponse['headers'] | null = null;
  #text: string | undefined;
  #keeper: BodyKeeper | null = null;
  #abortedWith: Error | null = null;
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #trailers: IncomingHeaders | null = null;
  #error: Error | null = null;

  constructor(exchange: Exchange, resolve: (response: Response) => void, reject: (error: unknown) => void) {
    super();
    this.#exchange = exchange;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  // As a response.

  get headers(): ForeignResponse['headers'] {
    this.#headers ??= readable(this.#incoming);
    return this.#headers;
  }

  linkTo(keeper: BodyKeeper): void {
    this.#keeper = keeper;
  }

  drop(): void {
    this.#stage = 'dropped';
    this.#chunks = [];
    if (this.#bytes > MOST_BYTES || Number(this.headers.get('content-length') ?? 0) > MOST_BYTES) this.abort(DROPPED);
    else this.connection?.resume();
  }

  /** It is the answer. */
  give(): void {
    const exchange = this.#exchange;
    const {handler} = exchange;
    this.#stage = 'answer';
    handler.onResponseStart?.(exchange, this.status, this.#incoming, this.#text);
    this.#keeper?.streaming();
    for (const chunk of this.#chunks) handler.onResponseData?.(exchange, chunk);
    this.#chunks = [];
    if (this.#error !== null) this.onResponseError(exchange, this.#error);
    else if (this.#trailers !== null) this.onResponseEnd(exchange, this.#trailers);
    else if (!exchange.paused) this.#proceed();
  }

  abort(reason: Error): void {
    this.#abortedWith = reason;
    this.connection?.abort(reason);
  }

  /** The signal of the attempt aborted. */
  handleEvent(event: {readonly target: unknown}): void {
    this.abort((event.target as AbortSignal).reason);
  }

  // As a handler.

  onRequestStart(connection: DispatchController): void {
    this.connection = connection;
    if (this.#abortedWith !== null) connection.abort(this.#abortedWith);
  }

  onRequestSent(): void {
    this.#exchange.handler.onRequestSent?.();
  }

  onBodySent(chunk: unknown): void {
    this.#exchange.handler.onBodySent?.(chunk);
  }

  onResponseStart(_connection: DispatchController, status: number, headers: IncomingHeaders, text?: string): void {
    if (status < 200) {
      this.#exchange.handler.onResponseStart?.(this.#exchange, status, headers, text);
      return;
    }
    this.status = status;
    this.#incoming = headers;
    this.#text = text;
    this.#resolve(this as unknown as Response);
  }

  onResponseData(connection: DispatchController, chunk: Uint8Array): void {
    this.#bytes += chunk.byteLength;
    switch (this.#stage) {
      case 'undecided':
        this.#chunks.push(chunk);
        if (this.#bytes > MOST_BYTES) connection.pause();
        return;
      case 'dropped':
        if (this.#bytes > MOST_BYTES) this.abort(DROPPED);
        return;
      case 'answer':
        this.#keeper?.chunkArrived();
        this.#exchange.handler.onResponseData?.(this.#exchange, chunk);
        if (!this.#exchange.paused) this.#keeper?.awaitingChunk();
    }
  }

  onResponseEnd(_connection: DispatchController, trailers: IncomingHeaders): void {
    this.#trailers = trailers;
    if (this.#stage !== 'answer') return;
    this.#keeper?.unlink('read');
    this.#exchange.handler.onResponseEnd?.(this.#exchange, trailers);
  }

  onResponseError(_connection: DispatchController, error: Error): void {
    this.#error = error;
    if (this.status === 0) this.#reject(error);
    if (this.#stage !== 'answer') return;
    this.#keeper?.unlink('network');
    this.#exchange.handler.onResponseError?.(this.#exchange, error);
  }

  #proceed(): void {
    this.#keeper?.awaitingChunk();
    this.connection?.resume();
  }
}

const NO_HEADERS: IncomingHeaders = Object.freeze({});

const readable = (headers: IncomingHeaders): ForeignResponse['headers'] => ({
  get: name => {
    const value = headers[name.toLowerCase()];
    return value === undefined ? null : Array.isArray(value) ? value.join(', ') : value;
  },
  has: name => headers[name.toLowerCase()] !== undefined,
});

const DROPPED = new Error('Another attempt of the call took the place of this one.');
