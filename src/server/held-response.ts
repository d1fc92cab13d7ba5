/** Holds what a handler writes to a response of Node's HTTP server, until it is stored. */
import type {IncomingMessage, OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse} from 'node:http';
import {joined} from './bounded-body.ts';
import {HiddenDisconnect} from './hidden-disconnect.ts';
import type {Hold, MadeResponse} from './made-response.ts';
import {headersOf, headersSince, restoreHeaders, sendStored, setHead} from './node-headers.ts';
import type {StoredResponse} from './store.ts';

type Callback = (error?: Error | null) => void;

interface Held {
  readonly chunk: Uint8Array | null;
  readonly callback: Callback | undefined;
  readonly isEnd: boolean;
}

/**
 * - `open`: the handler may still change the head.
 * - `begun`: the head is fixed, as after the first write of a response that is sent at once.
 * - `ended`: so is the body. What is written later, such as the 500 for an error after the answer, is dropped.
 * - `passing`: the response is being sent, and writes pass through.
 * - `dropping`: a whole response was sent, the handler's or another one in its place, and what is still written is dropped.
 */
type Phase = 'open' | 'begun' | 'ended' | 'passing' | 'dropping';

/** The methods that change the head. */
const HEAD = ['setHeader', 'appendHeader', 'setHeaders', 'removeHeader'] as const;
/** The methods that send something at once; an answer in place of the handler's drops them. */
const INFORMATION = ['writeContinue', 'writeProcessing', 'writeEarlyHints', 'addTrailers'] as const;

export class HeldResponse {
  /** Resolves at the end of the response, or when it is clear that its body is not kept. Rejects if the response is destroyed before. */
  readonly made: Promise<MadeResponse<this>>;
  readonly #response: ServerResponse;
  readonly #hold: Hold;
  readonly #queue: Held[] = [];
  readonly #disconnect: HiddenDisconnect;
  /** The methods as they were before, which may be wrappers of other middleware. */
  readonly #before: Record<string, (...values: never[]) => unknown> = {};
  /** The headers that other middleware had set before. */
  readonly #headersBefore: OutgoingHttpHeaders;
  #phase: Phase = 'open';
  #isReplaced = false;
  #size = 0;
  #resolve!: (made: MadeResponse<this>) => void;
  #reject!: (error: Error) => void;

  constructor(request: IncomingMessage, response: ServerResponse, hold: Hold) {
    this.#response = response;
    this.#hold = hold;
    this.#headersBefore = headersOf(response);
    this.made = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#disconnect = new HiddenDisconnect(request, response, () => {
      if (this.#phase === 'begun') this.#reject(new Error('The connection was closed before the end of the response.'));
    });
    for (const name of HEAD) this.#replaceMethod(name, () => response, this.#mayChangeHead);
    for (const name of INFORMATION)
      this.#replaceMethod(
        name,
        () => undefined,
        () => this.#phase !== 'dropping',
      );
    this.#replaceMethod('writeHead', (status, ...rest) => this.#head(status as number, rest), this.#mayWriteHead);
    this.#replaceMethod('flushHeaders', () => this.#flush(), this.#isPassing);
    this.#replaceMethod('write', (chunk, ...rest) => this.#take(chunk, rest, false), this.#isPassing);
    this.#replaceMethod('end', (...values) => this.#end(values), this.#isPassing);
    this.#replaceMethod('destroy', error => this.#destroy(error), this.#isPassing);
    // Frameworks ask these before they write. While an answer is on its way, an error handler must take the response for unsent: it writes what is dropped, and
    // would else close the connection. Loggers ask once the response is finished.
    this.#describe(
      'headersSent',
      () => this.#phase === 'begun' || (this.#phase === 'dropping' && !this.#isReplaced && response.writableFinished),
    );
    this.#describe('writableEnded', () => this.#phase === 'ended' || this.#phase === 'dropping');
  }

  /** Sends what the handler wrote, and from now on what it writes. */
  send(): void {
    const response = this.#response;
    const hasEnded = this.#phase === 'ended';
    this.#pass();
    let hasRoom = true;
    for (const {chunk, callback, isEnd} of this.#queue.splice(0)) {
      if (isEnd) this.#call('end', chunk ?? undefined, () => callback?.());
      else if (chunk !== null) hasRoom = this.#call('write', chunk, (error?: Error) => callback?.(error)) as boolean;
      else this.#call('flushHeaders');
    }
    if (hasEnded) this.#drop();
    else if (hasRoom) queueMicrotask(() => response.emit('drain')); // A handler that was told to wait waits for this.
    this.#disconnect.reveal();
  }

  /** Sends another response. What the handler wrote, and what it still writes, is dropped. */
  replace(other: StoredResponse): void {
    const response = this.#response;
    this.#pass();
    restoreHeaders(response, this.#headersBefore);
    this.#isReplaced = true;
    sendStored(response, other);
    this.#drop();
    for (const {callback} of this.#queue.splice(0)) if (callback !== undefined) queueMicrotask(callback);
    if (this.#isFull) queueMicrotask(() => response.emit('drain')); // The handler may wait for it, and goes on.
    this.#disconnect.reveal();
  }

  get #isFull(): boolean {
    return this.#size > this.#hold.maxBytes;
  }

  #drop(): void {
    this.#phase = 'dropping';
    this.#fixStatus();
  }

  readonly #isPassing = (): boolean => this.#phase === 'passing';
  readonly #mayChangeHead = (): boolean => this.#phase === 'open' || this.#mayWriteHead();
  /** A middleware around this one may send the head of an answer in place of the handler's a while later. */
  readonly #mayWriteHead = (): boolean =>
    this.#phase === 'passing' || (this.#phase === 'dropping' && !this.#real('headersSent'));

  /** @param instead What the method does while it must not pass on to what was there before. */
  #replaceMethod(
    name: keyof ServerResponse & string,
    instead: (...values: unknown[]) => unknown,
    passes: () => boolean,
  ): void {
    const before = this.#response[name] as unknown;
    if (typeof before !== 'function') return; // HTTP/2 has not all of them.
    this.#before[name] = before as (...values: never[]) => unknown;
    const value = (...values: unknown[]): unknown => (passes() ? this.#call(name, ...values) : instead(...values));
    Object.defineProperty(this.#response, name, {value, configurable: true, writable: true, enumerable: false});
  }

  #call(name: string, ...values: unknown[]): unknown {
    return this.#before[name]!.apply(this.#response, values as never[]);
  }

  #describe(name: 'headersSent' | 'writableEnded', held: () => boolean): void {
    const get = (): boolean => (this.#phase === 'passing' ? this.#real(name) : held());
    Object.defineProperty(this.#response, name, {get, configurable: true, enumerable: false});
  }

  #real(name: 'headersSent' | 'writableEnded'): boolean {
    return Reflect.get(Object.getPrototypeOf(this.#response), name, this.#response) as boolean;
  }

  #pass(): void {
    const response = this.#response;
    const {statusCode, statusMessage} = response;
    Reflect.deleteProperty(response, 'statusCode');
    Reflect.deleteProperty(response, 'statusMessage');
    Object.assign(response, {statusCode, statusMessage});
    // Wrappers that were put around writeHead since have been called by #head.
    const value = (...values: unknown[]): unknown =>
      this.#mayWriteHead() ? this.#call('writeHead', ...values) : response;
    Object.defineProperty(response, 'writeHead', {value, configurable: true, writable: true, enumerable: false});
    this.#phase = 'passing';
  }

  /** From now on, changes of the status are ignored. */
  #fixStatus(): void {
    for (const name of ['statusCode', 'statusMessage'] as const) {
      const value = this.#response[name];
      Object.defineProperty(this.#response, name, {
        get: () => value,
        set: () => {},
        configurable: true,
        enumerable: true,
      });
    }
  }

  #head(status: number, rest: readonly unknown[]): ServerResponse {
    if (this.#phase !== 'open') return this.#response;
    setHead(this.#response, status, rest as readonly (string | OutgoingHttpHeader[] | OutgoingHttpHeaders)[]);
    this.#phase = 'begun';
    this.#fixStatus();
    return this.#response;
  }

  /** As Node does before the first write. Wrappers around writeHead, such as those that set cookies, are called. */
  #begin(): void {
    if (this.#phase !== 'open') return;
    this.#response.writeHead(this.#response.statusCode);
    this.#head(this.#response.statusCode, []); // A wrapper may not have passed the call on.
  }

  #flush(): void {
    this.#begin();
    if (this.#phase !== 'begun') return;
    this.#queue.push({chunk: null, callback: undefined, isEnd: false});
    if (this.#isStream) this.#make();
  }

  #end(values: readonly unknown[]): ServerResponse {
    const hasChunk = typeof values[0] !== 'function';
    this.#take(hasChunk ? values[0] : null, hasChunk ? values.slice(1) : values, true);
    return this.#response;
  }

  #take(value: unknown, rest: readonly unknown[], isEnd: boolean): boolean {
    const callback = rest.find(each => typeof each === 'function') as Callback | undefined;
    this.#begin();
    if (this.#phase !== 'begun') {
      if (callback !== undefined) queueMicrotask(callback);
      return true;
    }
    const encoding = typeof rest[0] === 'string' ? (rest[0] as BufferEncoding) : 'utf8';
    // A copy, because the handler may use its buffer again.
    const chunk =
      value === null || value === undefined
        ? null
        : Buffer.from(typeof value === 'string' ? Buffer.from(value, encoding) : (value as Uint8Array));
    this.#size += chunk?.byteLength ?? 0;
    // A write that is held to the end of the response calls back at once, or a handler that waits for the callback never comes to the end.
    const isSentSoon = isEnd || this.#isFull || this.#isStream;
    if (!isSentSoon && callback !== undefined) queueMicrotask(callback);
    this.#queue.push({
      chunk: chunk ?? (isEnd ? null : new Uint8Array()),
      callback: isSentSoon ? callback : undefined,
      isEnd,
    });
    if (isEnd) this.#phase = 'ended';
    if (isSentSoon) this.#make();
    return !this.#isFull;
  }

  #make(): void {
    this.#hold.answered();
    const {statusCode: status} = this.#response;
    const isKept = this.#phase === 'ended' && !this.#isFull && !this.#isStream;
    const chunks = this.#queue.flatMap(({chunk}) => (chunk === null ? [] : [chunk]));
    const body = isKept ? joined(chunks, this.#size) : null;
    this.#resolve({status, headers: headersSince(this.#response, this.#headersBefore), body, own: this});
  }

  get #isStream(): boolean {
    const type = String(this.#response.getHeader('content-type') ?? '');
    return !this.#hold.isWhole && type.startsWith('text/event-stream');
  }

  #destroy(error: unknown): unknown {
    if (this.#phase === 'dropping') return this.#response; // The other answer may still be on its way.
    this.#reject(new Error('The response was destroyed before its end.', {cause: error}));
    return this.#call('destroy', error);
  }
}
