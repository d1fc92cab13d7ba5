/** Questions to a policy about a request before it is sent. */

import type {Plan} from '../client/plan.ts';
import type {PolicyHandle} from '../client/policy-handle.ts';
import {targetOf} from '../client/target.ts';
import {needsKey} from '../decide/idempotency.ts';

/** The target of items that name none: one budget and one breaker guard all of them. */
export const NOWHERE = 'https://batch.invalid/';

/** Whether the policy states that a second request does no harm, whatever the outcome of the first. */
export const isHarmless = (handle: PolicyHandle, method: string, url: string): boolean =>
  planOf(handle, method, url).idempotentMethods.has(method);

/** Whether a request is retried after the server may have acted: its method is harmless, or it carries a key. */
export function isRepeatable(handle: PolicyHandle, method: string, url: string): boolean {
  const {policy, idempotentMethods} = planOf(handle, method, url);
  return idempotentMethods.has(method) || needsKey(policy.idempotency, method);
}

/** Whether the policy states that a request may be sent again that had to be paid for. */
export function mayPayAgain(handle: PolicyHandle, method: string, url: string, isTimeout: boolean): boolean {
  const {paid} = planOf(handle, method, url).policy;
  return isRepeatable(handle, method, url) && (paid === null || (isTimeout && paid.afterTimeout));
}

/** The plan for a request: of the first route that matches, or of the policy. */
export function planOf({plans}: PolicyHandle, method: string, url: string): Plan {
  const {origin, pathname} = targetOf(url);
  return plans.for(method, origin ?? '', pathname, undefined).plan;
}
