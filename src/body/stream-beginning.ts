/**
 * The beginning of an event stream, up to its first content: what comes before can be thrown away, because it says nothing of the answer.
 */

import type {StreamError} from '../core/outcome.ts';
import {EventStreamParser, type StreamEvent} from '../decide/event-stream.ts';
import {streamErrorOf} from '../decide/stream-error.ts';
import {isPing, meaningOf} from '../decide/stream-events.ts';

/** What ended the beginning. */
export type BeginningEnd =
  /** Content, an error of unknown meaning, or so many bytes without any content that no more are held. */
  | {readonly kind: 'content'}
  /** The stream ended as it should, without any content. */
  | {readonly kind: 'ended'}
  | {readonly kind: 'error'; readonly error: StreamError};

export class StreamBeginning {
  readonly #parser: EventStreamParser;
  readonly #holdBytes: number;
  #bytes = 0;
  #end: BeginningEnd | null = null;
  #broughtData = false;

  /** @param holdBytes With more bytes than this the beginning is over. */
  constructor(holdBytes: number) {
    this.#holdBytes = holdBytes;
    this.#parser = new EventStreamParser(this, holdBytes);
  }

  /** @returns Null as long as the beginning goes on. */
  read(chunk: Uint8Array): BeginningEnd | null {
    this.#bytes += chunk.byteLength;
    this.#parser.read(chunk);
    if (this.#end === null && this.#bytes >= this.#holdBytes) this.#end = CONTENT;
    return this.#end;
  }

  /** The stream has ended, and the beginning with it. */
  end(): BeginningEnd {
    this.#parser.end();
    this.#end ??= ENDED;
    return this.#end;
  }

  /** A chunk after the beginning. */
  readOn(chunk: Uint8Array): void {
    this.#parser.keepNoData();
    this.#parser.read(chunk);
  }

  /** Whether data came since this was asked last, and not only comments and pings. */
  takeBroughtData(): boolean {
    const brought = this.#broughtData;
    this.#broughtData = false;
    return brought;
  }

  /** @internal Of the parser. */
  event(event: StreamEvent): void {
    if (this.#end !== null) return;
    const meaning = meaningOf(event);
    if (meaning.kind === 'content') this.#end = CONTENT;
    if (meaning.kind === 'error') this.#end = endWith(streamErrorOf(meaning.body));
  }

  /** @internal Of the parser. */
  data(name: string): void {
    if (!isPing(name)) this.#broughtData = true;
  }
}

const endWith = (error: StreamError | null): BeginningEnd => (error === null ? CONTENT : {kind: 'error', error});

const CONTENT: BeginningEnd = {kind: 'content'};
const ENDED: BeginningEnd = {kind: 'ended'};
