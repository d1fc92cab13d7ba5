/** The policy file of a plan: its settings, and the objective and the traffic for which it was planned. */

import type {AssumedTraffic, BackoffInput, Objective, PolicyInput, RouteInput} from '../policy/types.ts';
import type {Plan} from './evaluate.ts';
import type {Candidate, PlannedCall, PlanRequest} from './request.ts';

const SCHEMA = './node_modules/steadfetch/schema/policy.schema.json';

/** @returns A valid policy without findings of retry-lint. What equals the default of the format is left out. */
export function policyOf(plan: Plan, request: PlanRequest): PolicyInput {
  const {name, method, path} = request.call;
  const settings = {...settingsOf(plan, request), objective: statedObjective(request)};
  const head = {$schema: SCHEMA, version: 1, name} as const;
  if (path === undefined && method === 'GET') return {...head, ...settings};
  const match = {methods: [method], ...(path === undefined ? {} : {path})};
  return {...head, routes: [{match, name, ...settings}]};
}

function settingsOf(plan: Plan, {call, objective}: PlanRequest): Omit<RouteInput, 'match' | 'name'> {
  const {attempts, attemptTimeoutMs} = plan;
  return {
    ...repeatOf(plan, call),
    maxAttempts: attempts,
    attemptTimeoutMs,
    deadlineMs: objective.deadlineMs,
    ...(attempts === 1 ? {} : {backoff: statedBackoff(plan)}),
    ...(plan.hedgeMs === null ? {} : {hedge: {delayMs: plan.hedgeMs, maxLoadRatio: plan.hedgeLimit}}),
  };
}

/** Decorrelated jitter computes a wait from the one before, and has no factor. */
function statedBackoff({baseMs, jitter}: Plan): BackoffInput {
  const stated = {kind: 'exponential', baseMs, jitter} as const;
  return jitter === 'decorrelated' ? stated : {...stated, factor: 2};
}

function repeatOf(
  {attempts}: Candidate,
  {repeat, method}: PlannedCall,
): Pick<RouteInput, 'idempotentMethods' | 'idempotency'> {
  if (attempts === 1) return {};
  if (repeat === 'declared') return {idempotentMethods: [method]};
  return repeat === 'key' ? {idempotency: {methods: [method]}} : {};
}

/** The failures of a policy have one latency: the mean. */
export function statedTraffic({service, call}: PlanRequest): AssumedTraffic {
  const {failures, hangRatio, quantiles} = service;
  const failureRatio = failures.reduce((sum, {ratio}) => sum + ratio, 0);
  const failedMs = failures.reduce((sum, {ratio, afterMs}) => sum + ratio * afterMs, 0);
  return {
    ...(call.perSecond === undefined ? {} : {rps: call.perSecond}),
    latencyMs: quantiles,
    ...(failureRatio === 0
      ? {}
      : {failureRatio: rounded(failureRatio), failureLatencyMs: rounded(failedMs / failureRatio)}),
    ...(hangRatio === 0 ? {} : {hangRatio: rounded(hangRatio)}),
  };
}

const rounded = (value: number): number => Number(value.toPrecision(6));

function statedObjective(request: PlanRequest): Objective {
  const {latencyMs, successRatio} = request.objective;
  const {instances} = request.call;
  return {
    latencyMs,
    ...(successRatio === undefined ? {} : {successRatio}),
    ...(instances === undefined ? {} : {instances}),
    assume: statedTraffic(request),
  };
}
