/** Plans a retry policy: the best plan for an objective, the alternatives, and the reason of every choice. */

import {LEAST_ATTEMPT_MS} from '../core/limits.ts';
import type {PolicyInput} from '../policy/types.ts';
import {type Infeasible, infeasible} from './binding.ts';
import {Evaluation, type Plan} from './evaluate.ts';
import {latencyThrough} from './latency.ts';
import {policyOf, statedTraffic} from './policy-file.ts';
import {type Reason, reasonsOf} from './reasons.ts';
import {mayRepeat, type PlanRequest} from './request.ts';
import {type Found, misses, paretoFront, search, shortfall} from './search.ts';
import {type Simulated, simulatePlan} from './simulated.ts';
import {type Stress, stressOf} from './stress.ts';

export interface PlanResult {
  /** How many plans were compared. */
  readonly searched: number;
  /** How many of them meet every objective. */
  readonly feasible: number;
  /** The best plan; where none meets every objective, the nearest; null if even the smallest load is too much. */
  readonly best: Plan | null;
  /** Null where no plan meets every objective, by the formulas or in the simulator. */
  readonly policy: PolicyInput | null;
  readonly reasons: readonly Reason[];
  /** The Pareto front of the plans that meet every objective, or else of all. */
  readonly front: readonly Plan[];
  readonly stress: readonly Stress[];
  /** Null where a plan meets every objective by the formulas. */
  readonly infeasible: Infeasible | null;
}

/** A plan, and what the simulator says of it; null where it was not simulated. */
export interface ConfirmedPlan extends PlanResult {
  readonly simulated: Simulated | null;
  /**
   * How many plans the simulator refuted, if it confirmed none; 0: the best plan is confirmed, or was not simulated to the end. With a policy
   * and an `infeasible`, the simulator confirms a plan that the closed forms reject.
   */
  readonly refuted: number;
}

/** The best plan by the closed forms. Searches at most 2 s of CPU with the default space. */
export function plan(request: PlanRequest): PlanResult {
  const found = search(request);
  return resultOf(found, statedFirst(found.feasible, request)[0] ?? found.allowed[0] ?? null, request);
}

/**
 * The best plan that the simulator confirms. The closed forms search; the engine itself then runs a few plans, one after the other, until
 * one reaches the objective. Where no plan meets it by the closed forms, these are the rejected plans that come nearest. If none reaches
 * it, the result has the one that comes nearest in the simulator, and no policy.
 *
 * @param signal Ends the simulation early, and the result has what was simulated until then.
 */
export async function confirmedPlan(request: PlanRequest, signal?: AbortSignal): Promise<ConfirmedPlan> {
  const found = search(request);
  const ranked = statedFirst(found.feasible, request);
  const isFeasible = ranked.length > 0;
  const refuted: {readonly best: Plan; readonly simulated: Simulated}[] = [];
  for (const best of isFeasible ? toSimulate(ranked) : nearestOf(found.allowed, request)) {
    const simulated = await simulatePlan(best, request, signal, isFeasible ? 'for' : 'against');
    if (simulated.isConfirmed || (simulated.isInterrupted && isFeasible))
      return {...resultOf(found, best, request), policy: policyOf(best, request), simulated, refuted: 0};
    refuted.push({best, simulated});
    if (simulated.isInterrupted) break;
  }
  const [nearest] = refuted.sort(
    (a, b) =>
      a.simulated.missed.length - b.simulated.missed.length || b.simulated.successRatio - a.simulated.successRatio,
  );
  const result = resultOf(found, nearest?.best ?? found.allowed[0] ?? null, request);
  return {...result, policy: null, simulated: nearest?.simulated ?? null, refuted: refuted.length};
}

/** By so much the formulas may be too low where they are not sure. A plan that misses an objective by more is not simulated. */
const HOPELESS = 0.1;

/** The rejected plans to simulate: the one that comes nearest, and the nearest of those with another number of attempts or another hedge. */
function nearestOf(allowed: readonly Plan[], request: PlanRequest): readonly Plan[] {
  const near = allowed.filter(each => shortfall(each, request) < HOPELESS);
  const others = near.filter(
    ({attempts, hedgeMs}) => attempts !== near[0]!.attempts || (hedgeMs === null) !== (near[0]!.hedgeMs === null),
  );
  // The largest possible success counts, so that the plans of which the formulas are least sure are refuted, too.
  const [unsure] = near.toSorted((a, b) => b.successRatio + b.uncertainty - (a.successRatio + a.uncertainty));
  return [...new Set([...near.slice(0, 1), ...others.slice(0, 1), ...(unsure === undefined ? [] : [unsure])])];
}

/** The two best, and the plan of which most calls succeed: it has the most room where the formulas are optimistic. */
function toSimulate(ranked: readonly Plan[]): readonly Plan[] {
  const [first, ...others] = ranked;
  if (first === undefined) return [];
  const safest = ranked.reduce((most, each) => (each.successRatio > most.successRatio ? each : most), first);
  return [...new Set([first, ...others.slice(0, 1), safest])];
}

function resultOf({searched, feasible, allowed}: Found, best: Plan | null, request: PlanRequest): PlanResult {
  const isFeasible = feasible.length > 0;
  return {
    searched,
    feasible: feasible.length,
    best,
    policy: isFeasible && best !== null ? policyOf(best, request) : null,
    reasons: isFeasible && best !== null ? reasonsOf(best, allowed, request) : [],
    front: paretoFront(isFeasible ? feasible : allowed),
    stress: best === null ? [] : stressOf(best, request),
    infeasible: isFeasible ? null : infeasible(request, allowed[0], allowed),
  };
}

/**
 * The plans that meet the objective with the traffic as the policy states it, too: by three quantiles and one latency of failures.
 * The linter reads no more, and would report a plan that only just meets its objective. Where no plan is left, all are.
 */
function statedFirst(feasible: readonly Plan[], request: PlanRequest): readonly Plan[] {
  const {latencyMs, failureRatio = 0, failureLatencyMs = 0, hangRatio = 0} = statedTraffic(request);
  const {p50, p95, p99, max} = latencyMs ?? {};
  const known = Object.entries({0.5: p50, 0.95: p95, 0.99: p99});
  const quantiles = known.flatMap(([share, ms]) => (ms === undefined ? [] : [{share: Number(share), ms}]));
  const stated: PlanRequest = {
    ...request,
    service: {
      latency: latencyThrough(quantiles, max),
      quantiles: latencyMs ?? {},
      failures: [{ratio: failureRatio, afterMs: failureLatencyMs, isUnsent: isUnsentOnly(request)}],
      hangRatio,
    },
  };
  const evaluation = new Evaluation(stated);
  const kept = feasible.filter(found => misses(evaluation.plan(found), stated).length === 0);
  return retriedFirst(kept.length > 0 ? kept : feasible, request);
}

/** The plans as good as the best that leave time for a retry after a timeout, if there are any: the linter would report another one. */
function retriedFirst(ranked: readonly Plan[], {call, objective}: PlanRequest): readonly Plan[] {
  const [best] = ranked;
  if (best === undefined || !mayRepeat(call)) return ranked;
  const isKept = ({attempts, hedgeMs, attemptTimeoutMs}: Plan): boolean =>
    attempts === best.attempts &&
    (hedgeMs === null) === (best.hedgeMs === null) &&
    (attemptTimeoutMs ?? 0) + LEAST_ATTEMPT_MS <= objective.deadlineMs;
  return [...ranked.filter(isKept), ...ranked.filter(each => !isKept(each))];
}

const isUnsentOnly = ({service}: PlanRequest): boolean =>
  service.failures.length > 0 && service.failures.every(({isUnsent}) => isUnsent);
