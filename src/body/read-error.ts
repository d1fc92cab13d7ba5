/**
 * The body of an error, read beside the response: the response keeps a body of its own, whole and unread, because it may be the answer.
 */

import type {AbortSource} from '../core/abort-source.ts';
import type {ResponseHeaders} from '../core/outcome.ts';
import {type Clock, Pause} from '../core/timer.ts';
import {parsedText} from '../core/unknown-value.ts';
import {isNodeStream} from './discard.ts';

/** How much is read of the body of an error, and for how long. */
export interface ErrorRead {
  readonly maxBytes: number;
  readonly maxMs: number;
  readonly clock: Clock;
  /** Ends the reading: the call is over. */
  readonly signal: AbortSource | null;
}

/** @returns JSON, or a short text; undefined where the body is neither, is larger than the limit by its header, or cannot be read twice. */
export function readErrorOf(response: Response, limits: ErrorRead): Promise<unknown> | undefined {
  try {
    const {body, headers} = response;
    if (!body || response.bodyUsed || isNodeStream(body) || !mayBeRead(headers, limits)) return undefined;
    return readJson(response.clone().body!.getReader(), limits);
  } catch {
    return undefined; // The object is like a Response without clone(), or the body already has a reader.
  }
}

/** Whatever type the server says: errors come as text/plain, as text/event-stream, and without a type. */
export const mayBeRead = (headers: ResponseHeaders, {maxBytes}: ErrorRead): boolean =>
  !(Number(headers.get('content-length')) > maxBytes);

async function readJson(reader: ReadableStreamDefaultReader<Uint8Array>, limits: ErrorRead): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  const cancel = (): void => void reader.cancel().catch(() => {}); // The other branch of the body is read on, if it is read.
  const pause = new Pause(limits.clock, limits.maxMs, limits.signal, cancel);
  try {
    for (let left = limits.maxBytes; ; ) {
      const {done, value} = await reader.read();
      if (done) break;
      left -= value.byteLength;
      if (left < 0) {
        cancel();
        return undefined;
      }
      chunks.push(value);
    }
  } catch {
    return undefined; // The body broke, and so does that of the response.
  } finally {
    pause.end();
  }
  return parsed(chunks);
}

/** Undefined for a text that is longer than a message, and for JSON that was cut off behind that. */
export function parsed(chunks: readonly Uint8Array[]): unknown {
  const decoder = new TextDecoder();
  const text = chunks.map(chunk => decoder.decode(chunk, {stream: true})).join('') + decoder.decode();
  const json = parsedText(text) ?? parsedText(text.replaceAll(NOT_DATA, ''));
  return json ?? (text.length <= LONGEST_TEXT ? text : undefined);
}

/** What an event stream has beside its data. */
const NOT_DATA = /^(?:data:|(?:event|id|retry|):.*$)/gm;
/** A page that is longer is no message; a short one of a proxy can name a wait. */
const LONGEST_TEXT = 2000;
