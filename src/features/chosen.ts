/** Policies with the features that the program has allowed: those of `steadfetch/lite`. */
import {hedges} from '../call/hedge-port.ts';
import {endpointsPort} from '../client/endpoints-port.ts';
import type {PolicyHandle} from '../client/policy-handle.ts';
import type {HandlePorts} from '../client/ports.ts';
import {notAllowed} from '../core/not-allowed.ts';
import type {Random} from '../core/random.ts';
import {optionalGuards, type SharedGuards} from '../guards/guard-factory.ts';
import type {JsonPolicy} from '../policy/json-policy.ts';
import type {Policy, PolicyInput} from '../policy/types.ts';
import {checkedHandle, givenHandle, type Refuse, refuseUnusual} from './checked-handle.ts';

/** Features by their field, which is null in a policy without the feature. */
const FEATURES: readonly [field: keyof Policy, use: string, isAllowed: () => boolean][] = [
  ['hedge', 'useHedges', () => hedges.send !== null],
  ['endpoints', 'useFailover', () => endpointsPort.of !== null],
  ['quota', 'useQuotas', () => optionalGuards.quota !== null],
  ['concurrency', 'useConcurrencyLimits', () => optionalGuards.concurrency !== null],
];

/** Also usable where a build has validated the policy. */
export const refuseMissing: Refuse = (policy, code) => {
  refuseUnusual(policy, code);
  for (const [field, use, isAllowed] of FEATURES)
    if (policy[field] !== null && !isAllowed()) throw notAllowed(`Policies with "${field}"`, use, code);
};

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
  return checkedHandle(refuseMissing, input, random, guards);
}

/** The handle that an adapter was given, or a new handle for the policy that it was given. */
export const handleOf = (policy: PolicyInput | PolicyHandle | undefined, ports: HandlePorts): PolicyHandle =>
  givenHandle(refuseMissing, policy, ports);
