/** The fetch adapter: the same call and the same loop around any fetch. */

import {beginCall} from '../call/begin.ts';
import {runCall} from '../call/call.ts';
import type {CallContext} from '../call/context.ts';
import {refuseTranslate} from '../call/failover-port.ts';
import {finishCall} from '../call/finish.ts';
import {Client} from '../client/client.ts';
import type {PolicyHandle} from '../client/policy-handle.ts';
import type {Ports} from '../client/ports.ts';
import {failed} from '../core/outcome.ts';
import {httpAnswers} from '../decide/answers-http.ts';
import type {CallOverrides} from '../policy/types.ts';
import {watchFailedRequests} from '../transport/redirects.ts';
import {RequestTransport, requestLike} from '../transport/request-transport.ts';
import type {Caller, Transport} from '../transport/transport.ts';
import {cancelBody} from '../transport/unsent-body.ts';
import {FetchTransport, isRequest} from './fetch-transport.ts';
import {copyInit} from './init-copy.ts';
import {noteMade, Sender} from './sender.ts';
import {type Resolve, settleWith} from './settle.ts';

/** The options of one call: those of fetch, and what the call changes of its policy. */
export interface ResilientInit extends RequestInit {
  /** See docs/policy.md, Overrides of one call. */
  readonly resilience?: CallOverrides;
}

/**
 * Options of one call without the request's own: fits where an SDK takes options of `fetch` for one call, such as `fetchOptions` of the SDKs of
 * OpenAI and Anthropic.
 *
 * @example
 * const once: PerCallInit = {resilience: {maxAttempts: 1}};
 * await client.models.list({fetchOptions: once});
 */
export type PerCallInit = Omit<ResilientInit, 'body' | 'headers' | 'method' | 'signal'>;

/**
 * Takes and returns what `fetch` does, so it can be passed wherever a `fetch` is expected. Its type does not use `RequestInfo`, which the
 * types of Node do not have.
 */
export type ResilientFetch = (input: string | URL | Request, init?: ResilientInit) => Promise<Response>;

/** Makes a `fetch` under a policy that is already there. */
export function fetchUnder(handle: PolicyHandle, ports: Ports): ResilientFetch {
  refuseTranslate(ports);
  const client = new Client(handle, ports, httpAnswers);
  watchFailedRequests();
  const sender = new Sender(ports.fetch, handle);

  // It has the name and the length of the fetch that it replaces.
  const resilient: ResilientFetch = function fetch(input, given = undefined) {
    // An exception in here rejects the promise.
    return new Promise(resolve => {
      // All of it is read here, and not again: what the caller changes later is not sent.
      const copy = given === undefined || given === null ? undefined : copyInit(given);
      const overrides = copy?.resilience;
      const init = overrides === undefined ? copy : withoutOurs(copy!);
      const request = isRequest(input) ? input : null;
      const url = request === null ? String(input) : request.url;
      const signal = init?.signal === undefined ? (request?.signal ?? null) : init.signal;
      checkSignal(signal);
      const method = (init?.method ?? request?.method ?? 'GET').toUpperCase();
      const send = sender.route(input, init);
      if (typeof send !== 'function') return resolve(send);
      const own = init?.body ?? null;
      let call: CallContext<Response> | null = null;
      try {
        call = beginCall(client, method, url, overrides);
        const {plan, startedAt} = call;
        if (request?.body && own === null) {
          runCall(call, readingTransport(call, send, request, init ?? {}, signal), promised(resolve), startedAt);
        } else {
          // The standard refuses an invalid request first. A fetch of the user's may take URLs that are relative to its own base.
          if (signal?.aborted && (ports.fetch === undefined || URL.canParse(url)))
            requestLike(request, request ?? url, {...init, signal: null});
          const transport = new FetchTransport(send, request ?? url, init, signal, plan, resolve);
          runCall(call, transport, transport, startedAt);
        }
      } catch (error) {
        // Wrong overrides, a Request that was used, an invalid header, a body that cannot be copied.
        cancelBody(own ?? request?.body, error);
        if (call !== null) finishCall(call, failed('other', error, false));
        throw error;
      }
    });
  };
  noteMade(resilient);
  return resilient;
}

/** Apart from the function above: a closure in there would cost every call the context it needs. */
const promised = (resolve: Resolve): Caller<Response> => ({
  settle: outcome => settleWith(outcome, resolve),
});

/** The options without `resilience`. */
function withoutOurs({resilience: _, ...rest}: ResilientInit): RequestInit {
  return rest;
}

function readingTransport(
  call: CallContext<Response>,
  fetch: typeof globalThis.fetch,
  from: Request,
  init: RequestInit,
  signal: AbortSignal | null,
): Transport<Response> {
  // These are the Request's, and not the same at every endpoint.
  const {headers: _h, method: _m, redirect: _r, referrer: _f, referrerPolicy: _p, ...rest} = init;
  return new RequestTransport({
    from,
    // A body inside a Request can be read only by reading it.
    request: requestLike(from, from, {...init, signal: null}),
    callUrl: from.url,
    callerSignal: signal,
    retries: call.plan.maxAttempts > 1,
    policy: call.plan.policy,
    send: (request, attemptSignal) =>
      fetch(request, attemptSignal === undefined ? rest : {...rest, signal: attemptSignal}),
    timeoutError: error => error,
  });
}

function checkSignal(signal: unknown): asserts signal is AbortSignal | null {
  if (signal !== null && typeof (signal as AbortSignal).addEventListener !== 'function')
    throw new TypeError('The signal is not an AbortSignal.');
}
