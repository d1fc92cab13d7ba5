/** A plan for programs: what `steadfetch plan --json` prints. */

import type {Plan} from '../plan/evaluate.ts';
import type {Simulated} from '../plan/simulated.ts';
import type {PlanFacts} from './plan-facts.ts';
import {conventions, readingNotes} from './plan-rows.ts';

/** Latencies are in milliseconds; null where too few calls succeed to have that latency. */
export function planJson(facts: PlanFacts): object {
  const {request, result, measured, needed} = facts;
  const {best, policy, searched, feasible, reasons, front, stress, infeasible, simulated, refuted} = result;
  return {
    isFeasible: policy !== null,
    searched,
    feasible,
    best: best === null ? null : numbersOf(best),
    simulated: simulated === null ? null : simulatedOf(simulated),
    refuted,
    policy,
    reasons,
    front: front.map(numbersOf),
    stress: stress.map(row => ({...row, p95Ms: finite(row.p95Ms)})),
    infeasible:
      infeasible === null
        ? null
        : {
            missed: infeasible.missed.map(miss => ({...miss, reached: finite(miss.reached)})),
            bindingFactors: infeasible.factors.map(factor => ({...factor, reached: finite(factor.reached)})),
          },
    measured: measured === undefined ? null : measuredOf(measured),
    tooFew: needed === undefined ? null : {needed: finite(needed)},
    service: {
      latencyMs: request.service.quantiles,
      failures: request.service.failures,
      hangRatio: request.service.hangRatio,
    },
    conventions: conventions(facts),
  };
}

function numbersOf(plan: Plan): object {
  const {cdf: _cdf, quantile, worstMs, ...numbers} = plan;
  return {
    ...numbers,
    p50Ms: finite(quantile(0.5)),
    p95Ms: finite(quantile(0.95)),
    p99Ms: finite(quantile(0.99)),
    p95OfSuccessfulMs: finite(quantile(0.95 * plan.successRatio)),
    worstMs: finite(worstMs),
  };
}

const simulatedOf = (simulated: Simulated): object => ({
  ...simulated,
  p50Ms: finite(simulated.p50Ms),
  p95Ms: finite(simulated.p95Ms),
  p99Ms: finite(simulated.p99Ms),
});

function measuredOf({name, measurements, isInterrupted}: NonNullable<PlanFacts['measured']>): object {
  const {succeeded, failed, unsent, timedOut, skipped} = measurements;
  return {
    name,
    isInterrupted,
    succeeded: succeeded.length,
    failed: failed.length,
    unsent: unsent.length,
    timedOut,
    skipped,
    withoutStatus: measurements.withoutStatus,
    notes: readingNotes(measurements),
  };
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
