/**
 * Whether the client that a function sends by followed a redirect: the last answer then says nothing about the request that was redirected.
 *
 * Responses and errors of many clients say so. For the others, Node's fetch, undici and node:http publish redirects on
 * `diagnostics_channel`. A redirect belongs to a call if the request has the correlation id of the call, or if the URL that the call could not
 * reach is the one that a redirect named during the call. A redirect that may belong to any call, because its request has no id of a call, may
 * belong to this one. Redirects of safe methods do not count, since nothing was acted on.
 */
import {quietly} from '../core/quietly.ts';
import {isObject} from '../core/unknown-value.ts';
import {isSafeMethod} from '../decide/idempotency.ts';
import type {Redirected} from '../decide/redirected.ts';
import {causesOf, redirectsSeen, subscribe, watchRedirects} from './redirects.ts';

/** Entries of each map; the oldest is dropped. */
const MOST = 1000;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

// A redirect is noted as the number of those in this process so far, by `redirectsSeen()`.

/** The latest redirect without the id of a call. */
let unnamed = 0;
/** The latest redirect of each call; 0 before. */
const byId = new Map<string, number>();
/** The latest redirect that named a URL. */
const byUrl = new Map<string, number>();
/** The latest redirect that named the URL of a request that the error ended; 0 if none did. */
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
  watchRedirects(); // It counts a redirect before it is noted here.
  subscribe('undici:request:headers', message => {
    const {request, response} = message as Message<UndiciRequest, UndiciResponse>;
    if (REDIRECTS.has(response.statusCode)) quietly(() => noteUndici(request, response));
  });
  subscribe('undici:request:error', message => {
    const {request, error} = message as Message<UndiciRequest, never>;
    if (byUrl.size > 0) quietly(() => noteError(urlOfUndici(request), error));
  });
  subscribe('http.client.response.finish', message => {
    const {request, response} = message as Message<HttpRequest, HttpResponse>;
    if (REDIRECTS.has(response.statusCode)) quietly(() => noteHttp(request, response));
  });
  subscribe('http.client.request.error', message => {
    const {request, error} = message as Message<HttpRequest, never>;
    if (byUrl.size > 0) quietly(() => noteError(urlOfHttp(request), error));
  });
}

/** Called before a request is sent with the id, so that a redirect of it is known to be that of its call. */
export function noteCall(id: string | undefined): void {
  if (id !== undefined) put(byId, id, byId.get(id) ?? 0);
}

/**
 * @param said   The response or the error of the client.
 * @param id     The correlation id of the call, if its requests can be told by it.
 * @param before `redirectsSeen()` before the call.
 */
export function followedRedirect(said: unknown, id: string | undefined, before: number): Redirected {
  if (id !== undefined && byId.get(id)! > before) return 'yes';
  const causes = causesOf(said);
  const facts = causes.flatMap(each => [endedByRedirect(each, before), ...factsOf(each)]);
  if (facts.includes(true)) return 'yes';
  return facts.includes(false) || (unnamed <= before && !causes.some(isOfBun)) ? 'no' : 'unknown';
}

/** Bun's fetch publishes nothing, and its errors have the URL of the first request as their path. */
function isOfBun(error: {readonly path?: unknown}): boolean {
  try {
    return /^https?:/.test(String(error.path));
  } catch {
    return false; // A getter threw.
  }
}

/** Whether the request that the error ended was sent because of a redirect; undefined where that is not known. */
function endedByRedirect(error: object, before: number): boolean | undefined {
  const redirect = byError.get(error);
  return redirect === undefined ? undefined : redirect > before;
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
  put(byUrl, urlOf(String(location), url), redirectsSeen());
  if (byId.has(String(id))) put(byId, String(id), redirectsSeen());
  else unnamed = redirectsSeen();
}

function noteError(url: string, error: unknown): void {
  if (isObject(error)) byError.set(error, byUrl.get(url) ?? 0);
}

function put(map: Map<string, number>, key: string, redirect: number): void {
  map.delete(key);
  map.set(key, redirect);
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
  readonly url?: unknown;
  readonly redirected?: unknown;
  readonly redirects?: unknown;
  readonly redirectUrls?: unknown;
  readonly request?: Loose | null;
  readonly response?: Loose | null;
  readonly _redirectCount?: unknown;
  readonly _redirectable?: Loose | null;
}

/**
 * What a response says of redirects before it, or an error by its response or its request: whether there were any, in each field that tells; undefined
 * in each that does not.
 */
function factsOf(said: object): (boolean | undefined)[] {
  try {
    const {response, request} = said as Loose;
    return [
      isMarked(said), // fetch
      isMarked(response), // ky, node-fetch, Gaxios, ofetch
      isFilled(response?.redirectUrls), // got
      isFilled(request?.redirectUrls),
      isFilled(response?.redirects), // superagent
      isCounted(request), // axios, by follow-redirects
      isCounted(response?.request),
    ];
  } catch {
    return []; // A getter threw.
  }
}

/** A copy of a Response has no URL, and says `false` whatever happened. */
function isMarked(response: Loose | null | undefined): boolean | undefined {
  if (response?.redirected === true) return true;
  return response?.redirected === false && response.url ? false : undefined;
}

const isFilled = (list: unknown): boolean | undefined => (Array.isArray(list) ? list.length > 0 : undefined);

function isCounted(request: Loose | null | undefined): boolean | undefined {
  const count = request?._redirectCount ?? request?._redirectable?._redirectCount;
  return typeof count === 'number' ? count > 0 : undefined;
}
