/** Holds what a handler writes to a response of Node's HTTP server, until it is stored. */
import type {IncomingMessage, OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse} from 'node:http';
import {checkedChunk, checkedStatus, headersSentError} from './checked-write.ts';
import {DrainListeners} from './drain-listeners.ts';
import {type Callback, HeldQueue} from './held-queue.ts';
import {HiddenDisconnect} from './hidden-disconnect.ts';
import type {Hold, MadeResponse} from './made-response.ts';
import {headersOf, headersSince, isShort, restoreHeaders, sendHead, sendStored, setHead} from './node-headers.ts';
import {PipedSources} from './piped-sources.ts';
import {ResponseMethods, replaceMethod} from './response-methods.ts';
import type {StoredResponse} from './store.ts';
import {WriteCallbacks} from './write-callbacks.ts';

/**
 * - `open`: the handler may still change the head.
 * - `begun`: the head is fixed, as after the first write of a response that is sent at once, and a change of it throws.
 * - `ended`: so is the body. What is written later, such as the 500 for an error after the answer, is dropped.
 * - `passing`: the response is being sent, and writes pass through.
 * - `gone`: the client has disconnected meanwhile, or has another answer. What is written is dropped, and the run goes on to the end of the response.
 * - `dropping`: a whole response was sent, the handler's or another one in its place, and what is still written is dropped.
 */
type Phase = 'open' | 'begun' | 'ended' | 'passing' | 'gone' | 'dropping';

/** The methods that change the head, and the word that Node has for each in its error. */
const HEAD = {setHeader: 'set', appendHeader: 'append', setHeaders: 'set', removeHeader: 'remove'} as const;
/** The methods that send something at once; an answer in place of the handler's drops them. */
const INFORMATION = ['writeContinue', 'writeProcessing', 'writeEarlyHints', 'addTrailers'] as const;

export class HeldResponse {
  /** Resolves at the end of the response, or when it is clear that its body is not kept. Rejects if the response is destroyed before. */
  readonly made: Promise<MadeResponse<this>>;
  readonly #response: ServerResponse;
  readonly #hold: Hold;
  readonly #methods: ResponseMethods;
  readonly #queue = new HeldQueue();
  readonly #disconnect: HiddenDisconnect;
  readonly #sources: PipedSources;
  readonly #drains: DrainListeners;
  readonly #callbacks = new WriteCallbacks(() => this.#disconnect.isHiding);
  /** The headers that other middleware had set before. */
  readonly #headersBefore: OutgoingHttpHeaders;
  #phase: Phase = 'open';
  #isReplaced = false;
  #isWritingHead = false;
  /** The handler failed after the response was made, and before it is sent. */
  #failure: unknown = null;
  readonly #making = Promise.withResolvers<MadeResponse<this>>();
  readonly #ending = Promise.withResolvers<void>();

  constructor(request: IncomingMessage, response: ServerResponse, hold: Hold) {
    this.#response = response;
    this.#hold = hold;
    this.#headersBefore = headersOf(response);
    this.made = this.#making.promise;
    this.#ending.promise.catch(() => {}); // Only some runs wait for it.
    this.#disconnect = new HiddenDisconnect(request, response, isOurs => this.#closed(isOurs));
    this.#drains = new DrainListeners(response);
    // Frameworks that send a file watch the socket, so the disconnect is not hidden from them.
    this.#sources = new PipedSources(response, () => {
      if (this.#disconnect.isClosed || this.#phase === 'gone')
        this.#cut(new Error('The client disconnected, and the handler stopped its source.'));
    });
    const methods = new ResponseMethods(response);
    this.#methods = methods;
    for (const [name, verb] of Object.entries(HEAD))
      methods.replace(name, () => this.#refuseHead(verb), this.#mayChangeHead);
    for (const name of INFORMATION) methods.replace(name, () => undefined, this.#mayInform);
    methods.replace(
      'writeHead',
      (status, ...rest) => (this.#phase === 'open' ? this.#head(status, rest) : this.#refuseHead('write')),
      this.#isPassing,
    );
    // Middleware such as compression 1.7 calls this before each write until the head is sent. Node's own calls writeHead, which throws by then.
    methods.replace(
      '_implicitHeader',
      () => undefined,
      () => this.#phase !== 'begun',
    );
    methods.replace('flushHeaders', () => this.#flushHeaders(), this.#isPassing);
    // A flush of compression around, which else keeps the first event of a stream until there are more.
    methods.replace('flush', () => this.#phase === 'begun' && this.#queue.push('flush'), this.#isPassing);
    const never = (): boolean => false;
    methods.replace(
      'write',
      (...values) =>
        this.#phase === 'passing'
          ? methods.call('write', ...this.#callbacks.tracked(values))
          : this.#take(values[0], values.slice(1), false),
      never,
    );
    methods.replace('end', (...values) => this.#end(values), never);
    methods.replace('destroy', error => this.#destroy(error), never);
    // Frameworks ask these before they write. While an answer is on its way, an error handler must take the response for unsent: it writes what is dropped, and
    // would else close the connection. Loggers ask once the response is finished.
    methods.describe('headersSent', () => {
      if (this.#phase === 'passing') return methods.real('headersSent');
      if (this.#phase === 'dropping') return !this.#isReplaced && response.writableFinished;
      return this.#phase === 'begun' || (this.#phase === 'gone' ? !this.#isReplaced : methods.real('headersSent'));
    });
    methods.describe('writableEnded', () =>
      this.#phase === 'passing' ? methods.real('writableEnded') : this.#phase === 'ended' || this.#phase === 'dropping',
    );
    // Node's own stays true where the connection was closed before there was room.
    methods.describe(
      'writableNeedDrain',
      () => this.#phase !== 'gone' && this.#phase !== 'dropping' && methods.real('writableNeedDrain'),
    );
  }

  /** Sends what the handler wrote, and from now on what it writes. */
  send(): void {
    const hasEnded = this.#phase === 'ended';
    const goesOn = !hasEnded && this.#hold.isRunToEnd;
    // By a timeout middleware, with methods that it took before.
    this.#isReplaced = this.#methods.real('headersSent');
    this.#pass();
    if (this.#isReplaced && goesOn) {
      this.#queue.drop();
      return this.#goOnWithoutClient();
    }
    if (this.#isReplaced) return this.#dropAll(hasEnded);
    if (hasEnded) sendHead(this.#response, this.#queue.size);
    const hasRoom = this.#queue.send(
      (method, ...values) => this.#methods.call(method, ...this.#callbacks.tracked(values)),
      callback => {
        for (const name of ['finish', 'close'] as const) this.#response.once(name, callback);
      },
    );
    if (hasEnded) this.#drop();
    else if (this.#failure !== null) this.#destroy(this.#failure);
    else if (goesOn && this.#disconnect.isClosed) this.#goOnWithoutClient();
    else if (hasRoom) this.#drain();
    if (!goesOn) this.#reveal(hasEnded);
  }

  /**
   * Sends another response. What the handler wrote, and what it still writes, is dropped, and the streams that it pipes are destroyed. Where a part was sent
   * before, or middleware around throws, the connection is closed: the client must neither wait nor take the part for the whole. Middleware such as compression
   * ends the response a while later.
   */
  replace(other: StoredResponse): void {
    this.#pass();
    const hasEnded = this.#methods.real('writableEnded');
    this.#isReplaced = !this.#methods.real('headersSent');
    let isPassedOn = false;
    try {
      if (this.#isReplaced) {
        restoreHeaders(this.#response, this.#headersBefore);
        sendStored(this.#response, other);
        isPassedOn = true;
      }
    } finally {
      if (!isPassedOn && !this.#methods.real('writableEnded')) this.#methods.call('destroy');
      this.#dropAll(hasEnded);
    }
  }

  /** The handler goes on. */
  #dropAll(hasEnded: boolean): void {
    this.#drop();
    this.#queue.drop();
    if (this.#isFull) this.#drain();
    this.#sources.drop();
    this.#reveal(hasEnded);
  }

  /** The handler has failed after the response was made. The client of a response that is sent as it comes must not take its beginning for the whole. */
  fail(error: unknown): void {
    if (this.#phase === 'begun') this.#failure = error;
    else if (this.#phase === 'passing' && !this.#methods.real('writableEnded')) this.#destroy(error);
    this.#ending.reject(error);
  }

  /** The handler may wait for room. */
  #drain(): void {
    queueMicrotask(() => this.#drains.drain());
  }

  /** @param isOurs Whether this server has closed the connection. */
  #closed(isOurs: boolean): void {
    if (isOurs && (this.#phase === 'begun' || this.#phase === 'passing'))
      this.#cut(new Error('The connection was closed before the end of the response.'));
    else if (this.#phase === 'passing') this.#goOnWithoutClient();
  }

  /** Node calls no callback of a write that came while the disconnect was hidden. */
  #reveal(hasEnded: boolean): void {
    const {isHiding, isClosed} = this.#disconnect;
    this.#disconnect.reveal(hasEnded);
    if (isHiding && isClosed) queueMicrotask(() => (hasEnded ? this.#callbacks.callAll() : this.#callbacks.failAll()));
  }

  #letGo(): void {
    if (this.#phase === 'gone') this.#sources.drop();
    this.#reveal(false);
  }

  #goOnWithoutClient(): void {
    this.#phase = 'gone';
    this.#callbacks.callAll();
    this.#drain();
  }

  #cut(error: Error): void {
    this.#making.reject(error);
    this.#ending.reject(error);
  }

  get #isFull(): boolean {
    return this.#queue.size > this.#hold.maxBytes;
  }

  #drop(): void {
    this.#phase = 'dropping';
    this.#methods.fixStatus();
  }

  readonly #isPassing = (): boolean => this.#phase === 'passing';
  readonly #mayInform = (): boolean => this.#phase !== 'dropping' && this.#phase !== 'gone';
  readonly #mayChangeHead = (): boolean =>
    this.#phase === 'open' || this.#phase === 'passing' || this.#isWritingHead || (this.#isUnsent && !this.#isReplaced);

  #pass(): void {
    this.#methods.freeStatus();
    // Wrappers that were put around writeHead since have been called by #head.
    replaceMethod(this.#response, 'writeHead', (...values) =>
      this.#phase === 'passing' ? this.#methods.call('writeHead', ...values) : this.#lateHead(values),
    );
    this.#phase = 'passing';
  }

  /** Middleware around may send the head a while later, with headers that it sets then. The handler must not change the head of another answer. */
  #lateHead(values: readonly unknown[]): ServerResponse {
    if (!this.#isUnsent) return this.#refuseHead('write');
    this.#isWritingHead = true;
    try {
      this.#methods.call('writeHead', ...(this.#isReplaced ? [this.#response.statusCode] : values));
    } finally {
      this.#isWritingHead = false;
    }
    return this.#response;
  }

  get #isUnsent(): boolean {
    return this.#phase === 'dropping' && !this.#methods.real('headersSent');
  }

  /**
   * An error handler that does not look at `headersSent` must not add its answer to the beginning of another one. What comes after the end is dropped.
   *
   * @throws As Node does, where the head is fixed and the response has not ended.
   */
  #refuseHead(verb: string): ServerResponse {
    const isGone = this.#phase === 'gone' && !this.#isReplaced && this.#methods.real('headersSent');
    if (this.#phase === 'begun' || isGone) throw headersSentError(this.#response, verb);
    return this.#response;
  }

  #head(asked: unknown, rest: readonly unknown[]): ServerResponse {
    const status = checkedStatus(asked, typeof rest[0] === 'string' ? rest[0] : this.#response.statusMessage);
    setHead(this.#response, status, rest as readonly (string | OutgoingHttpHeader[] | OutgoingHttpHeaders)[]);
    this.#phase = 'begun';
    this.#methods.fixStatus();
    return this.#response;
  }

  /** As Node does before the first write. Wrappers around writeHead, such as those that set cookies, are called. */
  #begin(): void {
    if (this.#phase !== 'open') return;
    this.#response.writeHead(this.#response.statusCode);
    if (this.#phase === 'open') this.#head(this.#response.statusCode, []); // A wrapper has not passed the call on.
  }

  #flushHeaders(): void {
    this.#begin();
    if (this.#phase !== 'begun') return;
    this.#queue.push('flushHeaders');
    if (this.#isStream) this.#make();
  }

  #end(values: readonly unknown[]): ServerResponse {
    const hasChunk = typeof values[0] !== 'function';
    if (this.#phase === 'passing') this.#methods.call('end', ...this.#callbacks.tracked(values));
    else this.#take(hasChunk ? values[0] : null, hasChunk ? values.slice(1) : values, true);
    this.#ending.resolve();
    if (this.#phase === 'gone') this.#drop();
    if (this.#phase === 'passing' || this.#phase === 'dropping') this.#reveal(true);
    return this.#response;
  }

  #take(value: unknown, rest: readonly unknown[], isEnd: boolean): boolean {
    const callback = rest.find(each => typeof each === 'function') as Callback | undefined;
    const chunk = checkedChunk(value, rest[0], isEnd);
    this.#begin();
    if (this.#phase !== 'begun') {
      if (callback !== undefined) queueMicrotask(callback);
      return true;
    }
    if (isEnd) this.#queue.push('end', chunk, callback);
    else this.#write(chunk ?? new Uint8Array(), callback);
    if (isEnd) this.#phase = 'ended';
    if (isEnd && isShort(this.#response, this.#queue.size))
      this.#cut(new Error('The response ended before its Content-Length.'));
    else if (isEnd || this.#isFull || this.#isStream) this.#make();
    return !this.#isFull;
  }

  /** A write that is held to the end of the response calls back at once, or a handler that waits for the callback never comes to the end. */
  #write(chunk: Uint8Array, callback: Callback | undefined): void {
    const isSentSoon = this.#queue.size + chunk.byteLength > this.#hold.maxBytes || this.#isStream;
    this.#queue.push('write', chunk, isSentSoon ? callback : undefined);
    if (!isSentSoon && callback !== undefined) queueMicrotask(callback);
  }

  #make(): void {
    this.#hold.answered();
    const {statusCode: status} = this.#response;
    const hasEnded = this.#phase === 'ended';
    const body = hasEnded && !this.#isFull && !this.#isStream ? this.#queue.body() : null;
    const headers = headersSince(this.#response, this.#headersBefore);
    const rest = hasEnded || !this.#hold.isRunToEnd ? null : {ended: this.#ending.promise, letGo: () => this.#letGo()};
    this.#making.resolve({status, headers, body, rest, own: this});
  }

  get #isStream(): boolean {
    const type = String(this.#response.getHeader('content-type') ?? '');
    return !this.#hold.isWhole && type.startsWith('text/event-stream');
  }

  #destroy(error: unknown): unknown {
    if (this.#disconnect.destroys(error)) return this.#response;
    if (this.#phase === 'dropping') return this.#response; // The other answer may still be on its way.
    this.#cut(new Error('The response was destroyed before its end.', {cause: error}));
    return this.#methods.call('destroy', error);
  }
}
