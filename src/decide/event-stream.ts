/**
 * The events of a `text/event-stream`, read from its bytes.
 *
 * Chunks may end anywhere: inside a character, between CR and LF, inside the byte order mark. Memory is bounded: of an event that is
 * larger than the limit only the name is kept.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
import type {ResponseHeaders} from '../core/outcome.ts';

const EVENT_STREAM = /^\s*text\/event-stream\s*(;|$)/i;

/** Going by its header. What tests make up for a success may have none. */
export const isEventStream = (headers: ResponseHeaders | undefined): boolean =>
  EVENT_STREAM.test(headers?.get('content-type') ?? '');

/** One event. Comments, ids and retry times are not events. */
export interface StreamEvent {
  /** The `event` field; empty where the event has none. */
  readonly name: string;
  /** The `data` fields, joined by LF; null where they are larger than the limit, or where the parser keeps no data. */
  readonly data: string | null;
}

export interface EventStreamListener {
  /** An event is complete: it has data, and a blank line followed. */
  event(event: StreamEvent): void;
  /**
   * Bytes of a data field came. Called at least once for each chunk that has some, also where the event is not complete yet.
   *
   * @param name The `event` field so far.
   */
  data?(name: string): void;
}

const SPACE = 32;
const COLON = 58;
const DATA: readonly number[] = bytesOf('data');
const EVENT: readonly number[] = bytesOf('event');
/** `event: `, in bytes. */
const LONGEST_FIELD_START = 7;
/** Enough for the name of every event that is known, in bytes. */
const LONGEST_NAME_LINE = 64;

/** The lines have no byte order mark of the stream any more: one inside of them is text. */
const decoder = new TextDecoder('utf-8', {ignoreBOM: true});

export class EventStreamParser {
  readonly #listener: EventStreamListener;
  readonly #lines: LineSplitter;
  readonly #maxEventBytes: number;
  #name = '';
  /** Of the data fields so far; null where they are not kept. */
  #data: string[] | null = [];
  #dataBytes = 0;
  #hasData = false;
  #keepsData = true;

  /** @param maxEventBytes Events with more bytes of data than this come without their data. */
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

  /** From now on events come without their data, and the parser copies next to nothing. */
  keepNoData(): void {
    this.#keepsData = false;
    this.#lines.maxBytes = LONGEST_NAME_LINE;
  }

  /**
   * The stream has ended. An event without its blank line is completed, where the standard drops it: a server that breaks off in the
   * middle of an error event has said enough.
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
/** First size of the buffer for a line that goes on in the next chunk, in bytes. */
const FIRST_BUFFER_BYTES = 256;

/** Splits bytes into lines, which end with LF, CR or CRLF. */
class LineSplitter {
  /** Of a longer line only the beginning is kept. */
  maxBytes: number;
  /** @param isCut The line is longer than the limit, and this is its beginning. */
  readonly #onLine: (line: Uint8Array, isCut: boolean) => void;
  /** Holds the beginning of a line whose end has not come. */
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

  /** The beginning of a line whose end has not come. */
  get pending(): Uint8Array {
    const line = this.#buffer.subarray(0, this.#length);
    return this.#isFirst ? withoutMark(line) : line;
  }

  read(chunk: Uint8Array): void {
    const {length} = chunk;
    if (length === 0) return;
    let at = this.#endedWithCr && chunk[0] === LF ? 1 : 0;
    this.#endedWithCr = false;
    // Each is searched for again only once it is passed: a chunk of CRs alone would otherwise be searched to its end at every line.
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

  /** The last line has no end of its own. */
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

/** Where the value of the field begins; 0 where the line is another field. A line without a colon is a field without a value. */
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
