/**
 * The beginning of an event stream, up to its first content. It can be discarded, because it has nothing of the answer. What comes after it
 * is read for data and for the end mark.
 */
import {SteadfetchError} from '../core/errors.ts';
import type {StreamError} from '../core/outcome.ts';
import {EventStreamParser, type StreamEvent} from '../decide/event-stream.ts';
import {EndMarkSearch, endMarkOf} from '../decide/stream-end.ts';
import {streamErrorOf} from '../decide/stream-error.ts';
import {isPing, meaningOf} from '../decide/stream-events.ts';

/** What ended the beginning. */
export type BeginningEnd =
  /** Content came, or an error of unknown meaning, or `holdBytes` without content. */
  | {readonly kind: 'content'}
  /** The stream ended properly, without content. */
  | {readonly kind: 'ended'}
  /** An error event with a known status. */
  | {readonly kind: 'error'; readonly error: StreamError}
  /** The stream ended without its end mark. */
  | {readonly kind: 'incomplete'; readonly error: SteadfetchError};

export class StreamBeginning {
  readonly #parser: EventStreamParser;
  readonly #holdBytes: number;
  #bytes = 0;
  #end: BeginningEnd | null = null;
  #broughtData = false;
  /** Null: the stream may end in any way. */
  #search: EndMarkSearch | null;
  /** The end mark of the format; undefined while the format is unknown. */
  #endMark: string | undefined;

  /**
   * @param holdBytes The beginning ends after this many bytes.
   * @param isAnswer  Whether the stream has to have an end mark, if its format has one.
   */
  constructor(holdBytes: number, isAnswer = false) {
    this.#holdBytes = holdBytes;
    this.#search = isAnswer ? new EndMarkSearch() : null;
    this.#parser = new EventStreamParser(this, holdBytes);
  }

  /** @returns Null while the beginning continues. */
  read(chunk: Uint8Array): BeginningEnd | null {
    this.#bytes += chunk.byteLength;
    this.#search?.read(chunk);
    this.#parser.read(chunk);
    if (this.#bytes >= this.#holdBytes) this.#end ??= CONTENT;
    if (this.#end !== null && this.#endMark === undefined) this.#search = null;
    return this.#end;
  }

  /** The stream has ended, in its beginning or later. */
  end(): BeginningEnd {
    const before = this.#end;
    const search = this.#search;
    this.#parser.end();
    // An event that lacks its blank line can be cut off, so it is no content; an error counts.
    const end = (this.#end === CONTENT ? before : this.#end) ?? ENDED;
    const isMissing = search?.hasFound() === false && (end === ENDED || this.#endMark !== undefined);
    return isMissing ? {kind: 'incomplete', error: incomplete(this.#endMark)} : end;
  }

  /** Reads a chunk that comes after the beginning, or in the beginning of a stream that was not held. */
  readOn(chunk: Uint8Array): void {
    if (this.#end === null) return void this.read(chunk);
    this.#search?.read(chunk);
    this.#parser.keepNoData();
    this.#parser.read(chunk);
  }

  /** Whether data other than pings came since the last call of this method. */
  takeBroughtData(): boolean {
    const brought = this.#broughtData;
    this.#broughtData = false;
    return brought;
  }

  /** @internal Called by the parser. */
  event(event: StreamEvent): void {
    if (this.#end !== null) return;
    const {name, data} = event;
    if (data) this.#endMark ??= endMarkOf(data);
    else if (name !== '' && !isPing(name)) this.#search = null; // An event of an unknown format, such as `done` without data.
    const meaning = meaningOf(event);
    if (meaning.kind === 'content') this.#end = CONTENT;
    if (meaning.kind === 'error') this.#end = endWith(streamErrorOf(meaning.body));
  }

  /** @internal Called by the parser. */
  data(name: string): void {
    if (!isPing(name)) this.#broughtData = true;
  }
}

const incomplete = (mark = 'content or an end mark'): SteadfetchError =>
  new SteadfetchError('STREAM_INCOMPLETE', `The event stream ended without ${mark}.`);

const endWith = (error: StreamError | null): BeginningEnd => (error === null ? CONTENT : {kind: 'error', error});

const CONTENT: BeginningEnd = {kind: 'content'};
const ENDED: BeginningEnd = {kind: 'ended'};
