/** Attempts at an endpoint that has no TLS connection to offer. */
import type {AttemptResponse, Outcome} from '../core/outcome.ts';
import {tlsFailure} from '../decide/classify-failure.ts';
import {failedToConnect} from '../transport/redirects.ts';
import type {CallContext} from './context.ts';

/**
 * Whether the attempt failed because its endpoint has no TLS connection to offer, so nothing was sent. A retry there fails the same way, and
 * another endpoint may help.
 *
 * Not where the failure is that of another server, which a redirect named: the endpoint may have acted before.
 */
export function failedHandshake<R extends AttemptResponse>(call: CallContext<R>, outcome: Outcome<R>): boolean {
  if (call.failover === null || outcome.kind !== 'network' || !outcome.reachedTransport) return false;
  const failed = tlsFailure(outcome.error);
  if (failed === null || (failed === 'connection' && !failedToConnect(outcome.error))) return false;
  return (call.transport.redirected?.(outcome, 'not-sent') ?? 'no') === 'no';
}
