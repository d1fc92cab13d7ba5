/**
 * The retries that a retry budget grants in steady state, which matters in a lasting outage. The first burst out of a full bucket comes on
 * top: capacity / cost retries.
 */

import type {Budget} from '../policy/types.ts';

export interface Demand {
  /** The most attempts of a call. */
  readonly attempts: number;
  /** Share of attempts that fail and may be sent again. */
  readonly failureRatio: number;
  /** Calls per second. If undefined, the tokens that the budget gains by time count as none. */
  readonly rps: number | undefined;
}

/**
 * Retries per call, if each wanted retry is granted with probability g: R = gp + (gp)² + …, n − 1 terms.
 */
export function retriesPerCall({attempts, failureRatio}: Demand, granted = 1): number {
  const ratio = granted * failureRatio;
  const retries = attempts - 1;
  if (ratio >= 1) return retries;
  return (ratio * (1 - ratio ** retries)) / (1 - ratio);
}

/**
 * The share of the wanted retries that the budget grants.
 *
 * Token bucket: a failed retry spends its cost, a call that succeeds at once adds one token, and the refill adds tokens by time. In steady
 * state cost · p · R = (1 − p) + refill / rps. Ratio: R = ratio + minPerSecond / rps.
 *
 * @see Finagle's RetryBudget and smithy's retry quota, from which these equations follow.
 */
export function grantedShare(budget: Budget | null, demand: Demand): number {
  if (budget === null) return 1;
  const allowed = allowedPerCall(budget, demand);
  if (retriesPerCall(demand) <= allowed) return 1;
  let low = 0;
  let high = 1;
  for (let round = 0; round < 50; round++) {
    const middle = (low + high) / 2;
    if (retriesPerCall(demand, middle) > allowed) high = middle;
    else low = middle;
  }
  return low;
}

/** Retries per call that a budget allows in steady state; Infinity if the budget is never exhausted. */
export function allowedPerCall(budget: Budget, {failureRatio, rps}: Demand): number {
  const perCall = (perSecond: number): number => (rps === undefined || rps === 0 ? 0 : perSecond / rps);
  if (budget.kind === 'ratio') return budget.ratio + perCall(budget.minPerSecond);
  const spent = budget.retryCost * failureRatio;
  if (spent === 0) return Number.POSITIVE_INFINITY;
  if (budget.capacity < budget.retryCost) return 0;
  return (1 - failureRatio + perCall(budget.refillPerMinute / 60)) / spent;
}
