/**
 * Parses the bytes of a `text/event-stream` into events.
 *
 * Chunks may end anywhere: inside a character, between CR and LF, inside the byte order mark. Memory is bounded: an event that is
 * larger than the limit keeps only its name.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
import type {ResponseHeaders} from '../core/outcome.ts';

const EVENT_STREAM = /^\s*text\/event-stream\s*(;|$)/i;

/** Decided by the content type. The response of a test double may have no headers. */
export const isEventStream = (headers: ResponseHeaders | undefined): boolean =>
  EVENT_STREAM.test(headers?.get('content-type') ?? '');

/** One event. Comments, ids and retry times are not events. */
export interface StreamEvent {
  /** The `event` field; "" if the event has none. */
  readonly name: string;
  /** The `data` fields, joined by LF; null if they are larger than the limit, or if the parser keeps no data. */
  readonly data: string | null;
}

export interface EventStreamListener {
  /** An event is complete: it has data, and a blank line followed. */
  event(event: StreamEvent): void;
  /**
   * Bytes of a data field came. Called at least once for each chunk with such bytes, even if the event is not complete yet.
   *
   * @param name The `event` field so far.
   */
  data?(name: string): void;
}

const SPACE = 32;
const COLON = 58;
const DATA: readonly number[] = bytesOf('data');
const EVENT: readonly number[] = bytesOf('event');
/** Bytes of `event: `. */
const LONGEST_FIELD_START = 7;
/** Bytes of a line with the longest event name of any known vendor, with a margin. */
const LONGEST_NAME_LINE = 64;

/** The splitter has removed the byte order mark of the stream; another one is text. */
const decoder = new TextDecoder('utf-8', {ignoreBOM: true});

export class EventStreamParser {
  readonly #listener: EventStreamListener;
  readonly #lines: LineSplitter;
  readonly #maxEventBytes: number;
  #name = '';
  /** The data fields of the event so far; null if they are not kept. */
  #data: string[] | null = [];
  #dataBytes = 0;
  #hasData = false;
  #keepsData = true;

  /** @param maxEventBytes An event with more bytes of data has `data: null`. */
  constructor(listener: EventStreamListener, maxEventBytes: number) {
    this.#listener = listener;
    this.#maxEventBytes = maxEventBytes;
    this.#lines = new LineSplitter(maxEventBytes + LONGEST_FIELD_START, (line, isCut) => this.#field(line, isCut));
  }

  /** Reads one chunk, and keeps no reference to it. */
  read(chunk: Uint8Array): void {
    this.#lines.read(chunk);
    const {pending} = this.#lines;
    if (pending.length > DATA.length && valueStart(pending, DATA) > 0) this.#listener.data?.(this.#name);
  }

  /** From now on events have `data: null`, and the parser copies at most the start of a line. */
  keepNoData(): void {
    this.#keepsData = false;
    this.#lines.maxBytes = LONGEST_NAME_LINE;
  }

  /**
   * Ends the stream. An event that lacks its blank line is dispatched, although the standard drops it: an error event counts
   * even if the server broke off behind it.
   */
  end(): void {
    this.#lines.end();
    this.#dispatch();
  }

  #field(line: Uint8Array, isCut: boolean): void {
    if (line.length === 0) return this.#dispatch();
    const data = valueStart(line, DATA);
    if (data > 0) return this.#addData(line.subarray(data), isCut);
    const name = valueStart(line, EVENT);
    if (name > 0) this.#name = decoder.decode(line.subarray(name));
  }

  #addData(value: Uint8Array, isCut: boolean): void {
    this.#hasData = true;
    this.#dataBytes += value.length + 1;
    if (isCut || !this.#keepsData || this.#dataBytes > this.#maxEventBytes + 1) this.#data = null;
    else this.#data?.push(decoder.decode(value));
    this.#listener.data?.(this.#name);
  }

  #dispatch(): void {
    const event = {name: this.#name, data: this.#data === null ? null : this.#data.join('\n')};
    const isEvent = this.#hasData;
    this.#name = '';
    this.#data = [];
    this.#dataBytes = 0;
    this.#hasData = false;
    if (isEvent) this.#listener.event(event);
  }
}

const LF = 10;
const CR = 13;
const BYTE_ORDER_MARK: readonly number[] = [0xef, 0xbb, 0xbf];
const NO_BYTES = new Uint8Array(0);
/** Initial size, in bytes, of the buffer for a line that continues in the next chunk. */
const FIRST_BUFFER_BYTES = 256;

/** Splits bytes into lines, which end with LF, CR or CRLF. */
class LineSplitter {
  /** A longer line is cut to this many bytes. */
  maxBytes: number;
  /** @param isCut Whether the line was longer than `maxBytes`. */
  readonly #onLine: (line: Uint8Array, isCut: boolean) => void;
  /** Its first `#length` bytes are the beginning of a line whose end has not come yet. */
  #buffer = NO_BYTES;
  #length = 0;
  #isCut = false;
  #isFirst = true;
  /** The last chunk ended with CR: an LF at the start of the next one belongs to it. */
  #endedWithCr = false;

  constructor(maxBytes: number, onLine: (line: Uint8Array, isCut: boolean) => void) {
    this.maxBytes = maxBytes;
    this.#onLine = onLine;
  }

  /** The beginning of a line whose end has not come yet. */
  get pending(): Uint8Array {
    const line = this.#buffer.subarray(0, this.#length);
    return this.#isFirst ? withoutMark(line) : line;
  }

  read(chunk: Uint8Array): void {
    const {length} = chunk;
    if (length === 0) return;
    let at = this.#endedWithCr && chunk[0] === LF ? 1 : 0;
    this.#endedWithCr = false;
    // CR and LF are searched for again only once they are passed. Otherwise a chunk of CRs alone would take quadratic time.
    let cr = chunk.indexOf(CR, at);
    let lf = chunk.indexOf(LF, at);
    while (at < length) {
      if (cr !== -1 && cr < at) cr = chunk.indexOf(CR, at);
      if (lf !== -1 && lf < at) lf = chunk.indexOf(LF, at);
      const end = lf === -1 || (cr !== -1 && cr < lf) ? cr : lf;
      if (end === -1) return this.#keep(chunk.subarray(at));
      this.#end(chunk.subarray(at, end));
      at = end + 1;
      if (end === cr && at === length) this.#endedWithCr = true;
      if (end === cr && chunk[at] === LF) at++;
    }
  }

  /** Ends the last line, which may lack a line end. */
  end(): void {
    if (this.#length > 0) this.#end(NO_BYTES);
  }

  #keep(part: Uint8Array): void {
    const kept = part.subarray(0, Math.max(0, this.maxBytes - this.#length));
    if (kept.length < part.length) this.#isCut = true;
    const length = this.#length + kept.length;
    if (length > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.#buffer.length, FIRST_BUFFER_BYTES));
      larger.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = larger;
    }
    this.#buffer.set(kept, this.#length);
    this.#length = length;
  }

  #end(part: Uint8Array): void {
    if (this.#length > 0) this.#keep(part);
    const line = this.#length > 0 ? this.#buffer.subarray(0, this.#length) : part;
    const isCut = this.#isCut;
    const isFirst = this.#isFirst;
    this.#length = 0;
    this.#isCut = false;
    this.#isFirst = false;
    this.#onLine(isFirst ? withoutMark(line) : line, isCut);
  }
}

const withoutMark = (line: Uint8Array): Uint8Array =>
  startsWith(line, BYTE_ORDER_MARK) ? line.subarray(BYTE_ORDER_MARK.length) : line;

/** The index at which the value of the field begins; 0 if the line is another field. A line without a colon is a field with an empty value. */
function valueStart(line: Uint8Array, field: readonly number[]): number {
  const {length} = field;
  if (!startsWith(line, field)) return 0;
  if (line.length === length) return length;
  if (line[length] !== COLON) return 0;
  return line[length + 1] === SPACE ? length + 2 : length + 1;
}

const startsWith = (line: Uint8Array, start: readonly number[]): boolean =>
  start.every((byte, index) => line[index] === byte);

function bytesOf(word: string): number[] {
  return Array.from(word, letter => letter.charCodeAt(0));
}
