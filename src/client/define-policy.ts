/** Validates policies. Kept apart so that `steadfetch/unchecked` can leave it out. */
import {SteadfetchError} from '../core/errors.ts';
import {type Random, systemRandom} from '../core/random.ts';
import {fixedBreakers, type GuardFactory, LocalGuards, type SharedGuards} from '../guards/guard-factory.ts';
import type {JsonPolicy} from '../policy/json-policy.ts';
import {resolveOverrides, resolvePolicy} from '../policy/resolve.ts';
import type {PolicyInput} from '../policy/types.ts';
import type {PolicySource} from './plan.ts';
import {PolicyHandle} from './policy-handle.ts';
import type {HandlePorts} from './ports.ts';

const checked: PolicySource = {
  resolve: input => {
    const resolved = resolvePolicy(input);
    for (const {policy} of [resolved, ...resolved.routes]) {
      const kind = policy.breaker?.kind ?? 'adaptive';
      if (kind === 'adaptive' || fixedBreakers.make !== null) continue;
      const message = `Breakers of kind "${kind}" have to be allowed first: call useFixedBreakers() of steadfetch/features.`;
      throw new SteadfetchError('INVALID_POLICY', message);
    }
    return resolved;
  },
  resolveCall: resolveOverrides,
};

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
export function definePolicy(
  input?: PolicyInput,
  random: Random = systemRandom,
  guards: GuardFactory | SharedGuards = new LocalGuards(random),
): PolicyHandle {
  return new PolicyHandle(input, checked, 'factory' in guards ? guards.factory : guards);
}

/** The handle that an adapter was given, or a new handle for the policy that it was given. */
export function handleOf(policy: PolicyInput | PolicyHandle | undefined, ports: HandlePorts = {}): PolicyHandle {
  if (!(policy instanceof PolicyHandle)) return definePolicy(policy, ports.random, ports.guards);
  if (ports.guards !== undefined && ports.guards.factory.store !== policy.registry.store) {
    const message = 'The port guards has no effect beside a policy handle. Pass it to definePolicy.';
    throw new SteadfetchError('INVALID_POLICY', message);
  }
  return policy;
}
