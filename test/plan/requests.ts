/** The service of the worked example: lognormal answers, fast 503s and hangs. */

import {lognormalLatency, statedQuantiles} from '../../src/plan/latency.ts';
import type {PlannedCall, PlanObjective, PlanRequest, SearchSpace, ServiceModel} from '../../src/plan/request.ts';
import {defaultSpace} from '../../src/plan/space.ts';

const latency = lognormalLatency(180, 0.5);

export const predictService: ServiceModel = {
  latency,
  quantiles: statedQuantiles(latency),
  failures: [{ratio: 0.05, afterMs: 20, isUnsent: false}],
  hangRatio: 0.01,
};

export const predictCall: PlannedCall = {name: 'predict', method: 'POST', path: '/predict', repeat: 'declared'};

interface Changes {
  readonly objective?: Partial<PlanObjective>;
  readonly service?: Partial<ServiceModel>;
  readonly call?: Partial<PlannedCall>;
  readonly space?: Partial<SearchSpace>;
}

/** P95 below 800 ms and 99 % for POST /predict, with changes. */
export function predictRequest(changes: Changes = {}): PlanRequest {
  const objective = {
    latencyMs: {p95: 800},
    successRatio: 0.99,
    deadlineMs: 800,
    maxAmplification: 4,
    otherAttempts: 1,
    ...changes.objective,
  };
  const service = {...predictService, ...changes.service};
  const most = Math.floor(objective.maxAmplification / objective.otherAttempts);
  return {
    objective,
    service,
    call: {...predictCall, ...changes.call},
    space: {...defaultSpace(service.latency, objective.deadlineMs, most), ...changes.space},
  };
}
