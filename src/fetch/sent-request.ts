/** Whether a request that a function sends by the client that has called it is the request it was called for. */
import {looksSecret} from '../decide/secret-name.ts';

/** The arguments of a fetch. */
export interface SentRequest {
  readonly input: RequestInfo | URL;
  readonly init: RequestInit | undefined;
}

/**
 * The same method, URL, body and idempotency key.
 *
 * @param keyHeaders The headers that may have the key.
 * @param mayBeSigned Whether the function may also have changed the query of what it passes on with its options.
 */
export function isPassedOn(
  sent: SentRequest,
  again: SentRequest,
  mayBeSigned: boolean,
  keyHeaders: readonly string[],
): boolean {
  const from = factsOf(sent);
  const to = factsOf(again);
  if (from.method !== to.method) return false;
  if (keyHeaders.some(name => from.headers.get(name) !== to.headers.get(name))) return false;
  if (from.body !== to.body && from.body !== undefined && to.body !== undefined) return false;
  const isSigned = mayBeSigned && (from.signal === to.signal || typeof again.input === 'object');
  return from.url === to.url || (isSigned && from.url.split('?')[0] === to.url.split('?')[0]);
}

/** Whether the headers that name a user are the same. */
export const hasSameCredentials = (a: SentRequest, b: SentRequest): boolean => credentialsOf(a) === credentialsOf(b);

const credentialsOf = (request: SentRequest): string =>
  [...headersOf(request)].filter(([name]) => looksSecret(name)).join();

// A string and a URL have none of the fields of a Request.
const partsOf = ({input}: SentRequest): Partial<Request> => Object(input);

export const methodOf = (request: SentRequest): string =>
  (request.init?.method ?? partsOf(request).method ?? 'GET').toUpperCase();

const headersOf = (request: SentRequest): Headers => new Headers(request.init?.headers ?? partsOf(request).headers);

function factsOf(request: SentRequest) {
  const {input, init} = request;
  const {url = String(input), body} = partsOf(request);
  const {location} = globalThis as {location?: {readonly href: string}};
  return {
    method: methodOf(request),
    url: URL.parse(url, location?.href)?.href ?? url,
    /** Null: none. Undefined: inside a Request, where only reading it shows it. */
    body: init?.body ?? (body ? undefined : null),
    signal: init?.signal,
    headers: headersOf(request),
  };
}
