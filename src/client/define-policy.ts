/** Validates policies. Kept apart so that `steadfetch/unchecked` can leave it out. */
import {type Random, systemRandom} from '../core/random.ts';
import {type GuardFactory, LocalGuards} from '../guards/guard-factory.ts';
import type {JsonPolicy} from '../policy/json-policy.ts';
import {resolveOverrides, resolvePolicy} from '../policy/resolve.ts';
import type {PolicyInput} from '../policy/types.ts';
import type {PolicySource} from './plan.ts';
import {PolicyHandle} from './policy-handle.ts';

const checked: PolicySource = {resolve: resolvePolicy, resolveCall: resolveOverrides};

/**
 * Validates a policy, once for all clients that use it. Every function that takes a policy also takes the handle.
 *
 * @param input  Plain data, see docs/policy.md. Default: every field has its default.
 * @param random Random numbers for the open times of breakers. Default: `Math.random`.
 * @throws InvalidPolicyError naming each wrong field.
 */
export function definePolicy<Json>(input?: PolicyInput | JsonPolicy<Json>, random?: Random): PolicyHandle;
/** @internal With guards of another making: those of a simulated client, or those that several processes share. */
export function definePolicy(input: PolicyInput | undefined, random: Random, guards: GuardFactory): PolicyHandle;
export function definePolicy(
  input?: PolicyInput,
  random: Random = systemRandom,
  guards: GuardFactory = new LocalGuards(random),
): PolicyHandle {
  return new PolicyHandle(input, checked, guards);
}

/** The handle that an adapter was given, or a new handle for the policy that it was given. */
export const handleOf = (policy: PolicyInput | PolicyHandle | undefined, random?: Random): PolicyHandle =>
  policy instanceof PolicyHandle ? policy : definePolicy(policy, random);
