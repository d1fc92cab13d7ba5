/** Validates policies. Kept apart so that `steadfetch/unchecked` can leave it out. */
import {hedges} from '../call/hedge-port.ts';
import {streams} from '../call/stream-port.ts';
import {timeouts} from '../call/timeout-port.ts';
import {endpointsPort} from '../client/endpoints-port.ts';
import type {PolicySource} from '../client/plan.ts';
import {PolicyHandle} from '../client/policy-handle.ts';
import type {HandlePorts} from '../client/ports.ts';
import {notAllowed} from '../core/not-allowed.ts';
import type {Random} from '../core/random.ts';
import {randomOf} from '../core/random-of.ts';
import {type GuardFactory, LocalGuards, optionalGuards, type SharedGuards} from '../guards/guard-factory.ts';
import {resolveOverrides, resolvePolicy} from '../policy/resolve.ts';
import type {Policy, PolicyInput} from '../policy/types.ts';
import {refuseGuards} from './refuse-guards.ts';

/** Refuses a policy with a feature that the program has not allowed, by an error with this code. */
export type Refuse = (policy: Policy, code: 'INVALID_POLICY' | 'INVALID_OVERRIDES') => void;

/** @throws SteadfetchError with this code, naming the function of `steadfetch/features` to call. */
export function refuseFixedBreakers({breaker}: Policy, code: Parameters<Refuse>[1]): void {
  if (breaker !== null && breaker.kind !== 'adaptive' && optionalGuards.fixedBreaker === null)
    throw notAllowed(`Breakers of kind "${breaker.kind}"`, 'useFixedBreakers', code);
}

/** @throws SteadfetchError with this code, naming the function of `steadfetch/features` to call. */
export const refuseUnusual: Refuse = (policy, code) => {
  refuseFixedBreakers(policy, code);
  const {refusals, stream} = policy;
  if ((refusals !== null || stream !== null) && streams.begin === null)
    throw notAllowed('Policies with refusals or stream, or of steadfetch:llm,', 'useModelEndpoints', code);
};

/** Features by their field, which is null in a policy without the feature. */
const FEATURES: readonly [field: keyof Policy, use: string, isAllowed: () => boolean][] = [
  ['hedge', 'useHedges', () => hedges.send !== null],
  ['endpoints', 'useFailover', () => endpointsPort.of !== null],
  ['quota', 'useQuotas', () => optionalGuards.quota !== null],
  ['paid', 'usePaidAttempts', () => timeouts.grown !== null],
  ['concurrency', 'useConcurrencyLimits', () => optionalGuards.concurrency !== null],
];

/** Also usable where a build has validated the policy. */
export const refuseMissing: Refuse = (policy, code) => {
  refuseUnusual(policy, code);
  for (const [field, use, isAllowed] of FEATURES)
    if (policy[field] !== null && !isAllowed()) throw notAllowed(`Policies with "${field}"`, use, code);
};

const checkedBy = (refuse: Refuse): PolicySource => ({
  resolve: input => {
    const resolved = resolvePolicy(input);
    for (const {policy} of [resolved, ...resolved.routes]) refuse(policy, 'INVALID_POLICY');
    return resolved;
  },
  resolveCall: (base, overrides) => {
    const resolved = resolveOverrides(base, overrides);
    if (resolved.policy !== base) refuse(resolved.policy, 'INVALID_OVERRIDES');
    return resolved;
  },
});

/** The handle of a policy that was validated. */
export const checkedHandle = (
  refuse: Refuse,
  input?: PolicyInput,
  random?: Random,
  guards: GuardFactory | SharedGuards = new LocalGuards(randomOf(random)),
): PolicyHandle => new PolicyHandle(input, checkedBy(refuse), 'factory' in guards ? guards.factory : guards);

/** The handle that an adapter was given, or a new handle for the policy that it was given. */
export function givenHandle(
  refuse: Refuse,
  policy: PolicyInput | PolicyHandle | undefined,
  ports: HandlePorts = {},
): PolicyHandle {
  if (!(policy instanceof PolicyHandle)) return checkedHandle(refuse, policy, ports.random, ports.guards);
  refuseGuards(policy, ports);
  return policy;
}
