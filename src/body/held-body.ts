/**
 * The body of a failed response while its call waits: read into memory, or dropped, so that its connection serves other calls.
 *
 * The response may become the answer after all, so it stays as it is, with its own methods: a clone is read beside it.
 */

import {SteadfetchError} from '../core/errors.ts';
import type {Clock} from '../core/timer.ts';
import {type DrainEnd, discard, drain, isNodeStream, isTooLong, LONGEST_DRAIN_MS, MAX_DRAIN_BYTES} from './discard.ts';
import {breakBody} from './dropped-body.ts';
import type {HeldBody} from './response-bodies.ts';

/** @returns Null where there is nothing to read, or no way to read it twice: then the response stays as it is. */
export function holdBody(response: Response, clock: Clock): HeldBody | null {
  try {
    const {body} = response;
    if (!body || response.bodyUsed || isNodeStream(body)) return null;
    return new HeldResponse(response, clock);
  } catch {
    return null; // The body already has a reader, or the object is like a Response without clone().
  }
}

class HeldResponse implements HeldBody {
  readonly #response: Response;
  readonly #clock: Clock;
  /** The reader of the clone; null once there is nothing more to read. */
  #reader: ReadableStreamDefaultReader<Uint8Array> | null = null;
  /** Why the body cannot be read any more. */
  #dropped: SteadfetchError | null = null;

  constructor(response: Response, clock: Clock) {
    this.#response = response;
    this.#clock = clock;
    if (isTooLong(response)) this.#drop('too-large');
    else this.#read(response.clone().body!.getReader());
  }

  #read(reader: ReadableStreamDefaultReader<Uint8Array>): void {
    this.#reader = reader;
    const done = (end: DrainEnd): void => {
      if (this.#reader === null) return;
      this.#reader = null;
      if (end !== 'read') this.#drop(end);
    };
    drain(reader, this.#clock).then(done, () => done('read')); // It broke, and so does the response's own.
  }

  /** Without this the response's own body would hold the connection. */
  #drop(end: Exclude<DrainEnd, 'read'>): void {
    this.#dropped = droppedError(this.#response.status, end);
    this.#response.body!.cancel().catch(() => {});
  }

  release(): boolean {
    const reader = this.#reader;
    this.#reader = null;
    reader?.cancel().catch(() => {});
    if (this.#dropped !== null) breakBody(this.#response, this.#dropped);
    return this.#dropped === null;
  }

  /** A retry is sent. What is being read is read on, so that the connection is kept if that is cheap. */
  discard(): void {
    if (this.#reader === null) discard(this.#response, this.#clock);
    else this.#response.body!.cancel().catch(() => {});
  }
}

export function droppedError(status: number, end: Exclude<DrainEnd, 'read'>): SteadfetchError {
  const limit =
    end === 'too-large' ? `is larger than ${MAX_DRAIN_BYTES} bytes` : `took longer than ${LONGEST_DRAIN_MS} ms`;
  return new SteadfetchError(
    'BODY_DROPPED',
    `The body of this ${status} response ${limit}: it was dropped while the call waited to retry.`,
  );
}
