/** The body of a request of Node's HTTP server, read for its fingerprint and put back for the handler. */
import type {IncomingMessage} from 'node:http';
import {joined} from './bounded-body.ts';

/** Parsers that run before keep the bytes here: `rawBody` by convention, and `body` for express.raw. */
interface Parsed {
  readonly rawBody?: unknown;
  readonly body?: unknown;
}

/** What requests of Node's HTTP/2 server and requests that a framework makes up, such as those of Fastify's `inject`, have or lack. */
interface Streamed {
  /** Absent from requests that are made up. */
  readonly complete?: boolean;
  readonly _readableState?: {readonly ended?: boolean};
  /** HTTP/2. */
  readonly stream?: {readonly endAfterHeaders: boolean; readonly aborted: boolean};
}

type NodeRequest = IncomingMessage & Parsed & Omit<Streamed, 'complete'>;

/**
 * The bytes of the body; null if it is larger than `maxBytes`. Rejects if the client disconnects.
 *
 * @throws TypeError if a parser has read the body and kept no bytes. What it made of them does not tell two bodies apart: for XML, express.json of Express 4
 * makes the same `{}` as for files of multer.
 */
export async function readNodeBody(request: NodeRequest, maxBytes: number): Promise<Uint8Array | null> {
  const kept = [request.rawBody, request.body].find(each => each instanceof Uint8Array);
  if (kept !== undefined) return kept.byteLength <= maxBytes ? kept : null;
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return null;
  if (!mayHaveBody(request)) return new Uint8Array();
  if (request.readableDidRead)
    throw new TypeError(
      'The body of the request was read before the middleware for idempotency keys, so its bytes cannot be compared: put the middleware before the body parsers, or keep the bytes as request.rawBody, as the option verify of express.json can.',
    );
  if (request.destroyed) throw disconnected();
  // A body of no bytes that has arrived already: a read now would end the stream before the handler listens.
  if (hasArrived(request) && request.readableLength === 0) return new Uint8Array();
  return read(request, maxBytes);
}

const disconnected = (): Error => new Error('The client disconnected before the whole body had arrived.');

/** HTTP/1 says so in the head, HTTP/2 by a flag of its headers frame; a request that is made up does not say it. */
function mayHaveBody({complete, stream, headers}: NodeRequest & Streamed): boolean {
  if (stream !== undefined) return !stream.endAfterHeaders;
  if (complete === undefined) return true;
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length']) > 0;
}

/** `complete` is true for an HTTP/2 request that was cut, and `readableEnded` only when it is too late to put the body back. */
function hasArrived({complete, stream, _readableState}: NodeRequest & Streamed): boolean {
  if (stream === undefined && complete !== undefined) return complete;
  return _readableState?.ended === true && stream?.aborted !== true;
}

/** Reads all chunks, and puts them back before the stream notices its end. */
function read(request: NodeRequest, maxBytes: number): Promise<Uint8Array | null> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let size = 0;
    const settle = (end: () => void): void => {
      request.off('readable', onReadable);
      request.off('error', onError);
      request.off('close', onClose);
      end();
    };
    const onReadable = (): void => {
      // A read of nothing would end the stream.
      while (request.readableLength > 0 && size <= maxBytes) {
        const chunk: Uint8Array = request.read();
        chunks.push(chunk);
        size += chunk.byteLength;
      }
      if (size > maxBytes) return settle(() => resolve(null));
      if (!hasArrived(request)) return;
      const body = joined(chunks, size);
      if (size > 0) request.unshift(body);
      settle(() => resolve(body));
    };
    const onError = (error: unknown): void => settle(() => reject(error));
    const onClose = (): void => settle(() => reject(disconnected()));
    request.on('readable', onReadable);
    request.on('error', onError);
    request.on('close', onClose);
  });
}

/** The host as the client sent it; HTTP/2 has it in a header of its own. */
export const hostOf = (request: IncomingMessage): string =>
  headerOf(request, ':authority') ?? headerOf(request, 'host') ?? '';

/** Express changes `url` below a router, and keeps the whole one. */
export function pathOf(request: IncomingMessage & {readonly originalUrl?: unknown}): string {
  return typeof request.originalUrl === 'string' ? request.originalUrl : (request.url ?? '/');
}

/** The lines of a header that is sent more than once are joined by a line break, which no valid value has: a comma may be part of a string. */
export function headerOf({headers, rawHeaders}: IncomingMessage, name: string): string | null {
  const lower = name.toLowerCase();
  const value = headers[lower];
  if (value === undefined) return null;
  if (Array.isArray(value)) return value.join('\n');
  // Node joins most headers by a comma and a space.
  if (!value.includes(', ')) return value;
  const lines = rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === lower);
  return lines.length > 1 ? lines.join('\n') : value;
}
