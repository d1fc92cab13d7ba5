/** Attempts at an endpoint that has no TLS connection to offer. */
import type {AttemptResponse, Outcome} from '../core/outcome.ts';
import {tlsFailure} from '../decide/classify-failure.ts';
import {isSafeMethod} from '../decide/idempotency.ts';
import {failedToConnect} from '../transport/redirects.ts';
import type {CallContext} from './context.ts';

/**
 * Whether the attempt failed because its endpoint has no TLS connection to offer, so nothing was sent. A retry there fails the same way, and
 * another endpoint may help.
 *
 * Not where the failure is that of another server, which a redirect named: the endpoint may have acted before. A fetch that is not undici's does
 * not tell; a safe method moves then all the same.
 */
export function failedHandshake<R extends AttemptResponse>(call: CallContext<R>, outcome: Outcome<R>): boolean {
  if (call.failover === null || outcome.kind !== 'network' || !outcome.reachedTransport) return false;
  const failed = tlsFailure(outcome.error);
  if (failed === null || (failed === 'connection' && !failedToConnect(outcome.error))) return false;
  const redirected = call.transport.redirected?.(outcome, 'not-sent') ?? 'no';
  return redirected === 'no' || (redirected === 'unknown' && isSafeMethod(call.method));
}
