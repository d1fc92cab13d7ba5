/** How a call begins: its policy is found by its method, origin and path, and observers are told. */
import type {Client} from '../client/client.ts';
import {startCall} from '../client/observe.ts';
import {originOf, targetOf} from '../client/target.ts';
import type {AttemptResponse} from '../core/outcome.ts';
import type {CallOverrides} from '../policy/types.ts';
import {CallContext, type Rpc} from './context.ts';
import {endpoints} from './failover-port.ts';

/**
 * A call before its first attempt.
 *
 * @throws InvalidPolicyError with code INVALID_OVERRIDES.
 */
export function beginCall<R extends AttemptResponse>(
  client: Client<R>,
  method: string,
  url: string,
  overrides: CallOverrides | undefined,
): CallContext<R> {
  // Without routes the origin is looked up, and no URL is parsed.
  if (!client.handle.plans.hasRoutes) return begin(client, method, url, originOf(url), '', overrides, null);
  const {origin, pathname} = targetOf(url);
  return begin(client, method, url, origin, pathname, overrides, null);
}

/**
 * A gRPC call before its first attempt: a POST, as gRPC sends it.
 *
 * @throws InvalidPolicyError with code INVALID_OVERRIDES.
 */
export function beginRpc<R extends AttemptResponse>(
  client: Client<R>,
  rpc: Rpc,
  overrides: CallOverrides | undefined,
): CallContext<R> {
  const {origin, method} = rpc;
  return begin(client, 'POST', `${origin}/${method}`, origin, `/${method}`, overrides, rpc);
}

function begin<R extends AttemptResponse>(
  client: Client<R>,
  method: string,
  url: string,
  origin: string | null,
  pathname: string,
  overrides: CallOverrides | undefined,
  rpc: Rpc | null,
): CallContext<R> {
  const variant = client.variantFor(method, origin ?? '', pathname, overrides);
  const call = new CallContext(client, variant, method, url, origin, client.clock.now(), rpc);
  if (variant.plan.endpoints !== null && origin !== null && rpc === null) {
    const failover = endpoints.steps!.of(client, variant.plan, method, url, origin);
    if (failover !== null) call.retryState.failover = failover;
  }
  if (client.observer !== null) call.span = startCall(client.observer, call);
  return call;
}
