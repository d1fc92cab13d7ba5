/** What a plan does when the service behaves worse than the model says. */

import {Evaluation, type Plan} from './evaluate.ts';
import type {PlanRequest, ServiceModel} from './request.ts';

export interface Stress {
  readonly name: 'slower' | 'more-hangs' | 'outages' | 'half-fail' | 'all-fail';
  readonly successRatio: number;
  /** Over all calls; Infinity if too few succeed. */
  readonly p95Ms: number;
  readonly meanAttempts: number;
}

/** The retries of each case are those that the default retry budget grants in steady state. */
export function stressOf(plan: Plan, request: PlanRequest): Stress[] {
  const {service} = request;
  const {hangRatio} = service;
  const under = (changed: Partial<ServiceModel>): Plan =>
    new Evaluation({...request, service: {...service, ...changed}}).plan(plan);
  const row = (name: Stress['name'], {successRatio, quantile, meanAttempts}: Plan): Stress => {
    return {name, successRatio, p95Ms: quantile(0.95), meanAttempts};
  };
  const failed = failedRatio(service);
  return [
    row('slower', under({latency: ms => service.latency(ms / 1.2)})),
    row('more-hangs', under({hangRatio: Math.min(2 * hangRatio, 1 - failed)})),
    inOutages(under({failures: failing(service, failed / 2)}), failed / 2),
    row('half-fail', under({failures: failing(service, 0.5), hangRatio: hangRatio / 2})),
    row('all-fail', under({failures: failing(service, 1), hangRatio: 0})),
  ];
}

/** Half of the failures are those of calls all of whose attempts fail. Independent failures would let a retry succeed. */
function inOutages({successRatio, quantile, meanAttempts, attempts}: Plan, outageRatio: number): Stress {
  const share = 0.95 / (1 - outageRatio);
  return {
    name: 'outages',
    successRatio: (1 - outageRatio) * successRatio,
    p95Ms: share < 1 ? quantile(share) : Number.POSITIVE_INFINITY,
    meanAttempts: (1 - outageRatio) * meanAttempts + outageRatio * attempts,
  };
}

const failedRatio = ({failures}: ServiceModel): number => failures.reduce((sum, {ratio}) => sum + ratio, 0);

/** Failures with this share, as fast as those of the model. */
function failing(service: ServiceModel, ratio: number): ServiceModel['failures'] {
  const {failures} = service;
  const sum = failedRatio(service);
  if (sum === 0) return [{ratio, afterMs: 0, isUnsent: false}];
  return failures.map(failure => ({...failure, ratio: (failure.ratio / sum) * ratio}));
}
