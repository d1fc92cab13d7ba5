/**
 * The beginning of a response's event stream, read before anyone else reads the body.
 *
 * What was read is kept, and given out again by a stream that then passes on the rest, chunk by chunk, as it is asked for.
 */

import {canReplaceBody, replaceBody} from './replaced-body.ts';
import type {ReadAhead} from './response-bodies.ts';
import type {BeginningEnd, StreamBeginning} from './stream-beginning.ts';

type Reader = ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;

/** @returns Null where the body cannot be read and then be read again. */
export function readResponseAhead(response: Response, beginning: StreamBeginning): ReadAhead | null {
  const {body} = response;
  if (!(body instanceof ReadableStream) || body.locked || response.bodyUsed || !canReplaceBody(response)) return null;
  return new ResponseReadAhead(response, body, beginning);
}

class ResponseReadAhead implements ReadAhead {
  readonly #beginning: StreamBeginning;
  readonly #reader: Reader;
  readonly #isByteStream: boolean;
  /** Null once it was released: what holds this object must not hold the response, or it is never collected. */
  #response: Response | null;
  /** What was read, and not given out again. */
  #chunks: Uint8Array<ArrayBuffer>[] = [];
  #cancelled: {readonly reason: unknown} | null = null;

  constructor(response: Response, body: ReadableStream<Uint8Array<ArrayBuffer>>, beginning: StreamBeginning) {
    this.#response = response;
    this.#beginning = beginning;
    this.#isByteStream = isByteStream(body);
    this.#reader = body.getReader();
  }

  async read(): Promise<BeginningEnd> {
    for (;;) {
      const {done, value} = await this.#reader.read();
      if (done) return this.#beginning.end();
      this.#chunks.push(value);
      // A fetch of the user's can give a stream of anything.
      const end = value instanceof Uint8Array ? this.#beginning.read(value) : ({kind: 'content'} as const);
      if (end !== null) return end;
    }
  }

  release(): void {
    const response = this.#response;
    this.#response = null;
    if (response !== null) replaceBody(response, this.#stream());
  }

  cancel(reason: unknown): void {
    this.#cancelled = {reason};
    this.#response = null;
    this.#chunks = [];
    this.#reader.cancel(reason).catch(() => {});
  }

  /** Of the kind that the body was, so that a BYOB reader gets what it got of that; it reads nothing that is not asked for. */
  #stream(): ReadableStream<Uint8Array> {
    const cancel = (reason: unknown): Promise<void> => this.#reader.cancel(reason);
    const stream = this.#isByteStream
      ? new ReadableStream({type: 'bytes', pull: controller => this.#pull(controller), cancel})
      : new ReadableStream({pull: controller => this.#pull(controller), cancel}, {highWaterMark: 0});
    unread?.register(stream, this.#reader);
    return stream;
  }

  async #pull(controller: ReadableByteStreamController | ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    const chunk = this.#chunks.shift() ?? (await this.#next());
    if (chunk !== null) return controller.enqueue(chunk);
    controller.close();
    if ('byobRequest' in controller) controller.byobRequest?.respond(0);
  }

  /** Null at the end of the body. */
  async #next(): Promise<Uint8Array<ArrayBuffer> | null> {
    for (;;) {
      this.#throwIfCancelled();
      const {done, value} = await this.#reader.read();
      this.#throwIfCancelled();
      if (done) return null;
      if (!(value instanceof Uint8Array)) return value;
      this.#beginning.readOn(value);
      if (value.byteLength > 0) return value; // A byte stream takes no empty chunks.
    }
  }

  #throwIfCancelled(): void {
    if (this.#cancelled !== null) throw this.#cancelled.reason;
  }
}

/** Without reading anything. */
function isByteStream(body: ReadableStream): boolean {
  try {
    body.getReader({mode: 'byob'}).releaseLock();
    return true;
  } catch {
    return false;
  }
}

/** Where the caller reads neither the response nor its stream, the connection is let go of, as fetch does it for its own streams. */
const unread =
  typeof FinalizationRegistry === 'undefined'
    ? null
    : new FinalizationRegistry<Reader>(reader => void reader.cancel().catch(() => {}));
