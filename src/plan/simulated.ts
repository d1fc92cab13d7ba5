/** Runs a plan in the simulator: the engine on a virtual clock, against the service model of the request. */

import {type Cdf, normalCdf, quantileOf} from '../math/attempt-latency.ts';
import type {ScenarioInput} from '../simulate/scenario/types.ts';
import {simulate} from '../simulate/simulate.ts';
import type {Plan} from './evaluate.ts';
import {policyOf} from './policy-file.ts';
import {ASSUMED_PER_SECOND, type PlanRequest, type ServiceFailure} from './request.ts';
import {hasRoom} from './search.ts';

export type MissedObjective = 'success' | 'p50' | 'p95' | 'p99' | 'capacity';

/** What calls came to in the simulator. Latencies are over all calls, in milliseconds, and Infinity where too few succeed. */
export interface Simulated {
  readonly calls: number;
  readonly successRatio: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  /** Attempts per call. */
  readonly meanAttempts: number;
  /** Objectives that it does not reach, by more than chance. */
  readonly missed: readonly MissedObjective[];
  /** Whether it reaches all of them. */
  readonly isConfirmed: boolean;
  /** Whether the signal ended the simulation early. */
  readonly isInterrupted: boolean;
}

/** Chance then moves a success of 99 % by 0.05 points. */
const CALLS = 50_000;

/** Whether what chance may have done counts for the plan, or against it. */
export type Benefit = 'for' | 'against';

/** @param benefit For a plan that meets the objective by the formulas; against one that misses it. */
export async function simulatePlan(
  plan: Plan,
  request: PlanRequest,
  signal?: AbortSignal,
  benefit: Benefit = 'for',
): Promise<Simulated> {
  const result = await simulate(policyOf(plan, request), scenarioOf(request), signal === undefined ? {} : {signal});
  const {p50, p95, p99} = result.latencyMs.all;
  const simulated = {
    calls: result.calls,
    successRatio: result.successRatio,
    p50Ms: p50,
    p95Ms: p95,
    p99Ms: p99,
    meanAttempts: result.requestsPerCall,
    isInterrupted: result.interrupted,
  };
  const missed = missedOf(simulated, request, benefit);
  return {...simulated, missed, isConfirmed: missed.length === 0};
}

function scenarioOf({call, service}: PlanRequest): ScenarioInput {
  const {perSecond = ASSUMED_PER_SECOND, instances = 1, method, path = '/'} = call;
  const all = perSecond * instances;
  return {
    name: call.name,
    durationMs: Math.ceil((CALLS / all) * 1000),
    traffic: {
      perSecond: all,
      clients: instances,
      // Any path that the pattern matches.
      requests: [{method, url: `https://service.example${path.replaceAll(/\*+/g, 'any')}`}],
    },
    service: {
      latencyMs: {kind: 'quantiles', points: pointsOf(service.latency)},
      faults: [
        ...service.failures.map(faultOf),
        ...(service.hangRatio > 0 ? [{kind: 'hang', ratio: service.hangRatio} as const] : []),
      ],
    },
  };
}

const faultOf = ({ratio, afterMs, isUnsent}: ServiceFailure) =>
  isUnsent ? ({kind: 'refused', ratio, afterMs} as const) : ({kind: 'status', status: 503, ratio, afterMs} as const);

/** As many as a scenario takes. */
const POINTS = 100;
/** The others are for the steps between fast and slow requests, where there are any. */
const EVEN_POINTS = 60;
/** In standard deviations. */
const FARTHEST = 3.8;
/** Over so few requests a step may be spread. */
const STEP_SHARE = 1e-5;

/** A scenario takes no longer latency. No call waits for it. */
const LONGEST_MS = 604_800_000;

/** A quantile of the latency, by its standard deviations from the median. */
interface Point {
  readonly z: number;
  readonly ms: number;
}

/** Equally far apart in standard deviations, so that the tail has enough of them, and close together around steps. */
function pointsOf(latency: Cdf): {quantile: number; ms: number}[] {
  const at = (z: number): Point => ({z, ms: Math.min(quantileOf(latency, normalCdf(z)), LONGEST_MS)});
  const evenly = (count: number): Point[] =>
    Array.from({length: count}, (_, index) => at(((2 * index) / (count - 1) - 1) * FARTHEST));
  const even = evenly(POINTS);
  const points = widestStep(even) < 0 ? even : evenly(EVEN_POINTS);
  while (points.length < POINTS) {
    const step = widestStep(points);
    if (step < 0) break;
    points.splice(step + 1, 0, at((points[step]!.z + points[step + 1]!.z) / 2));
  }
  return points.map(({z, ms}) => ({quantile: normalCdf(z), ms}));
}

/** Steeper than this, ln(latency) steps from one kind of requests to the next. */
const STEEPEST = 10;

/** The index of the point before the step that most requests are spread over; -1: no step is too wide. */
function widestStep(points: readonly Point[]): number {
  let widest = -1;
  let most = STEP_SHARE;
  for (const [index, {z, ms}] of points.slice(0, -1).entries()) {
    const next = points[index + 1]!;
    const share = normalCdf(next.z) - normalCdf(z);
    if (share <= most || Math.log(next.ms / ms) <= STEEPEST * (next.z - z)) continue;
    widest = index;
    most = share;
  }
  return widest;
}

/** The standard errors that a simulated share may be below its objective, or has to be above it. */
const DEVIATIONS = 3;
/** The same for latencies and loads. */
const ROOM = 1.01;

function missedOf(
  simulated: Omit<Simulated, 'missed' | 'isConfirmed'>,
  request: PlanRequest,
  benefit: Benefit,
): MissedObjective[] {
  const {calls, successRatio, p50Ms, p95Ms, p99Ms} = simulated;
  const {latencyMs, successRatio: wanted = 0} = request.objective;
  const sign = benefit === 'for' ? 1 : -1;
  const least = wanted - sign * DEVIATIONS * Math.sqrt((wanted * (1 - wanted)) / Math.max(1, calls));
  const isInTime = (ms: number, limitMs = Number.POSITIVE_INFINITY): boolean => ms <= limitMs * ROOM ** sign;
  const reached: readonly (readonly [MissedObjective, boolean])[] = [
    ['success', successRatio >= least],
    ['p50', isInTime(p50Ms, latencyMs.p50)],
    ['p95', isInTime(p95Ms, latencyMs.p95)],
    ['p99', isInTime(p99Ms, latencyMs.p99)],
    ['capacity', hasRoom({meanAttempts: simulated.meanAttempts / ROOM}, request)],
  ];
  return reached.flatMap(([name, isReached]) => (isReached ? [] : [name]));
}
