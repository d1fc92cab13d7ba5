/** Calls that are so rare that all their retries together are no load. Only where the policy states its calls per second. */

import type {Scope} from '../model/scope.ts';
import {retriesOf} from './retryability.ts';

/** Of all processes. */
const RARE_PER_SECOND = 0.1;
const LIGHT_PER_SECOND = 20;

function perSecond({policy: {objective}}: Scope): number {
  const rps = objective?.assume?.rps;
  return rps === undefined ? Number.POSITIVE_INFINITY : rps * (objective?.instances ?? 1);
}

export const isRare = (scope: Scope): boolean => perSecond(scope) <= RARE_PER_SECOND;

/** Whether the server gets few requests even while every call fails. */
export const isLight = (scope: Scope): boolean =>
  perSecond(scope) * (retriesOf(scope.policy) + 1) <= LIGHT_PER_SECOND &&
  scope.policy.objective?.instances !== undefined;
