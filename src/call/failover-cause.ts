/** Which failures of an attempt another endpoint may help against. */
import type {FailoverCause} from '../client/endpoints.ts';
import type {AttemptResponse, Outcome} from '../core/outcome.ts';
import {isOverload} from '../decide/classification.ts';
import {tlsFailure} from '../decide/classify-failure.ts';
import {failedToConnect} from '../transport/redirects.ts';
import type {CallContext} from './context.ts';

/** Why another endpoint may help; null if it does not. */
export function causeOf({kind, status}: Outcome, throttled: boolean): FailoverCause | null {
  switch (kind) {
    case 'network':
      return 'network';
    case 'attempt-timeout':
    case 'content-timeout':
      return 'timeout';
    case 'response':
      if (isOverload(status)) return 'overloaded';
      if (throttled) return 'throttled';
      return status >= 500 ? 'server-error' : null;
    default:
      return null;
  }
}

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
