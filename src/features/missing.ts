/** Refuses a policy with a feature that the program has not allowed. The full entry points allow all of them. */
import {hedges} from '../call/hedge-port.ts';
import {refusals} from '../call/refusals-port.ts';
import {streams} from '../call/stream-port.ts';
import {endpointsPort} from '../client/endpoints-port.ts';
import {SteadfetchError} from '../core/errors.ts';
import {optionalGuards} from '../guards/guard-factory.ts';
import type {Policy} from '../policy/types.ts';

interface Feature {
  /** Of `steadfetch/features`. */
  readonly use: string;
  readonly isAllowed: () => boolean;
  readonly fields: readonly (keyof Policy)[];
}

/** Features whose fields are null in a policy without them. */
const FEATURES: readonly Feature[] = [
  {use: 'useHedges', isAllowed: () => hedges.send !== null, fields: ['hedge']},
  {use: 'useFailover', isAllowed: () => endpointsPort.of !== null, fields: ['endpoints']},
  {use: 'useQuotas', isAllowed: () => optionalGuards.quota !== null, fields: ['quota']},
  {use: 'useConcurrencyLimits', isAllowed: () => optionalGuards.concurrency !== null, fields: ['concurrency']},
  {use: 'useRefusals', isAllowed: () => refusals.steps !== null, fields: ['refusals']},
  {use: 'useStreams', isAllowed: () => streams.open !== null, fields: ['stream']},
];

/** @throws SteadfetchError with this code, naming the function of `steadfetch/features` to call. */
export function refuseMissing(policy: Policy, code: 'INVALID_POLICY' | 'INVALID_OVERRIDES'): void {
  const refuse = (what: string, use: string): never => {
    throw new SteadfetchError(code, `${what} have to be allowed first: call ${use}() of steadfetch/features.`);
  };
  const kind = policy.breaker?.kind ?? 'adaptive';
  if (kind !== 'adaptive' && optionalGuards.fixedBreaker === null)
    refuse(`Breakers of kind "${kind}"`, 'useFixedBreakers');
  for (const {use, isAllowed, fields} of FEATURES)
    for (const field of fields) if (policy[field] !== null && !isAllowed()) refuse(`Policies with "${field}"`, use);
}
