/** Finds the best plan of a search space, and the plans that are best in some other respect. */

import {Evaluation, type Plan} from './evaluate.ts';
import {tabulated} from './latency.ts';
import {JITTERS, mayRepeat, type PlanRequest} from './request.ts';
import {candidatesOf} from './space.ts';

export interface Found {
  /** How many candidates were evaluated. */
  readonly searched: number;
  /** The plans that meet every objective, the best first. */
  readonly feasible: readonly Plan[];
  /** Every candidate that keeps the limits of load. Without a feasible plan, the nearest is first. */
  readonly allowed: readonly Plan[];
}

/**
 * Evaluates every candidate. A plan that meets every objective is ranked by its hedge (none first), the number of attempts, the load, the
 * share of calls that succeed, in this order. Loads that differ by less than a hundredth of an attempt count as equal.
 */
export function search(request: PlanRequest): Found {
  const {objective, service, call, space} = request;
  const {deadlineMs, maxAmplification} = objective;
  const evaluation = new Evaluation({
    ...request,
    service: {...service, latency: tabulated(service.latency)},
  });
  const plans = candidatesOf(space, deadlineMs, mayRepeat(call)).map(candidate => evaluation.plan(candidate));
  const allowed = plans.filter(plan => plan.amplification <= maxAmplification && hasRoom(plan, request));
  const feasible = allowed.filter(plan => missedNames(plan, request).length === 0).sort(byRank);
  return {
    searched: plans.length,
    feasible,
    allowed: feasible.length > 0 ? allowed : byDistance(allowed, request),
  };
}

/** What a plan does not reach. */
export interface Miss {
  readonly name: 'success' | 'p50' | 'p95' | 'p99';
  readonly objective: number;
  /** Infinity if too few calls succeed to have this quantile. */
  readonly reached: number;
}

export const SHARES = {p50: 0.5, p95: 0.95, p99: 0.99} as const;

/** The ratios are computed to about 1e-7. */
const ROUNDING = 1e-6;

/** The objectives of latency and success that a plan misses. */
export function misses(plan: Plan, request: PlanRequest): Miss[] {
  const {latencyMs, successRatio = 0} = request.objective;
  return missedNames(plan, request).map(name =>
    name === 'success'
      ? {name, objective: successRatio, reached: plan.successRatio}
      : {name, objective: latencyMs[name] ?? 0, reached: plan.quantile(SHARES[name])},
  );
}

/** By how much a plan misses its objectives: the largest share of the calls that it lacks. 0 if it meets all of them. */
export function shortfall(plan: Plan, {objective: {latencyMs, successRatio = 0}}: PlanRequest): number {
  const lacks = (['p50', 'p95', 'p99'] as const).map(name => {
    const limitMs = latencyMs[name];
    return limitMs === undefined ? 0 : SHARES[name] - plan.cdf(limitMs);
  });
  return Math.max(0, successRatio - plan.successRatio, ...lacks);
}

function missedNames(plan: Plan, {objective: {latencyMs, successRatio = 0}}: PlanRequest): Miss['name'][] {
  const slow = (['p50', 'p95', 'p99'] as const).filter(name => {
    const limitMs = latencyMs[name];
    return limitMs !== undefined && plan.cdf(limitMs) < SHARES[name] - ROUNDING;
  });
  return plan.successRatio < successRatio - ROUNDING ? ['success', ...slow] : slow;
}

/** Whether the service has room for the load. */
export function hasRoom({meanAttempts}: Pick<Plan, 'meanAttempts'>, {objective: {capacity}}: PlanRequest): boolean {
  if (capacity === undefined) return true;
  return capacity.callsPerSecond * meanAttempts <= capacity.perSecond * (1 - capacity.headroomRatio);
}

function byRank(a: Plan, b: Plan): number {
  return (
    Number(a.hedgeMs !== null) - Number(b.hedgeMs !== null) ||
    a.attempts - b.attempts ||
    inSteps(a.meanAttempts, 100) - inSteps(b.meanAttempts, 100) ||
    b.successRatio - a.successRatio ||
    JITTERS.indexOf(a.jitter) - JITTERS.indexOf(b.jitter)
  );
}

/** By the number of missed objectives, then by the calls that they lack, then by success. */
function byDistance(plans: readonly Plan[], request: PlanRequest): Plan[] {
  return plans
    .map(plan => ({plan, missed: missedNames(plan, request).length, lacks: shortfall(plan, request)}))
    .sort(
      (a, b) =>
        a.missed - b.missed ||
        inSteps(a.lacks, 1e5) - inSteps(b.lacks, 1e5) ||
        b.plan.successRatio - a.plan.successRatio ||
        byRank(a.plan, b.plan),
    )
    .map(({plan}) => plan);
}

/** A plan in the numbers that the front compares, each better if it is smaller. */
interface Placed {
  readonly plan: Plan;
  readonly costs: readonly number[];
}

/**
 * The Pareto front: the plans that no other plan beats in success, p95, load, paid attempts, amplification and the need of a hedge at
 * once. Numbers that differ by less than a tenth of a percent of the calls, a hundredth of the latency or a hundredth of an attempt
 * count as equal.
 *
 * @returns By success, the highest first.
 */
export function paretoFront(plans: readonly Plan[]): Plan[] {
  const placed = plans
    .map((plan): Placed => ({plan, costs: costsOf(plan)}))
    .sort((a, b) => byCosts(a, b) || byRank(a.plan, b.plan));
  const front: Placed[] = [];
  for (const candidate of placed) {
    if (!front.some(({costs}) => costs.every((cost, index) => cost <= candidate.costs[index]!))) front.push(candidate);
  }
  return front.map(({plan}) => plan);
}

/** @param steps How many steps are one. */
const inSteps = (value: number, steps: number): number => Math.round(value * steps);

const costsOf = (plan: Plan): number[] => [
  -inSteps(plan.successRatio, 1000),
  inSteps(Math.log(plan.quantile(0.95)), 100),
  inSteps(plan.meanAttempts, 100),
  inSteps(plan.paidAttempts, 100),
  plan.amplification,
  Number(plan.hedgeMs !== null),
];

function byCosts(a: Placed, b: Placed): number {
  const index = a.costs.findIndex((cost, at) => cost !== b.costs[at]);
  // Two plans may both have no p95, and Infinity − Infinity is NaN.
  return index < 0 ? 0 : a.costs[index]! < b.costs[index]! ? -1 : 1;
}
