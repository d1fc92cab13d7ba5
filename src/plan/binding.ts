/** Says, if no plan meets every objective, which factor binds, and what can be reached. */

import type {Plan} from './evaluate.ts';
import type {PlanRequest} from './request.ts';
import {mayRepeat} from './request.ts';
import {type Miss, misses, SHARES, search} from './search.ts';

export type FactorName = 'hangs' | 'failures' | 'latency' | 'deadline' | 'amplification' | 'repeat' | 'capacity';

/** One circumstance changed, and what plans then reach. */
export interface Factor {
  readonly name: FactorName;
  /** Whether a plan then meets every objective. */
  readonly isEnough: boolean;
  /** The best that plans reach then, of the objective that is missed without the change. */
  readonly reached: number;
}

export interface Infeasible {
  /** The best value that any plan reaches, for each objective that the nearest plan misses. */
  readonly missed: readonly Miss[];
  /**
   * The circumstances that change the first missed objective, the binding one first: what makes calls fail or forbids a retry comes before
   * a faster service and a longer deadline, which help every plan.
   */
  readonly factors: readonly Factor[];
}

/** @param nearest The plan that comes nearest; undefined if every candidate is too much load. */
export function infeasible(request: PlanRequest, nearest: Plan | undefined, allowed: readonly Plan[]): Infeasible {
  const missed =
    nearest === undefined ? [] : misses(nearest, request).map(miss => ({...miss, reached: bestOf(miss, allowed)}));
  const name = missed[0]?.name ?? 'success';
  const factors = relaxations(request).map(({name: factor, request: relaxed}): Factor => {
    const {feasible, allowed: reachable} = search(relaxed);
    return {name: factor, isEnough: feasible.length > 0, reached: bestOf({name}, reachable)};
  });
  const sign = name === 'success' ? -1 : 1;
  const before = bestOf({name}, allowed);
  return {
    missed,
    factors: factors
      .filter(({isEnough, reached}) => isEnough || sign * (before - reached) > Math.abs(before) * 1e-4)
      .sort(
        (a, b) =>
          Number(b.isEnough) - Number(a.isEnough) ||
          Number(isExtent(a)) - Number(isExtent(b)) ||
          (a.reached === b.reached ? 0 : sign * (a.reached - b.reached)),
      ),
  };
}

const isExtent = ({name}: Factor): boolean => name === 'latency' || name === 'deadline';

/** The best value of any plan: the highest success, or the lowest latency. */
function bestOf({name}: Pick<Miss, 'name'>, plans: readonly Plan[]): number {
  if (name === 'success') return plans.reduce((best, {successRatio}) => Math.max(best, successRatio), 0);
  return plans.reduce((best, plan) => Math.min(best, plan.quantile(SHARES[name])), Number.POSITIVE_INFINITY);
}

interface Relaxation {
  readonly name: FactorName;
  readonly request: PlanRequest;
}

/** The same request with one circumstance changed. Jitters and long waits change little, so they are left out. */
function relaxations(request: PlanRequest): Relaxation[] {
  const {objective, service, call, space} = request;
  const narrow: PlanRequest = {
    ...request,
    space: {...space, jitters: space.jitters.slice(0, 1), bases: space.bases.slice(0, 2)},
  };
  const found: (Relaxation | false)[] = [
    service.hangRatio > 0 && {name: 'hangs', request: {...narrow, service: {...service, hangRatio: 0}}},
    service.failures.length > 0 && {name: 'failures', request: {...narrow, service: {...service, failures: []}}},
    {
      name: 'latency',
      request: {
        ...narrow,
        service: {...service, latency: ms => service.latency(2 * ms)},
        space: {
          ...narrow.space,
          attemptTimeouts: [...space.attemptTimeouts, ...space.attemptTimeouts.map(ms => ms / 2)],
        },
      },
    },
    {name: 'deadline', request: {...narrow, objective: {...objective, deadlineMs: 2 * objective.deadlineMs}}},
    {
      name: 'amplification',
      request: {
        ...narrow,
        objective: {...objective, maxAmplification: 2 * objective.maxAmplification},
        space: {...narrow.space, attempts: [...space.attempts, Math.max(...space.attempts) + 1]},
      },
    },
    !mayRepeat(call) && {name: 'repeat', request: {...narrow, call: {...call, repeat: 'key'}}},
    objective.capacity !== undefined && {name: 'capacity', request: withoutCapacity(narrow)},
  ];
  return found.filter(relaxation => relaxation !== false);
}

function withoutCapacity(request: PlanRequest): PlanRequest {
  const {capacity: _, ...objective} = request.objective;
  return {...request, objective};
}
