/**
 * What a retry budget leaves of the retries once it is in balance, which is what counts in an outage that lasts. The first burst,
 * out of a full bucket, is extra: capacity / cost retries.
 */

import type {Budget} from '../../src/policy/types.ts';

export interface Demand {
  /** Attempts of a call at the most. */
  readonly attempts: number;
  /** Share of attempts that fail and may be sent again. */
  readonly failureRatio: number;
  /** Calls a second; undefined counts what comes back by time as nothing. */
  readonly rps: number | undefined;
}

/**
 * Retries for each call while each one asked for is granted with chance g: R = gp + (gp)² + … up to n − 1 of them.
 */
export function retriesPerCall({attempts, failureRatio}: Demand, granted = 1): number {
  const ratio = granted * failureRatio;
  const retries = attempts - 1;
  if (ratio >= 1) return retries;
  return (ratio * (1 - ratio ** retries)) / (1 - ratio);
}

/**
 * The share of the retries asked for that the budget grants.
 *
 * Token bucket: a failed retry keeps its cost, a first success brings one token, the clock brings the refill. In balance
 * cost · p · R = (1 − p) + refill / rps. Ratio: R = ratio + minPerSecond / rps.
 *
 * @see Finagle's RetryBudget and smithy's retry quota, whose balances these are.
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

/** Retries that a budget in balance allows for each call; Infinity where it never runs dry. */
export function allowedPerCall(budget: Budget, {failureRatio, rps}: Demand): number {
  const perCall = (perSecond: number): number => (rps === undefined || rps === 0 ? 0 : perSecond / rps);
  if (budget.kind === 'ratio') return budget.ratio + perCall(budget.minPerSecond);
  const spent = budget.retryCost * failureRatio;
  if (spent === 0) return Number.POSITIVE_INFINITY;
  if (budget.capacity < budget.retryCost) return 0;
  return (1 - failureRatio + perCall(budget.refillPerMinute / 60)) / spent;
}
