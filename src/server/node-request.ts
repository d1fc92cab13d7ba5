/** The body of a request of Node's HTTP server, read for its fingerprint and put back for the handler. */
import type {IncomingMessage} from 'node:http';
import {joined} from './bounded-body.ts';

/** Parsers that run before keep the bytes here: `rawBody` by convention, and `body` for express.raw. */
type ParsedRequest = IncomingMessage & {readonly rawBody?: unknown; readonly body?: unknown};

/**
 * The bytes of the body; null if it is larger than `maxBytes`. Rejects if the client disconnects.
 *
 * @throws TypeError if a parser has read the body and kept no bytes. What it made of them does not tell two bodies apart: for XML, express.json of Express 4
 * makes the same `{}` as for files of multer.
 */
export async function readNodeBody(request: ParsedRequest, maxBytes: number): Promise<Uint8Array | null> {
  const kept = [request.rawBody, request.body].find(each => each instanceof Uint8Array);
  if (kept !== undefined) return kept.byteLength <= maxBytes ? kept : null;
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return null;
  const hasBody = request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length']) > 0;
  if (!hasBody) return new Uint8Array();
  if (request.readableDidRead || request.destroyed)
    throw new TypeError(
      'The body of the request was read before the middleware for idempotency keys, so its bytes cannot be compared: put the middleware before the body parsers, or keep the bytes as request.rawBody, as the option verify of express.json can.',
    );
  return read(request, maxBytes);
}

/** Reads all chunks, and puts them back before the stream notices its end. */
function read(request: IncomingMessage, maxBytes: number): Promise<Uint8Array | null> {
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
      let chunk: Uint8Array | null = request.read();
      while (chunk !== null && size <= maxBytes) {
        chunks.push(chunk);
        size += chunk.byteLength;
        chunk = request.readableLength > 0 ? request.read() : null;
      }
      if (size > maxBytes) return settle(() => resolve(null));
      if (!request.complete || request.readableLength > 0) return;
      const body = joined(chunks, size);
      if (size > 0) request.unshift(body);
      settle(() => resolve(body));
    };
    const onError = (error: unknown): void => settle(() => reject(error));
    const onClose = (): void =>
      settle(() => reject(new Error('The client disconnected before the whole body had arrived.')));
    request.on('readable', onReadable);
    request.on('error', onError);
    request.on('close', onClose);
  });
}

/** Express changes `url` below a router, and keeps the whole one. */
export function pathOf(request: IncomingMessage & {readonly originalUrl?: unknown}): string {
  return typeof request.originalUrl === 'string' ? request.originalUrl : (request.url ?? '/');
}

/** Values of a header that is sent twice are joined, so that such a key is invalid. */
export function headerOf({headers}: IncomingMessage, name: string): string | null {
  const value = headers[name.toLowerCase()];
  return value === undefined ? null : Array.isArray(value) ? value.join(', ') : value;
}
