/** Policies with what policies usually have, and those of model endpoints. */
import type {PolicyHandle} from '../client/policy-handle.ts';
import type {HandlePorts} from '../client/ports.ts';
import type {Random} from '../core/random.ts';
import type {GuardFactory, SharedGuards} from '../guards/guard-factory.ts';
import type {JsonPolicy} from '../policy/json-policy.ts';
import type {PolicyInput} from '../policy/types.ts';
import {checkedHandle, givenHandle, refuseFixedBreakers} from './checked-handle.ts';
import {useUsual} from './use.ts';
import {useModelEndpoints} from './use-model-endpoints.ts';

/**
 * Validates a policy, once for all clients that use it. Every function that takes a policy also takes the handle.
 *
 * @param input  Plain data, see docs/policy.md. Default: every field has its default.
 * @param random Random numbers for the open times of breakers. Default: `Math.random`.
 * @param guards Guards whose state several processes share, such as those of `redisGuards`. Default: guards of this process.
 * @throws InvalidPolicyError naming each wrong field.
 */
export function definePolicy<Json>(
  input?: PolicyInput | JsonPolicy<Json>,
  random?: Random,
  guards?: SharedGuards,
): PolicyHandle;
/** @internal With guards of another making, such as those of a simulated client. */
export function definePolicy(input: PolicyInput | undefined, random: Random, guards: GuardFactory): PolicyHandle;
export function definePolicy(input?: PolicyInput, random?: Random, guards?: GuardFactory | SharedGuards): PolicyHandle {
  useEverything();
  return checkedHandle(refuseFixedBreakers, input, random, guards);
}

/** The handle that an adapter was given, or a new handle for the policy that it was given. */
export function handleOf(policy: PolicyInput | PolicyHandle | undefined, ports?: HandlePorts): PolicyHandle {
  useEverything();
  return givenHandle(refuseFixedBreakers, policy, ports);
}

/** Allows what policies usually have, and what those of model endpoints need. */
export function useEverything(): void {
  useUsual();
  useModelEndpoints();
}
