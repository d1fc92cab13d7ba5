/** Adapters whose calls go to one place: a policy that promises another one must not be silently taken for one that does not. */
import {InvalidPolicyError} from '../core/errors.ts';
import type {PolicyHandle} from './policy-handle.ts';

/**
 * @param why A clause: why the adapter cannot send a call elsewhere, and what to do.
 * @throws InvalidPolicyError if the policy, or a route of it, has several endpoints.
 */
export function refuseEndpoints({plans}: PolicyHandle, why: string): void {
  if (plans.all.some(({endpoints}) => endpoints !== null))
    throw new InvalidPolicyError([{path: 'endpoints', message: `must be null here, because ${why}`}]);
}
