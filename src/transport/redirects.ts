/**
 * Whether a fetch followed a redirect before it ended. A response says so itself. fetch rejects with the last request's error; only undici,
 * which is Node's fetch too, publishes on `diagnostics_channel` which request that was. A transport that does not use undici publishes nothing.
 */

import type {Outcome} from '../core/outcome.ts';
import {isObject} from '../core/unknown-value.ts';
import type {Redirected} from '../decide/redirected.ts';

/** The request that was sent, by its properties in fetch. */
export interface SentRequest {
  readonly method: string;
  readonly url: string;
  readonly redirect: RequestRedirect | undefined;
}

export function fetchRedirected(
  {response, error}: Outcome<Response>,
  {method, url, redirect}: SentRequest,
): Redirected {
  if (redirect === 'error' || redirect === 'manual') return 'no';
  if (response === null) return failedAfterRedirect(error, method, url);
  // Some Responses have no such property, such as a polyfill's.
  const {redirected} = response as {redirected?: unknown};
  if (typeof redirected !== 'boolean') return 'unknown';
  return redirected ? 'yes' : 'no';
}

/** An undici request, as far as the channel is read. */
interface FailedRequest {
  readonly method: string;
  readonly origin: string | URL;
  /** With the query. */
  readonly path: string;
}
export interface Channels {
  subscribe(name: string, listener: (message: unknown) => void): void;
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
  const {process} = globalThis as {process?: {getBuiltinModule?(name: string): Channels | undefined}};
  const channels = process?.getBuiltinModule?.('node:diagnostics_channel');
  channels?.subscribe('undici:request:error', message => {
    const {request, error} = message as {request: FailedRequest; error: unknown};
    if (!isObject(error)) return;
    const line = `${request.method.toUpperCase()} ${request.origin}${request.path}`;
    const others = failedRequests.get(error) ?? [];
    if (!others.includes(line)) failedRequests.set(error, [...others, line]);
  });
  channels?.subscribe('undici:client:connectError', message => {
    const {error} = message as {error: unknown};
    if (isObject(error)) failedConnects.add(error);
  });
}

/** Whether it is certain that the connection was never made. */
export const failedToConnect = (error: unknown): boolean => causesOf(error).some(each => failedConnects.has(each));

/** For a transport that follows no redirects: the error ended this request and no other. */
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
  const failed = requestsEndedBy(error);
  if (failed === undefined) return 'unknown';
  const own = lineOf(method, url);
  if (!failed.includes(own)) return 'yes';
  return failed.every(line => line === own) ? 'no' : 'unknown';
}

function requestsEndedBy(error: unknown): readonly string[] | undefined {
  return causesOf(error)
    .map(each => failedRequests.get(each))
    .find(failed => failed !== undefined);
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
