/** The fetch adapter for policies with any feature. */
import type {PolicyArgument, PolicyHandle} from '../client/policy-handle.ts';
import type {Ports} from '../client/ports.ts';
import {handleOf} from '../features/usual.ts';
import type {PolicyInput} from '../policy/types.ts';
import {fetchUnder, type ResilientFetch} from './fetch-under.ts';

/**
 * Makes a `fetch` that follows a policy.
 *
 * Resolves with the last response, whatever its status. Rejects with the last error, which is unchanged except for the field `resilience`:
 * the report that says why the call was not retried.
 *
 * @param policy Plain data, see docs/policy.md, or a handle of `definePolicy`. Default: every field has its default.
 * @param ports  Functions beside the policy, each optional: `fetch`, `clock`, `random`, `ids`, `on`, `observer`, `classify`, `prepareAttempt`.
 * @throws InvalidPolicyError naming each wrong field: now, not at the first call.
 *
 * @example
 * const fetch = createFetch({maxAttempts: 4, deadlineMs: 10_000});
 * const response = await fetch('https://example.com/users');
 */
export function createFetch<Json>(policy?: PolicyArgument<Json>, ports?: Ports): ResilientFetch;
export function createFetch(policy?: PolicyInput | PolicyHandle, ports: Ports = {}): ResilientFetch {
  return fetchUnder(handleOf(policy, ports), ports);
}
