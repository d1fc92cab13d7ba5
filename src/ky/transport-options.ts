/** The transport of a call of ky, as both loops use it. */
import {TimeoutError as KyTimeoutError} from 'ky';
import type {CallContext} from '../call/context.ts';
import type {RequestTransportOptions} from '../transport/request-transport.ts';
import type {KyCall} from './ky-call.ts';
import type {RequestBody} from './request-body.ts';

/** The request of a signal: a Request of Node that is collected no longer follows the caller's signal. */
const requestOf = new WeakMap<AbortSignal, Request>();

/** The options of a transport that sends all attempts. Apart from the loops: what holds a transport while the body of a response is open must not hold the response. */
export function transportOptions(
  ky: KyCall,
  {plan, rawUrl}: CallContext<Response>,
  {isStream, text}: RequestBody,
  request: Request,
  init: RequestInit,
): RequestTransportOptions {
  requestOf.set(request.signal, request);
  const {bodyGetsFreshTime, bodyGraceMs} = ky.explicit;
  return {
    request,
    callUrl: rawUrl,
    callerSignal: request.signal,
    passesCallerSignal: true,
    retries: plan.maxAttempts > 1 && !isStream,
    isStream,
    policy: plan.policy,
    text,
    bodyGetsFreshTime,
    bodyGraceMs,
    send: (attempt, signal) => ky.send(attempt, init, signal),
    // An error of ky's own class, so that `isTimeoutError` and `instanceof` work.
    timeoutError: error => Object.assign(new KyTimeoutError(request), {cause: error}),
  };
}
