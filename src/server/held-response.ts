/** Holds what a handler writes to a response of Node's HTTP server, until it is stored. */
import type {OutgoingHttpHeader, ServerResponse} from 'node:http';
import {joined} from './bounded-body.ts';
import type {MadeResponse} from './keyed-requests.ts';
import type {StoredResponse} from './store.ts';

type Callback = (error?: Error | null) => void;

interface Held {
  readonly chunk: Uint8Array | null;
  readonly callback: Callback | undefined;
  readonly isEnd: boolean;
}

/** The methods of a response that send something. */
const HELD = ['writeHead', 'flushHeaders', 'write', 'end'] as const;

export class HeldResponse {
  /** Resolves at the end of the response, or when it is clear that its body is not kept. */
  readonly made: Promise<MadeResponse<this>>;
  readonly #response: ServerResponse;
  readonly #maxBytes: number;
  readonly #queue: Held[] = [];
  #resolve!: (made: MadeResponse<this>) => void;
  #size = 0;
  #isHeld = true;
  #hasEnded = false;
  /** What the response had of its own before: wrappers of other middleware. */
  readonly #before: PropertyDescriptorMap;

  constructor(response: ServerResponse, maxBytes: number) {
    this.#response = response;
    this.#maxBytes = maxBytes;
    this.made = new Promise(resolve => {
      this.#resolve = resolve;
    });
    this.#before = Object.fromEntries(
      HELD.flatMap(name => {
        const own = Object.getOwnPropertyDescriptor(response, name);
        return own === undefined ? [] : [[name, own]];
      }),
    );
    const hold = (name: (typeof HELD)[number], value: (...values: unknown[]) => unknown): void => {
      Object.defineProperty(response, name, {value, configurable: true, writable: true, enumerable: false});
    };
    hold('writeHead', (status, ...rest) => {
      this.#head(status as number, rest);
      return response;
    });
    hold('flushHeaders', () => undefined);
    hold('write', (chunk, ...rest) => {
      this.#take(chunk, rest, false);
      return this.#size <= this.#maxBytes;
    });
    hold('end', (...values) => {
      const hasChunk = typeof values[0] !== 'function';
      this.#take(hasChunk ? values[0] : null, hasChunk ? values.slice(1) : values, true);
      return response;
    });
  }

  /** Sends what the handler wrote, and from now on what it writes. */
  send(): void {
    const response = this.#restored();
    let hasRoom = true;
    for (const {chunk, callback, isEnd} of this.#queue.splice(0)) {
      if (isEnd) response.end(chunk ?? undefined, () => callback?.());
      else if (chunk !== null) hasRoom = response.write(chunk, error => callback?.(error));
    }
    // A handler that was told to wait waits for this.
    if (!this.#hasEnded && hasRoom) response.emit('drain');
  }

  /** Sends another response. What the handler wrote, and what it still writes, is dropped. */
  replace(other: StoredResponse): void {
    const response = this.#restored();
    for (const {callback} of this.#queue.splice(0)) callback?.();
    sendStored(response, other);
  }

  /** Drops what the handler wrote. The response is as it was before, but for its headers. */
  discard(): void {
    this.#restored();
    for (const {callback} of this.#queue.splice(0)) callback?.();
  }

  #restored(): ServerResponse {
    const response = this.#response;
    this.#isHeld = false;
    for (const name of HELD) Reflect.deleteProperty(response, name);
    Object.defineProperties(response, this.#before);
    return response;
  }

  #head(status: number, rest: readonly unknown[]): void {
    const response = this.#response;
    response.statusCode = status;
    const [message, headers] = typeof rest[0] === 'string' ? rest : [undefined, rest[0]];
    if (typeof message === 'string') response.statusMessage = message;
    if (Array.isArray(headers)) setList(response, headers as OutgoingHttpHeader[]);
    else if (typeof headers === 'object' && headers !== null)
      for (const [name, value] of Object.entries(headers as Record<string, OutgoingHttpHeader | undefined>))
        if (value !== undefined) response.setHeader(name, value);
  }

  #take(value: unknown, rest: readonly unknown[], isEnd: boolean): void {
    if (this.#hasEnded || !this.#isHeld) return;
    const encoding = typeof rest[0] === 'string' ? (rest[0] as BufferEncoding) : 'utf8';
    const callback = rest.find(each => typeof each === 'function') as Callback | undefined;
    // A copy, because the handler may use its buffer again.
    const chunk =
      value === null || value === undefined
        ? null
        : Buffer.from(typeof value === 'string' ? Buffer.from(value, encoding) : (value as Uint8Array));
    this.#size += chunk?.byteLength ?? 0;
    this.#hasEnded = isEnd;
    this.#queue.push({chunk, callback, isEnd});
    if (isEnd || this.#size > this.#maxBytes || this.#isEventStream) this.#make();
  }

  #make(): void {
    const {statusCode: status} = this.#response;
    const isKept = this.#hasEnded && this.#size <= this.#maxBytes && !this.#isEventStream;
    const chunks = this.#queue.flatMap(({chunk}) => (chunk === null ? [] : [chunk]));
    const body = isKept ? joined(chunks, this.#size) : null;
    this.#resolve({status, headers: headersOf(this.#response), body, own: this});
  }

  get #isEventStream(): boolean {
    return String(this.#response.getHeader('content-type') ?? '').startsWith('text/event-stream');
  }
}

/** @param list Names and values in turn, or pairs of a name and a value: Node takes both. */
function setList(response: ServerResponse, list: readonly OutgoingHttpHeader[]): void {
  const flat = Array.isArray(list[0]) ? list.flat() : list;
  const names = flat.filter((_, at) => at % 2 === 0).map(String);
  for (const name of names) response.removeHeader(name);
  for (const [at, name] of names.entries()) {
    const value = flat[at * 2 + 1]!;
    response.appendHeader(name, Array.isArray(value) ? value : String(value));
  }
}

function headersOf(response: ServerResponse): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(response.getHeaders()))
    for (const each of Array.isArray(value) ? value : [value])
      if (each !== undefined) headers.append(name, String(each));
  return headers;
}

/** Sends a stored response. Headers that were set before are not sent. */
export function sendStored(response: ServerResponse, {status, headers, body}: StoredResponse): void {
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  response.statusCode = status;
  response.statusMessage = '';
  for (const [name, value] of headers) response.appendHeader(name, value);
  response.end(body ?? undefined);
}
