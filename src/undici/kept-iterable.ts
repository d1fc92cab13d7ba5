/**
 * A request body that is an iterable, kept while it is sent, so that it can be sent again: up to the policy's
 * `replayLimitBytes`. undici's fetch hands every body over as an iterable, a string too.
 *
 * All attempts read the same source. Each gets what was read before, then reads on. A body that turns out larger than the limit is
 * no longer kept: only the attempt that began last goes on with it.
 */
import {isForm} from '../decide/form.ts';
import {cancelBody} from '../transport/unsent-body.ts';

type Source = AsyncIterator<unknown> | Iterator<unknown>;

export class KeptIterable {
  readonly #body: AsyncIterable<unknown> | Iterable<unknown>;
  readonly #limitBytes: number;
  #source: Source | null = null;
  /** Null once the body is larger than the limit, or no attempt will follow. */
  #kept: unknown[] | null = [];
  #bytes = 0;
  #isWhole = false;
  #failure: {readonly error: unknown} | null = null;
  #pulling: Promise<void> | null = null;
  #latest: BodyReader | null = null;

  constructor(body: AsyncIterable<unknown> | Iterable<unknown>, limitBytes: number) {
    this.#body = body;
    this.#limitBytes = limitBytes;
  }

  /** Whether it can be sent again. What has not been read is read for it, up to the limit: a promise until then. */
  get replayable(): boolean | Promise<boolean> {
    if (this.#kept === null || this.#failure !== null) return false;
    return this.#isWhole || this.#readRest();
  }

  /** What it says, once all of it was read; undefined before, and where it is not kept. */
  get text(): string | undefined {
    if (this.#kept === null || !this.#isWhole) return undefined;
    const decoder = new TextDecoder();
    const decoded = (chunk: unknown): string =>
      typeof chunk === 'string' ? chunk : decoder.decode(chunk as Uint8Array, {stream: true});
    return this.#kept.map(decoded).join('') + decoder.decode();
  }

  /** Whether all of it was read. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** The body of one more attempt. */
  read(): BodyReader {
    this.#latest = new BodyReader(this);
    return this.#latest;
  }

  /** Nothing will be sent again. `reader` may go on, to which the response has come early; null: none may. */
  settle(reader: BodyReader | null): void {
    this.#latest = reader;
    if (this.#kept !== null) this.#letGo(this.#kept);
    if (reader === null || reader.isOver) this.#close();
  }

  /** @internal @returns The chunk at that place, for an attempt; undefined at the end. */
  async at(place: number, reader: BodyReader): Promise<unknown> {
    for (;;) {
      if (this.#kept === null) return this.#rest(reader);
      if (place < this.#kept.length) return this.#kept[place];
      if (this.#isWhole) return undefined;
      if (this.#failure !== null) throw this.#failure.error;
      await this.#pull();
    }
  }

  /** @internal An attempt has ended and reads no more of the iterable. */
  left(reader: BodyReader): void {
    if (this.#kept === null && reader === this.#latest) this.#close();
  }

  async #readRest(): Promise<boolean> {
    while (this.#kept !== null && !this.#isWhole && this.#failure === null) await this.#pull();
    return this.#kept !== null && this.#isWhole;
  }

  async #rest(reader: BodyReader): Promise<unknown> {
    while (reader === this.#latest) {
      if (reader.rest.length > 0) return reader.rest.shift();
      if (this.#isWhole) return undefined;
      if (this.#failure !== null) throw this.#failure.error;
      await this.#pull();
    }
    throw new Error('Another attempt goes on with this body.');
  }

  #pull(): Promise<void> {
    this.#pulling ??= this.#pullOnce();
    return this.#pulling;
  }

  async #pullOnce(): Promise<void> {
    try {
      this.#source ??= iteratorOf(this.#body);
      const {done, value} = await this.#source.next();
      if (done) this.#isWhole = true;
      else this.#add(value);
    } catch (error) {
      this.#failure = {error};
    } finally {
      this.#pulling = null;
    }
  }

  #add(chunk: unknown): void {
    const size = sizeOf(chunk);
    if (size === 0) return; // Empty chunks are not kept: there can be any number of them.
    this.#bytes += size;
    if (this.#kept !== null && this.#bytes > this.#limitBytes) this.#letGo(this.#kept);
    if (this.#kept === null) this.#latest?.rest.push(chunk);
    else this.#kept.push(copyOf(chunk));
  }

  /** The last attempt still needs the chunks that it has not sent. */
  #letGo(kept: readonly unknown[]): void {
    if (this.#latest !== null) this.#latest.rest = kept.slice(this.#latest.place);
    this.#kept = null;
  }

  /** As undici closes an iterable whose request has failed. */
  #close(): void {
    if (this.#isWhole) return;
    cancelBody(this.#source ?? this.#body, undefined);
  }
}

/** The body of one attempt: what undici iterates. */
export class BodyReader implements AsyncIterableIterator<unknown> {
  /** Chunks read. */
  place = 0;
  /** Those that are still to be read, where the body is no longer kept. */
  rest: unknown[] = [];
  isOver = false;
  readonly #body: KeptIterable;

  constructor(body: KeptIterable) {
    this.#body = body;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<unknown>> {
    const value = this.isOver ? undefined : await this.#body.at(this.place, this);
    if (value === undefined) return this.return();
    this.place++;
    return {done: false, value};
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    if (!this.isOver) {
      this.isOver = true;
      this.#body.left(this);
    }
    return {done: true, value: undefined};
  }
}

/** Whether undici would iterate it. Streams have ways of their own to be sent and to be closed: they are sent once. */
export function isIterableBody(body: unknown): body is AsyncIterable<unknown> | Iterable<unknown> {
  if (typeof body !== 'object' || body === null) return false;
  if (!(Symbol.asyncIterator in body || Symbol.iterator in body)) return false;
  const isStream = 'pipe' in body || 'getReader' in body;
  return !isStream && !ArrayBuffer.isView(body) && !isForm(body) && !(body instanceof URLSearchParams);
}

const iteratorOf = (body: AsyncIterable<unknown> | Iterable<unknown>): Source =>
  Symbol.asyncIterator in body ? body[Symbol.asyncIterator]() : body[Symbol.iterator]();

/** undici refuses a chunk that is neither a text nor bytes, so such a chunk is passed on and not kept. */
function sizeOf(chunk: unknown): number {
  if (typeof chunk === 'string') return new TextEncoder().encode(chunk).byteLength;
  return ArrayBuffer.isView(chunk) ? chunk.byteLength : Number.POSITIVE_INFINITY;
}

/** A generator may fill the same buffer again. */
function copyOf(chunk: unknown): unknown {
  if (!ArrayBuffer.isView(chunk)) return chunk;
  return new Uint8Array(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
}
