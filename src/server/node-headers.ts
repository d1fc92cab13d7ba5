/** Headers of responses of Node's HTTP server: set, compared, and sent. */
import type {OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse} from 'node:http';
import type {StoredResponse} from './store.ts';

/** Sets what was passed to `writeHead`: an optional message, and headers as an object, as names and values in turn, or as pairs. */
export function setHead(
  response: ServerResponse,
  status: number,
  rest: readonly (string | OutgoingHttpHeader[] | OutgoingHttpHeaders | undefined)[],
): void {
  response.statusCode = status;
  const [message, headers] = typeof rest[0] === 'string' ? rest : [undefined, rest[0]];
  if (typeof message === 'string') response.statusMessage = message;
  if (Array.isArray(headers)) setList(response, headers);
  else if (typeof headers === 'object' && headers !== null)
    for (const [name, value] of Object.entries(headers)) if (value !== undefined) response.setHeader(name, value);
}

function setList(response: ServerResponse, list: readonly OutgoingHttpHeader[]): void {
  const flat = Array.isArray(list[0]) ? list.flat() : list;
  const names = flat.filter((_, at) => at % 2 === 0).map(String);
  for (const name of names) response.removeHeader(name);
  for (const [at, name] of names.entries()) {
    const value = flat[at * 2 + 1]!;
    response.appendHeader(name, Array.isArray(value) ? value : String(value));
  }
}

/** A copy, because Node appends to its own lists. */
export const headersOf = (response: ServerResponse): OutgoingHttpHeaders =>
  Object.fromEntries(
    Object.entries(response.getHeaders()).map(([name, value]) => [name, Array.isArray(value) ? [...value] : value]),
  );

/** The headers that were set or changed since. Others belong to the middleware around, which sets them for each request anew. */
export function headersSince(response: ServerResponse, before: OutgoingHttpHeaders): [string, string][] {
  return Object.entries(response.getHeaders()).flatMap(([name, value]) => {
    if (value === undefined || String(value) === String(before[name])) return [];
    return (Array.isArray(value) ? value : [value]).map((each): [string, string] => [name, String(each)]);
  });
}

export function restoreHeaders(response: ServerResponse, before: OutgoingHttpHeaders): void {
  for (const name of response.getHeaderNames()) if (!(name in before)) response.removeHeader(name);
  for (const [name, value] of Object.entries(before)) if (value !== undefined) response.setHeader(name, value);
}

/** Sends a stored response, with the headers that the middleware around has set for this request. */
export function sendStored(response: ServerResponse, {status, headers, body}: StoredResponse): void {
  response.statusCode = status;
  response.statusMessage = '';
  for (const name of new Set(headers.map(([name]) => name))) response.removeHeader(name);
  for (const [name, value] of headers) response.appendHeader(name, value);
  // The client may still send a body that is too large, and its next request would wait behind it. Unread, a stream of HTTP/2 would keep its place of the session.
  if (status === 413 && response.req?.complete === false) {
    if (response.req.httpVersionMajor === 1) response.setHeader('connection', 'close');
    else response.req.resume();
  }
  sendHead(response, body?.byteLength ?? 0);
  // Node drops the body of a status without one, or throws where the server says so.
  response.end(hasNoBody(status) ? undefined : (body ?? undefined));
}

/**
 * Called before `end`, which sends the head too. Where it knows the length of the whole body, Node decodes this header as UTF-8, and damages a name in Latin-1.
 *
 * @param size Bytes of the whole body.
 */
export function sendHead(response: ServerResponse, size: number): void {
  if (!/[\x80-\xff]/.test(String(response.getHeader('content-disposition') ?? ''))) return;
  const isFramed = ['content-length', 'transfer-encoding', 'trailer'].some(name => response.hasHeader(name));
  if (!isFramed && !hasNoBody(response.statusCode)) response.setHeader('content-length', size);
  response.writeHead(response.statusCode);
}

const hasNoBody = (status: number): boolean => status === 204 || status === 304;

/** @param size Bytes of the whole body. */
export function isShort(response: ServerResponse, size: number): boolean {
  if (response.req?.method === 'HEAD' || hasNoBody(response.statusCode)) return false;
  return size < Number(response.getHeader('content-length') ?? 0);
}
