/** Refuses what Node refuses, before the head is fixed: an error after that could no longer be answered, and the response would be stored as a result. */

import type {ServerResponse} from 'node:http';

/** What the line of the status may have. */
const VALID = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * @param message The reason phrase.
 * @returns The status as an integer, which Node makes of it.
 * @throws RangeError or TypeError with the code of Node.
 */
export function checkedStatus(status: unknown, message: unknown): number {
  const code = Math.trunc(Number(status));
  if (!(code >= 100 && code <= 999))
    throw withCode('ERR_HTTP_INVALID_STATUS_CODE', new RangeError(`Invalid status code: ${String(status)}`));
  if (!VALID.test(String(message ?? '')))
    throw withCode('ERR_INVALID_CHAR', new TypeError('Invalid character in statusMessage'));
  return code;
}

/**
 * @param isEnd Whether the chunk is that of `end`, which may have none.
 * @returns A copy, because the handler may use its buffer again; null without a chunk.
 * @throws TypeError with the code of Node, also for an unknown encoding.
 */
export function checkedChunk(chunk: unknown, encoding: unknown, isEnd: boolean): Uint8Array | null {
  if (isEnd && !chunk) return null; // As Node, which ignores `end(0)`.
  if (typeof chunk === 'string')
    return Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
  if (chunk instanceof Uint8Array) return Buffer.from(chunk);
  throw withCode(
    chunk === null ? 'ERR_STREAM_NULL_VALUES' : 'ERR_INVALID_ARG_TYPE',
    new TypeError(
      `A chunk of a response is a string, a Buffer or a Uint8Array, got ${chunk === null ? 'null' : typeof chunk}.`,
    ),
  );
}

/** @param verb What was to be done with the headers, such as `set`. */
export const headersSentError = ({req}: ServerResponse, verb: string): Error =>
  req?.httpVersionMajor === 2
    ? withCode('ERR_HTTP2_HEADERS_SENT', new Error('Response has already been initiated.'))
    : withCode('ERR_HTTP_HEADERS_SENT', new Error(`Cannot ${verb} headers after they are sent to the client`));

const withCode = (code: string, error: Error): Error => Object.assign(error, {code});
