/** Calls that are so rare that all their retries together are no load. */

import type {Policy, RatioBudget} from '../../src/policy/types.ts';
import type {Scope} from '../model/scope.ts';
import {retriesOf} from './retryability.ts';

/** Calls per second of all processes together. */
const RARE_PER_SECOND = 0.1;
const LIGHT_PER_SECOND = 20;
const JOB_MS = 3_600_000;

/** Calls per second as the policy states them. Without a number they are many, except in a job. */
function perSecond({policy}: Scope): number {
  const {instances, assume} = policy.objective ?? {};
  if (assume?.rps === undefined) return isJob(policy) ? 0 : Infinity;
  return assume.rps * (instances ?? 1);
}

/** One process whose calls have an hour and more. */
const isJob = ({objective, deadlineMs}: Policy): boolean => objective?.instances === 1 && (deadlineMs ?? 0) >= JOB_MS;

export const isRare = (scope: Scope): boolean => perSecond(scope) <= RARE_PER_SECOND;

/** Whether the server gets few requests even while every call fails. */
export const isLight = (scope: Scope): boolean =>
  isRare(scope) ||
  (perSecond(scope) * (retriesOf(scope.policy) + 1) <= LIGHT_PER_SECOND &&
    scope.policy.objective?.instances !== undefined);

/** Whether the ratio of a budget pays retries without `minPerSecond`, which RL405 asks. */
export const paysByRatio = ({ratio, windowMs}: RatioBudget, rps = 1): boolean => (ratio * rps * windowMs) / 1000 > 0.5;
