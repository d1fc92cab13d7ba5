/** Where policies are asked whether they can run. What stands above imports this; what only runs them does not. */
import {type Random, systemRandom} from '../core/random.ts';
import type {JsonPolicy} from '../policy/json-policy.ts';
import {resolveOverrides, resolvePolicy} from '../policy/resolve.ts';
import type {PolicyInput} from '../policy/types.ts';
import type {PolicySource} from './plan.ts';
import {PolicyHandle} from './policy-handle.ts';

const checked: PolicySource = {resolve: resolvePolicy, resolveCall: resolveOverrides};

/**
 * Validates a policy once and returns what `resilience()` and `createFetch()` also accept.
 *
 * @param input  Plain data; see docs/policy.md. Left out: the defaults.
 * @param random Spreads the open times of breakers. Default: `Math.random`.
 * @throws InvalidPolicyError at once, naming each wrong field.
 */
export function definePolicy<Json>(input?: PolicyInput | JsonPolicy<Json>, random?: Random): PolicyHandle;
export function definePolicy(input?: PolicyInput, random: Random = systemRandom): PolicyHandle {
  return new PolicyHandle(input, checked, random);
}

/** The handle that an adapter was given, or a new handle for the policy that it was given. */
export const handleOf = (policy: PolicyInput | PolicyHandle | undefined, random?: Random): PolicyHandle =>
  policy instanceof PolicyHandle ? policy : definePolicy(policy, random);
