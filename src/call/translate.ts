/** The request of an attempt at another endpoint than the one that the caller addressed, as the user's `translate` writes it. */

import type {Ports, Translation} from '../client/ports.ts';
import {type Awaitable, atOnce} from '../core/awaitable.ts';
import {SteadfetchError} from '../core/errors.ts';
import type {AttemptResponse} from '../core/outcome.ts';
import {textOf} from '../core/unknown-value.ts';
import {copyOf} from '../decide/body.ts';
import {isNetworkFailure} from '../decide/failure-facts.ts';
import {PreparedHeaders} from '../transport/prepared-headers.ts';
import type {TransportRequest} from '../transport/transport.ts';
import type {CallContext} from './context.ts';
import type {TranslatedAttempt} from './failover-port.ts';

/** Headers that are true of the caller's body alone. */
const OF_BODY = ['content-length', 'content-encoding', 'content-md5', 'digest', 'content-digest', 'repr-digest'];

/**
 * @param url  Of the request, at the other endpoint.
 * @param text The body of the call, as `Transport.text` has it.
 * @throws SteadfetchError with code TRANSLATE_FAILED.
 */
export function translated<R extends AttemptResponse>(
  {call, guards, number: attempt}: TranslatedAttempt<R>,
  translate: NonNullable<Ports<R>['translate']>,
  request: TransportRequest<R>,
  url: string,
  text: string | undefined,
): TransportRequest<R> {
  const endpoint = call.failover!.endpointOf(guards).name;
  const {method} = call;
  const {headers} = request;
  try {
    const translation = atOnce(translate({method, url, headers, text, attempt}, endpoint), 'translate()');
    return translation === undefined ? request : rewritten(call, endpoint, request, url, translation);
  } catch (cause) {
    throw translateFailed('translate()', endpoint, cause);
  }
}

function rewritten<R extends AttemptResponse>(
  call: CallContext<R>,
  endpoint: string,
  request: TransportRequest<R>,
  url: string,
  {path, headers = {}, body, response}: Translation<R>,
): TransportRequest<R> {
  if (body !== undefined && typeof body !== 'string' && !ArrayBuffer.isView(body))
    throw new TypeError('its body must be a string or bytes');
  const sent = typeof body === 'object' ? copyOf(body) : body;
  if (path !== undefined || sent !== undefined) request.rewrite!(path === undefined ? url : urlOf(path, url), sent);
  const own = new PreparedHeaders(request.headers);
  call.retryState.prepared = own;
  if (body !== undefined) for (const name of OF_BODY) own.delete(name);
  const {keyHeader} = call.plan;
  for (const [name, value] of Object.entries(headers)) {
    if (name.toLowerCase() === keyHeader.toLowerCase()) throw new TypeError(`its headers must leave out ${keyHeader}`);
    if (value === null) own.delete(name);
    else own.set(name, value);
  }
  return translatedRequest(call, request, own, endpoint, response ?? null);
}

/** @throws TypeError */
function urlOf(path: string, url: string): string {
  const {origin} = new URL(url);
  const target = path.startsWith('/') ? URL.parse(path, origin) : null;
  if (target?.origin !== origin)
    throw new TypeError(`its path must begin with one "/", got ${JSON.stringify(path.split('?')[0])}`);
  return target.href;
}

/** @param turnBack Null: the response stays. */
function translatedRequest<R extends AttemptResponse>(
  {transport, client}: CallContext<R>,
  request: TransportRequest<R>,
  headers: PreparedHeaders,
  endpoint: string,
  turnBack: ((response: R) => Awaitable<R>) | null,
): TransportRequest<R> {
  return {
    headers,
    get signal() {
      return request.signal;
    },
    get url() {
      return request.url;
    },
    abort: reason => request.abort(reason),
    async send(endsAt) {
      const response = await request.send(endsAt);
      if (turnBack === null) return response;
      try {
        return keepOrigin(await turnBack(response), response);
      } catch (error) {
        transport.bodies.discard(response, client.clock, transport.callerSignal);
        if (isNetworkFailure(error)) throw error; // The connection broke while the function read the body.
        throw translateFailed('response() of translate()', endpoint, error);
      }
    },
  };
}

/** The origin of a response is part of it, and a new Response does not have it. */
function keepOrigin<R extends AttemptResponse>(
  turned: R,
  response: AttemptResponse & {readonly url?: unknown; readonly redirected?: unknown},
): R {
  if (typeof turned?.status !== 'number') throw new TypeError('it must return a Response');
  const {url, redirected} = response;
  return turned === response
    ? turned
    : Object.defineProperties(turned, {url: {value: url}, redirected: {value: redirected}});
}

function translateFailed(what: string, endpoint: string, cause: unknown): SteadfetchError {
  const message = `${what} failed for endpoint ${endpoint}: ${textOf(cause)}.`;
  return new SteadfetchError('TRANSLATE_FAILED', message.replace(/\.\.$/, '.'), cause);
}
