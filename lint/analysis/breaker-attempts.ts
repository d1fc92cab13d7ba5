/** How many failures of one call a breaker can count. */

import {tripRule} from '../../src/policy/trip-rule.ts';
import type {Policy, RatioBreaker, RetryTrigger} from '../../src/policy/types.ts';
import type {Scope} from '../model/scope.ts';
import {mayRepeat, retriesOf} from './retryability.ts';

/** Failures that the breaker counts. It does not count 429, 529 and responses of a healthy server. */
const COUNTED: ReadonlySet<RetryTrigger> = new Set<RetryTrigger>([
  'timeout',
  '5xx',
  'UNKNOWN',
  'DEADLINE_EXCEEDED',
  'INTERNAL',
  'DATA_LOSS',
]);
/** Retried with every method, because the request may not have been sent. */
const PERHAPS_NOT_SENT: ReadonlySet<RetryTrigger> = new Set<RetryTrigger>(['network', 'UNAVAILABLE']);
const HEALTHY: ReadonlySet<RetryTrigger> = new Set<RetryTrigger>([501, 505, 529]);

/** Consecutive attempts of one call that the breaker may count as failed; Infinity if attempts are unlimited. */
export function breakerAttemptsOf(scope: Scope): number {
  const {policy} = scope;
  return retriesCounted(policy, mayRepeat(scope)) ? retriesOf(policy) + 1 : 1;
}

const retriesCounted = ({retryOn}: Policy, repeats: boolean): boolean =>
  retryOn.some(trigger => PERHAPS_NOT_SENT.has(trigger) || (repeats && isCounted(trigger)));

const isCounted = (trigger: RetryTrigger): boolean =>
  COUNTED.has(trigger) || (typeof trigger === 'number' && trigger >= 500 && !HEALTHY.has(trigger));

/** Whether the assumed traffic fills the window so that one failed call stays below `failureRatio`. */
export function isDiluted({policy}: Scope, {windowMs, failureRatio}: RatioBreaker, attempts: number): boolean {
  const rps = policy.objective?.assume?.rps;
  if (rps === undefined || attempts === Infinity) return false;
  return attempts / (attempts + (rps * windowMs) / 1000) < failureRatio;
}

/** How many attempts of the assumed traffic are in a window while every call fails. Unlimited retries fill any window. */
export const windowAttempts = ({policy}: Scope, {windowMs}: RatioBreaker, rps: number): number =>
  (rps * (retriesOf(policy) + 1) * windowMs) / 1000;

/** Whether the assumed traffic never has as many attempts in a window as the breaker needs to open. */
export function isNeverOpened(scope: Scope, breaker: RatioBreaker): boolean {
  const rps = scope.policy.objective?.assume?.rps;
  return rps !== undefined && rps > 0 && windowAttempts(scope, breaker, rps) < tripRule(breaker).least;
}

export const formatAttempts = (attempts: number): string =>
  attempts === Infinity ? 'any number of attempts' : `up to ${attempts} attempts`;
