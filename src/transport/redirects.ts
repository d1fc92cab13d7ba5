/**
 * Whether a fetch followed a redirect before it ended. A response says so itself, unless a wrapper of fetch copied it. fetch rejects with the
 * last request's error; only undici, which is Node's fetch too, publishes on `diagnostics_channel` which request that was. A transport that does
 * not use undici publishes nothing.
 */

import type {Outcome} from '../core/outcome.ts';
import {isObject} from '../core/unknown-value.ts';
import {isSafeMethod} from '../decide/idempotency.ts';
import type {Redirected} from '../decide/redirected.ts';

/** The request that was sent, by its properties in fetch. */
export interface SentRequest {
  readonly method: string;
  readonly url: string;
  readonly redirect: RequestRedirect | undefined;
}

export function fetchRedirected(
  {response, error}: Outcome<Response>,
  redirectsBefore: number,
  {method, url, redirect}: SentRequest,
): Redirected {
  if (redirect === 'error' || redirect === 'manual') return 'no';
  if (response === null) return failedAfterRedirect(error, method, url);
  // Some Responses have no such property, such as a polyfill's.
  const {redirected, url: source} = response as {redirected?: unknown; url?: unknown};
  if (redirected) return 'yes';
  // A Response that a program made, such as a copy or that of a test double, has no URL, and `redirected` is false whatever happened. That of a
  // fetch which follows redirects itself is the last hop's own. A URL that fetch has normalized counts as another: the answer is then unknown.
  const isOurs = redirectsSeen() === redirectsBefore || source === url;
  return redirected === false && isOurs ? 'no' : 'unknown';
}

/** An undici request, as far as the channel is read. */
interface FailedRequest {
  readonly method: string;
  readonly origin: string | URL;
  /** With the query. */
  readonly path: string;
}
interface Channels {
  subscribe(name: string, listener: (message: unknown) => void): void;
}

/** Subscribes to what undici and node:http publish; only Node has it. */
export function subscribe(name: string, listener: (message: unknown) => void): void {
  const {process} = globalThis as {process?: {getBuiltinModule?(name: string): Channels | undefined}};
  process?.getBuiltinModule?.('node:diagnostics_channel')?.subscribe(name, listener);
}

/** An answer, as undici and node:http publish it. */
interface Answered {
  readonly request: {readonly method: string};
  readonly response: {readonly statusCode: number};
}

let redirects = 0;
let countsRedirects = false;

/** How many requests of this process with an effect were answered with a redirect since `watchRedirects()`. */
export const redirectsSeen = (): number => redirects;

/** Called before a request is sent by a function that may copy Responses. Costs a request a look at the status of its answer. */
export function watchRedirects(): void {
  if (countsRedirects) return;
  countsRedirects = true;
  for (const name of ['undici:request:headers', 'http.client.response.finish'])
    subscribe(name, message => {
      const {request, response} = message as Answered;
      const {statusCode: status} = response; // Requests with an effect get no 304.
      if (status > 300 && status < 309 && !isSafeMethod(request.method)) redirects++;
    });
}

/** `POST https://shop.example/orders?a=b` of every request that an error ended: requests that wait for one connection share its error. */
const failedRequests = new WeakMap<object, readonly string[]>();
/** Errors of connections that were never made, so no request was sent on them. */
const failedConnects = new WeakSet<object>();
let isWatching = false;

/** Costs a request nothing that does not fail. */
export function watchFailedRequests(): void {
  if (isWatching) return;
  isWatching = true;
  subscribe('undici:request:error', message => {
    const {request, error} = message as {request: FailedRequest; error: unknown};
    if (!isObject(error)) return;
    const line = lineOf(request.method, `${request.origin}${request.path}`);
    const others = failedRequests.get(error) ?? [];
    if (!others.includes(line)) failedRequests.set(error, [...others, line]);
  });
  subscribe('undici:client:connectError', message => {
    const {error} = message as {error: unknown};
    if (isObject(error)) failedConnects.add(error);
  });
}

/** Whether it is certain that the connection was never made. */
export const failedToConnect = (error: unknown): boolean => causesOf(error).some(each => failedConnects.has(each));

/** Notes the request of an error, for a transport that follows no redirects: the error ended this request and no other. */
export function noteFailedRequest(error: unknown, method: string, url: string): void {
  if (isObject(error)) failedRequests.set(error, [lineOf(method, url)]);
}

/** A fetch wraps the error of its connection, and a fetch around it may wrap that again. */
const DEEPEST_CAUSE = 4;

/**
 * Whether the error is that of another request than the one that was sent.
 *
 * `no` is a proof: the request that failed has this method and this URL. It may still be the last of a chain of 307s or 308s, where
 * a server answered that exactly this request is to be sent here; then a retry only follows the redirect.
 */
function failedAfterRedirect(error: unknown, method: string, url: string): Redirected {
  const failed = causesOf(error).flatMap(each => failedRequests.get(each) ?? []);
  const own = lineOf(method, url);
  if (failed.every(line => line === own)) return failed.length > 0 ? 'no' : 'unknown';
  return failed.includes(own) ? 'unknown' : 'yes';
}

/** The error and its causes. */
export function causesOf(error: unknown): object[] {
  const causes: object[] = [];
  try {
    for (let each = error; causes.length < DEEPEST_CAUSE && isObject(each); each = (each as {cause?: unknown}).cause)
      causes.push(each);
  } catch {
    // A getter threw: what came before it counts.
  }
  return causes;
}

/** As undici has it: without credentials and fragment. */
function lineOf(method: string, url: string): string {
  const {origin = '', pathname = '', search = ''} = URL.parse(url) ?? {};
  return `${method.toUpperCase()} ${origin}${pathname}${search}`;
}
