/**
 * Reads the beginning of an event stream before the caller reads the body.
 *
 * The chunks that were read are kept. A new stream delivers them again and then passes on the rest, chunk by chunk, on demand.
 */

import {replaceBody} from './replaced-body.ts';
import type {ReadAhead} from './response-bodies.ts';
import type {BeginningEnd, StreamBeginning} from './stream-beginning.ts';
import {isChangeable} from './track-response.ts';

type Reader = ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;

/** @returns Null if the body cannot be read now and delivered again. */
export function readResponseAhead(response: Response, beginning: StreamBeginning): ReadAhead | null {
  const {body} = response;
  if (!(body instanceof ReadableStream) || body.locked || response.bodyUsed || !isChangeable(response)) return null;
  return new ResponseReadAhead(response, body, beginning);
}

class ResponseReadAhead implements ReadAhead {
  readonly #beginning: StreamBeginning;
  readonly #reader: Reader;
  readonly #isByteStream: boolean;
  /** Null after `release`: a reference to this object must not keep the response from being garbage-collected. */
  #response: Response | null;
  /** Chunks that were read and not delivered yet. */
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
      // A custom fetch may return a stream of anything.
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

  /** A byte stream if the body was one, so that BYOB readers still work. It reads nothing before it is asked to. */
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
      if (done) return this.#ended();
      if (!(value instanceof Uint8Array)) return value;
      this.#beginning.readOn(value);
      if (value.byteLength > 0) return value; // A byte stream rejects empty chunks.
    }
  }

  /** The caller has every byte that came. */
  #ended(): null {
    const end = this.#beginning.end();
    if (end.kind === 'incomplete') throw end.error;
    return null;
  }

  #throwIfCancelled(): void {
    if (this.#cancelled !== null) throw this.#cancelled.reason;
  }
}

/** Finds out without reading. */
function isByteStream(body: ReadableStream): boolean {
  try {
    body.getReader({mode: 'byob'}).releaseLock();
    return true;
  } catch {
    return false;
  }
}

/** Frees the connection once a stream that nothing has read to its end is garbage-collected, as fetch does for its own streams. */
const unread =
  typeof FinalizationRegistry === 'undefined'
    ? null
    : new FinalizationRegistry<Reader>(reader => void reader.cancel().catch(() => {}));
