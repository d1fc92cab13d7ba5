/**
 * Whether the client that a function sends by followed a redirect: the last answer then says nothing about the request that was redirected.
 *
 * Responses and errors of many clients say so. For the others, Node's fetch, undici and node:http publish redirects on
 * `diagnostics_channel`. A redirect belongs to a call if the request has the correlation id of the call, or if the URL that the call could not
 * reach is the one that a redirect named during the call. Redirects of safe methods do not count, since nothing was acted on.
 */
import {quietly} from '../core/quietly.ts';
import {isObject} from '../core/unknown-value.ts';
import {isSafeMethod} from '../decide/idempotency.ts';
import {type Channels, causesOf} from './redirects.ts';

/** Entries of each map; the oldest is dropped. */
const MOST = 1000;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Redirects so far in this process. Each has a number, the first is 1. */
let seen = 0;
/** The latest redirect of the requests with a correlation id. */
const byId = new Map<string, number>();
/** The latest redirect that named a URL. */
const byUrl = new Map<string, number>();
/** The latest redirect that named the URL of a request that the error ended. */
const byError = new WeakMap<object, number>();
/** In lower case. */
const idHeaders = new Set<string>();
let isWatching = false;

/** A request as undici publishes it. */
interface UndiciRequest {
  readonly method: string;
  readonly origin: string | URL;
  /** With the query. */
  readonly path: string;
  /** Alternating names and values. */
  readonly headers: readonly unknown[];
}
interface UndiciResponse {
  readonly statusCode: number;
  /** Alternating names and values, or an object. */
  readonly headers: readonly unknown[] | Readonly<Record<string, unknown>>;
}
/** A request as node:http publishes it. */
interface HttpRequest {
  readonly method: string;
  readonly protocol: string;
  readonly path: string;
  getHeader(name: string): unknown;
}
interface HttpResponse {
  readonly statusCode: number;
  readonly headers: {readonly location?: string};
}
interface Message<Request, Response> {
  readonly request: Request;
  readonly response: Response;
  readonly error: unknown;
}

/**
 * Costs a request a look at the status of its answer.
 *
 * @param headers The headers with the correlation id of a call.
 */
export function watchFollowedRedirects(headers: Iterable<string | undefined>): void {
  for (const name of headers) if (name !== undefined) idHeaders.add(name.toLowerCase());
  if (isWatching) return;
  isWatching = true;
  const {process} = globalThis as {process?: {getBuiltinModule?(name: string): Channels | undefined}};
  const channels = process?.getBuiltinModule?.('node:diagnostics_channel');
  channels?.subscribe('undici:request:headers', message => {
    const {request, response} = message as Message<UndiciRequest, UndiciResponse>;
    if (REDIRECTS.has(response.statusCode)) quietly(() => noteUndici(request, response));
  });
  channels?.subscribe('undici:request:error', message => {
    const {request, error} = message as Message<UndiciRequest, never>;
    if (byUrl.size > 0) quietly(() => noteError(urlOfUndici(request), error));
  });
  channels?.subscribe('http.client.response.finish', message => {
    const {request, response} = message as Message<HttpRequest, HttpResponse>;
    if (REDIRECTS.has(response.statusCode)) quietly(() => noteHttp(request, response));
  });
  channels?.subscribe('http.client.request.error', message => {
    const {request, error} = message as Message<HttpRequest, never>;
    if (byUrl.size > 0) quietly(() => noteError(urlOfHttp(request), error));
  });
}

/** For `followedRedirect`: the redirects before a call. */
export const redirectsSeen = (): number => seen;

/**
 * @param said   The response or the error of the client.
 * @param id     The correlation id of the call, if its requests can be told by it.
 * @param before `redirectsSeen()` before the call.
 */
export function followedRedirect(said: unknown, id: string | undefined, before: number): boolean {
  if (seen > before) {
    if (id !== undefined && (byId.get(id) ?? 0) > before) return true;
    if (causesOf(said).some(each => (byError.get(each) ?? 0) > before)) return true;
  }
  return causesOf(said).some(saysRedirected);
}

function noteUndici(request: UndiciRequest, {headers: answered}: UndiciResponse): void {
  const location = Array.isArray(answered)
    ? valueIn(answered, name => name === 'location')
    : (answered as Record<string, unknown>).location;
  note(
    urlOfUndici(request),
    request.method,
    location,
    valueIn(request.headers, name => idHeaders.has(name)),
  );
}

function noteHttp(request: HttpRequest, {headers}: HttpResponse): void {
  const ids = [...idHeaders].map(name => request.getHeader(name));
  note(
    urlOfHttp(request),
    request.method,
    headers.location,
    ids.find(id => id !== undefined),
  );
}

/** A redirect to where another one led counts as well. */
function note(url: string, method: string, location: unknown, id: unknown): void {
  if (location === undefined || (isSafeMethod(method.toUpperCase()) && !byUrl.has(url))) return;
  seen++;
  put(byUrl, urlOf(String(location), url));
  if (id !== undefined) put(byId, String(id));
}

function noteError(url: string, error: unknown): void {
  const redirect = byUrl.get(url);
  if (redirect !== undefined && isObject(error)) byError.set(error, redirect);
}

function put(map: Map<string, number>, key: string): void {
  map.delete(key);
  map.set(key, seen);
  if (map.size > MOST) map.delete(map.keys().next().value!);
}

const urlOfUndici = ({origin, path}: UndiciRequest): string => urlOf(path, String(origin));
const urlOfHttp = (request: HttpRequest): string =>
  urlOf(request.path, `${request.protocol}//${String(request.getHeader('host'))}`);

/** Without credentials and fragment. */
function urlOf(url: string, base: string): string {
  const {origin = '', pathname = '', search = ''} = URL.parse(url, base) ?? {};
  return origin + pathname + search;
}

/** @param list Alternating names and values, as text or bytes. */
function valueIn(list: readonly unknown[], isWanted: (name: string) => boolean): unknown {
  const at = list.findIndex((name, index) => index % 2 === 0 && isWanted(String(name).toLowerCase()));
  return at < 0 ? undefined : list[at + 1];
}

/** Fields of clients. */
interface Loose {
  readonly redirected?: unknown;
  readonly redirects?: unknown;
  readonly redirectUrls?: unknown;
  readonly request?: Loose | null;
  readonly response?: Loose | null;
  readonly _redirectCount?: unknown;
  readonly _redirectable?: Loose | null;
}

/** Whether a response says that it came after a redirect, or an error does by its response or its request. */
function saysRedirected(said: object): boolean {
  try {
    const {response, request, redirected} = said as Loose;
    return (
      redirected === true || // fetch
      response?.redirected === true || // ky, node-fetch, Gaxios, ofetch
      isFilled(response?.redirectUrls) || // got
      isFilled(request?.redirectUrls) ||
      isFilled(response?.redirects) || // superagent
      isCounted(request) || // axios, by follow-redirects
      isCounted(response?.request)
    );
  } catch {
    return false; // A getter threw.
  }
}

const isFilled = (list: unknown): boolean => Array.isArray(list) && list.length > 0;

const isCounted = (request: Loose | null | undefined): boolean =>
  Number(request?._redirectCount) > 0 || Number(request?._redirectable?._redirectCount) > 0;
