/**
 * The body of a failed response while its call waits: read into memory, or cut, so that its connection serves other calls.
 *
 * The response may become the answer after all, so it stays as it is, with its own methods: a clone is read beside it.
 */

import type {AbortSource} from '../core/abort-source.ts';
import {SteadfetchError} from '../core/errors.ts';
import type {Clock} from '../core/timer.ts';
import {type DrainEnd, discard, drain, isNodeStream, LONGEST_DRAIN_MS, MAX_DRAIN_BYTES} from './discard.ts';
import {cutBody} from './replaced-body.ts';
import type {HeldBody} from './response-bodies.ts';
import {isChangeable} from './track-response.ts';

/** @returns Null where there is nothing to read, or no way to read it twice: then the response stays as it is. */
export function holdBody(response: Response, clock: Clock, signal: AbortSource | null): HeldBody | null {
  let reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
  try {
    const {body} = response;
    if (!body || response.bodyUsed || isNodeStream(body)) return null;
    reader = response.clone().body!.getReader();
  } catch {
    return null; // The body already has a reader, or the object is like a Response without clone().
  }
  /** The beginning of the body. */
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let isReading = true;
  /** The body that is given in place of the response's own; null while that can be read. */
  let body: (() => BodyInit) | null = null;

  /** Without this the response's own body would hold the connection. */
  const cancelOwn = (): void => void response.body!.cancel().catch(() => {});
  const done = (end: DrainEnd): void => {
    if (!isReading) return;
    isReading = false;
    if (end === 'read') {
      chunks.length = 0; // The response has all of it.
      return;
    }
    const error = droppedError(response.status, end);
    body = endsEarly(response.status) ? () => new Blob([...chunks, markOf(error)]) : failing(error);
    cancelOwn();
  };
  drain(reader, clock, signal, chunks).then(done, error => {
    isReading = false;
    body = failing(error);
  });

  return {
    release() {
      if (isReading) reader.cancel().catch(() => {});
      isReading = false;
      if (body !== null && isChangeable(response)) cutBody(response, body());
      return body === null;
    },
    /** A retry is sent. What is being read is read on, so that the connection is kept if that is cheap. */
    discard() {
      if (isReading) cancelOwn();
      else discard(response, clock, signal);
    },
  };
}

/** A body that fails when it is read: a caller that cancels it need not await that. */
const failing = (error: unknown) => () =>
  new ReadableStream<Uint8Array<ArrayBuffer>>({type: 'bytes', pull: controller => controller.error(error)});

/** Whether a part of the body may be given: of an error. Of anything else, a program could take the part for the whole. */
export const endsEarly = (status: number): boolean => status >= 400;

/** The last line of a body that was cut. No JSON is valid with it. */
export const markOf = ({code, message}: SteadfetchError): string => `\n[${code}: ${message}]\n`;

export function droppedError(status: number, end: Exclude<DrainEnd, 'read'>): SteadfetchError {
  const limit =
    end === 'too-large' ? `is larger than ${MAX_DRAIN_BYTES} bytes` : `took longer than ${LONGEST_DRAIN_MS} ms`;
  return new SteadfetchError(
    'BODY_DROPPED',
    `The body of this ${status} response ${limit}: the rest was dropped while the call waited to retry.`,
  );
}
