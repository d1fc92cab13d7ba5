/**
 * The retries that a retry budget grants in steady state, which matters in a lasting outage. The first burst out of a full bucket comes on
 * top: capacity / cost retries.
 */

import type {Budget, TokenBucketBudget} from '../policy/types.ts';

/** What calls ask of a budget, per call, as if it granted everything. */
export interface Demand {
  /** Share of the calls that succeed by their first attempt alone. */
  readonly firstTryRatio: number;
  /** Retries and hedges by the number of grants that each needs: the first retry of a call needs one, as the hedge of its first attempt does. */
  readonly wanted: readonly number[];
  /** Those of them whose tokens a token bucket keeps: retries that fail, and hedges of calls that fail or are hedged again. */
  readonly lost: readonly number[];
  /** How long a retry or a hedge holds the tokens that come back: its wait and the latency of its answer, in ms. */
  readonly heldMs: number;
  /** Calls per second. If undefined, the tokens that the budget gains by time count as none. */
  readonly rps: number | undefined;
}

/** The demand of calls without a time limit, of whose attempts a share fails and may be sent again. */
export function demandOf(attempts: number, failureRatio: number, rps: number | undefined): Demand {
  const wanted = Array.from({length: attempts - 1}, (_, index) => failureRatio ** (index + 1));
  return {firstTryRatio: 1 - failureRatio, wanted, lost: wanted.map(ratio => ratio * failureRatio), heldMs: 0, rps};
}

/** Retries per call, if each wanted retry is granted with this probability: a retry needs that all retries before it were granted. */
export const retriesPerCall = ({wanted}: Pick<Demand, 'wanted'>, granted = 1): number => granting(wanted, granted);

const granting = (wanted: readonly number[], granted: number): number =>
  wanted.reduce((sum, ratio, index) => sum + ratio * granted ** (index + 1), 0);

/** The share of the wanted retries and hedges that the budget grants. */
export function grantedShare(budget: Budget | null, demand: Demand): number {
  if (budget === null) return 1;
  const perCall = (perSecond: number): number => (demand.rps ? perSecond / demand.rps : 0);
  if (budget.kind === 'ratio') return shareThatUses(demand.wanted, budget.ratio + perCall(budget.minPerSecond));
  const {lost} = demand;
  const earned = perCall(budget.refillPerMinute / 60) + demand.firstTryRatio;
  return shareThatUses(lost, granting(lost, 1) - refusedPerCall(budget, demand, earned));
}

/** The largest share with which no more than so many retries and hedges happen per call. */
function shareThatUses(wanted: readonly number[], allowed: number): number {
  if (granting(wanted, 1) <= allowed) return 1;
  let low = 0;
  let high = 1;
  for (let round = 0; round < 50; round++) {
    const middle = (low + high) / 2;
    if (granting(wanted, middle) > allowed) high = middle;
    else low = middle;
  }
  return low;
}

/** Fewer refused retries per call change no shown number. */
const NEGLIGIBLE = 1e-6;
/** Rounds of a bisection or of a fixed point. */
const ROUNDS = 40;

/**
 * Lost retries and hedges per call that a token bucket saves by refusing. Only these count, because a call that succeeds returns the cost of
 * its last retry and of its last hedge.
 *
 * The tokens are a random walk between an empty and a full bucket: a call that succeeds at once adds one token, a retry or a hedge takes its cost. With
 * a drift μ and a variance σ² per call, and room for L tokens, a Brownian motion between two walls is pushed up from the lower one, here by
 * refusals, by μ / (exp(2 μ L / σ²) − 1) tokens per call. Far from balance that is 0, or −μ: what calls take beyond what they earn.
 *
 * A refused retry does not return its cost later, so refusals lower the drift in turn, as far as its return is a step of its own.
 *
 * @see J. M. Harrison, Brownian Motion and Stochastic Flow Systems (1985), section 5.6: the two-sided regulator.
 */
function refusedPerCall(budget: TokenBucketBudget, demand: Demand, earned: number): number {
  const {retryCost, capacity} = budget;
  const failed = granting(demand.lost, 1);
  if (retryCost === 0 || failed === 0) return 0;
  if (capacity < retryCost) return failed;
  const drift = earned - retryCost * failed;
  const {variance, apart} = walkOf(budget, drift, demand);
  const withdrawn = granting(demand.wanted, 1);
  /** Share of the costs that are never returned. */
  const spent = failed / withdrawn;
  const returned = apart * (1 - spent);
  /** Tokens that refusals keep in the bucket, per call, if so many retries and hedges are refused. */
  const pushed = (refused: number): number => {
    const lowered = drift - returned * retryCost * refused;
    const exponent = (2 * lowered * capacity) / variance;
    return Math.abs(exponent) < 1e-6 ? variance / (2 * capacity) : lowered / Math.expm1(exponent);
  };
  let low = 0;
  let high = withdrawn;
  for (let round = 0; round < ROUNDS; round++) {
    const middle = (low + high) / 2;
    if (retryCost * (spent + returned) * middle < pushed(middle)) low = middle;
    else high = middle;
  }
  // All of them are refused alike.
  return high < NEGLIGIBLE ? 0 : high * spent;
}

interface Walk {
  /** The variance of the tokens, per call. */
  readonly variance: number;
  /** Share of the returned costs that are steps of their own. */
  readonly apart: number;
}

/**
 * A retry or a hedge of a call that succeeds takes its cost and returns it later. These are two steps of the walk if many calls come in between, and none if few do.
 * Many means more than 2 L² / (π² σ²) calls: the relaxation time of a Brownian motion between two walls.
 */
function walkOf({retryCost, capacity}: TokenBucketBudget, drift: number, demand: Demand): Walk {
  const {firstTryRatio, wanted, lost, heldMs, rps = 0} = demand;
  // P(k retries or more fail) is the share of failed retries of number k, so that the mean of k² is the sum of (2k − 1) of these.
  const squares = lost.reduce((sum, ratio, index) => sum + (2 * index + 1) * ratio, 0);
  const spent = Math.max(1e-6, firstTryRatio + retryCost ** 2 * squares - drift ** 2);
  const returned = 2 * retryCost ** 2 * (granting(wanted, 1) - granting(lost, 1));
  const callsBetween = (rps * heldMs) / 1000;
  let variance = spent;
  let apart = 0;
  for (let round = 0; round < ROUNDS && callsBetween > 0; round++) {
    apart = callsBetween / (callsBetween + (2 * capacity ** 2) / (Math.PI ** 2 * variance));
    variance = spent + returned * apart;
  }
  return {variance, apart};
}
