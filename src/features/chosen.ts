/** Policies with the features that the program has allowed: those of `steadfetch/lite`. */
import type {PolicyHandle} from '../client/policy-handle.ts';
import type {HandlePorts} from '../client/ports.ts';
import type {Random} from '../core/random.ts';
import type {SharedGuards} from '../guards/guard-factory.ts';
import type {JsonPolicy} from '../policy/json-policy.ts';
import type {PolicyInput} from '../policy/types.ts';
import {checkedHandle, givenHandle, refuseMissing} from './checked-handle.ts';
import {usePaidAttempts} from './use-paid-attempts.ts';

/**
 * Validates a policy, once for all clients that use it. Every function that takes a policy also takes the handle.
 *
 * @param input  Plain data, see docs/policy.md. Default: every field has its default.
 * @param random Random numbers for the open times of breakers. Default: `Math.random`.
 * @param guards Guards whose state several processes share, such as those of `redisGuards`. Default: guards of this process.
 * @throws InvalidPolicyError naming each wrong field.
 * @throws SteadfetchError with code INVALID_POLICY, naming the function to call, if the policy has a feature that the program has not allowed.
 */
export function definePolicy<Json>(
  input?: PolicyInput | JsonPolicy<Json>,
  random?: Random,
  guards?: SharedGuards,
): PolicyHandle;
export function definePolicy(input?: PolicyInput, random?: Random, guards?: SharedGuards): PolicyHandle {
  usePaidAttempts();
  return checkedHandle(refuseMissing, input, random, guards);
}

/** The handle that an adapter was given, or a new handle for the policy that it was given. */
export function handleOf(policy: PolicyInput | PolicyHandle | undefined, ports: HandlePorts): PolicyHandle {
  usePaidAttempts();
  return givenHandle(refuseMissing, policy, ports);
}
