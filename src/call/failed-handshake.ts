/** Attempts at an endpoint that has no TLS connection to offer. */
import type {AttemptResponse, Outcome} from '../core/outcome.ts';
import type {Classification} from '../decide/classification.ts';
import {tlsFailure} from '../decide/classify-failure.ts';
import type {CallContext} from './context.ts';

/**
 * Whether the attempt failed because its endpoint has no TLS connection to offer, so nothing was sent. A retry there fails the same way, and
 * another endpoint may help.
 *
 * Not where the failure is that of another server, which a redirect named: the endpoint may have acted before.
 */
export function failedHandshake<R extends AttemptResponse>(
  {failover}: CallContext<R>,
  {kind, error}: Outcome<R>,
  {sent}: Classification,
): boolean {
  return failover !== null && kind === 'network' && sent === 'not-sent' && tlsFailure(error);
}
