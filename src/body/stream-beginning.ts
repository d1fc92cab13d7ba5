/** The beginning of an event stream, up to its first content. It can be discarded, because it has nothing of the answer. */

import type {StreamError} from '../core/outcome.ts';
import {EventStreamParser, type StreamEvent} from '../decide/event-stream.ts';
import {streamErrorOf} from '../decide/stream-error.ts';
import {isPing, meaningOf} from '../decide/stream-events.ts';

/** What ended the beginning. */
export type BeginningEnd =
  /** Content came, or an error of unknown meaning, or `holdBytes` without content. */
  | {readonly kind: 'content'}
  /** The stream ended properly, without content. */
  | {readonly kind: 'ended'}
  /** An error event with a known status. */
  | {readonly kind: 'error'; readonly error: StreamError};

export class StreamBeginning {
  readonly #parser: EventStreamParser;
  readonly #holdBytes: number;
  #bytes = 0;
  #end: BeginningEnd | null = null;
  #broughtData = false;

  /** @param holdBytes The beginning ends after this many bytes. */
  constructor(holdBytes: number) {
    this.#holdBytes = holdBytes;
    this.#parser = new EventStreamParser(this, holdBytes);
  }

  /** @returns Null while the beginning continues. */
  read(chunk: Uint8Array): BeginningEnd | null {
    this.#bytes += chunk.byteLength;
    this.#parser.read(chunk);
    if (this.#end === null && this.#bytes >= this.#holdBytes) this.#end = CONTENT;
    return this.#end;
  }

  /** The stream has ended, and with it the beginning. */
  end(): BeginningEnd {
    this.#parser.end();
    this.#end ??= ENDED;
    return this.#end;
  }

  /** Reads a chunk that comes after the beginning. */
  readOn(chunk: Uint8Array): void {
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
    const meaning = meaningOf(event);
    if (meaning.kind === 'content') this.#end = CONTENT;
    if (meaning.kind === 'error') this.#end = endWith(streamErrorOf(meaning.body));
  }

  /** @internal Called by the parser. */
  data(name: string): void {
    if (!isPing(name)) this.#broughtData = true;
  }
}

const endWith = (error: StreamError | null): BeginningEnd => (error === null ? CONTENT : {kind: 'error', error});

const CONTENT: BeginningEnd = {kind: 'content'};
const ENDED: BeginningEnd = {kind: 'ended'};
