/** Predicts the calls of a scope from the assumed traffic. */

import {type Cdf, latencyCdf, quantileOf} from '../../src/math/attempt-latency.ts';
import {type CallPrediction, predictCall} from '../../src/math/call-latency.ts';
import {longestMs} from '../../src/math/schedule.ts';
import {undisturbedMs} from '../../src/math/timeline.ts';
import type {Policy, RetryTrigger} from '../../src/policy/types.ts';
import {isSure, type Scope} from '../model/scope.ts';
import {hedgedShareOf} from './hedging.ts';
import {mayRepeat, retriesOf, retriesThrottled, retriesTimeouts} from './retryability.ts';

export interface Prediction extends CallPrediction {
  /** Longest duration of a call: the deadline, or all attempts and waits. */
  readonly worstMs: number;
}

/**
 * Whether the latency of a call can be predicted: the policy states an objective, assumes two latency quantiles and limits the
 * attempts. A hedge can be predicted if none is refused. Rules about the worst case are then silent.
 */
export function isPredictable(scope: Scope): boolean {
  const {objective, maxAttempts} = scope.policy;
  const {assume, latencyMs, successRatio} = objective ?? {};
  const failed = (assume?.failureRatio ?? 0) + (assume?.hangRatio ?? 0);
  const isPromised = successRatio !== undefined || Object.values(latencyMs ?? {}).some(ms => ms !== undefined);
  return (
    isPromised &&
    latencyCdf(assume?.latencyMs) !== undefined &&
    failed <= 1 &&
    hasKnownHedges(scope) &&
    typeof maxAttempts === 'number' &&
    isSure(scope, 'objective', 'maxAttempts', 'attemptTimeoutMs', 'deadlineMs', 'backoff', 'retryOn', 'hedge')
  );
}

/** Whether no hedge is sent, or every slow attempt is hedged, and retried if both fail. */
function hasKnownHedges(scope: Scope): boolean {
  const {policy} = scope;
  if (policy.hedge === null || !mayRepeat(scope)) return true;
  const {failureRatio = 0, hangRatio = 0} = policy.objective?.assume ?? {};
  const hedged = hedgedShareOf(policy);
  if (hedged === undefined || !retriesAnswers(policy) || !retriesTimeouts(scope)) return false;
  return hangRatio + (1 - failureRatio - hangRatio) * hedged.share <= policy.hedge.maxLoadRatio;
}

/** When a hedge is sent. */
function hedgeMsOf(scope: Scope, latency: Cdf): number | undefined {
  const {hedge} = scope.policy;
  if (hedge === null || !mayRepeat(scope)) return undefined;
  return hedge.delayMs ?? (hedge.quantile === undefined ? undefined : quantileOf(latency, hedge.quantile));
}

/** @returns undefined if the calls cannot be predicted. */
export function predictionOfScope(scope: Scope): Prediction | undefined {
  const {policy} = scope;
  const {assume} = policy.objective ?? {};
  const latency = latencyCdf(assume?.latencyMs);
  if (!isPredictable(scope) || latency === undefined) return undefined;
  const attempts = retriesOf(policy) + 1;
  const failureRatio = assume?.failureRatio ?? 0;
  const hangRatio = assume?.hangRatio ?? 0;
  const attemptTimeoutMs = policy.attemptTimeoutMs ?? Infinity;
  const retriesFailures = retriesAnswers(policy) && mayRepeat(scope);
  const prediction = predictCall({
    attempts,
    attemptTimeoutMs,
    deadlineMs: policy.deadlineMs ?? Infinity,
    backoff: policy.backoff,
    throttled: false,
    latency,
    failures: [{ratio: failureRatio, afterMs: assume?.failureLatencyMs ?? 0, isRetried: retriesFailures}],
    hangRatio,
    retriesTimeouts: retriesTimeouts(scope),
    budget: policy.budget,
    rps: assume?.rps,
    hedgeMs: hedgeMsOf(scope, latency),
    maxLoadOf: () => policy.hedge?.maxLoadRatio ?? 1,
  });
  return {...prediction, worstMs: worstMs(policy)};
}

/** Whether the calls can be predicted, and reach every latency and success that the objective states. */
export function meetsObjective(scope: Scope): boolean {
  const prediction = predictionOfScope(scope);
  const {latencyMs = {}, successRatio = 0} = scope.policy.objective ?? {};
  if (prediction === undefined || prediction.successRatio < successRatio - 1e-6) return false;
  const reaches = (limitMs: number | undefined, share: number): boolean =>
    limitMs === undefined || prediction.cdf(limitMs) >= share - 1e-6;
  const isInTime = latencyMs.max === undefined || prediction.worstMs <= latencyMs.max;
  return isInTime && reaches(latencyMs.p50, 0.5) && reaches(latencyMs.p95, 0.95) && reaches(latencyMs.p99, 0.99);
}

/** Longest duration of a call without Retry-After: the deadline, or all attempts and waits. Infinity without a limit. */
export function worstMs(policy: Policy): number {
  const undisturbed = undisturbedMs(policy, retriesOf(policy) + 1, retriesThrottled(policy));
  return Math.min(policy.deadlineMs ?? Infinity, undisturbed);
}

/** Triggers for failures that come at once: an error response, or a refused connection. */
const FAST: readonly RetryTrigger[] = ['network', '5xx', 'UNAVAILABLE'];

const retriesAnswers = ({retryOn}: Policy): boolean =>
  retryOn.some(trigger => FAST.includes(trigger) || (typeof trigger === 'number' && trigger >= 500));

/** The longest wait below the deadline, and the first retry with that wait. */
export function longestWait({policy}: Scope): {retry: number; waitMs: number; throttled: boolean} {
  const {backoff, deadlineMs} = policy;
  const roomMs = deadlineMs ?? Infinity;
  let longest = {retry: 1, waitMs: 0, throttled: false};
  for (const throttled of retriesThrottled(policy) ? [false, true] : [false]) {
    for (let retry = 1; retry <= Math.min(retriesOf(policy), 100); retry++) {
      const waitMs = longestMs(backoff, retry, throttled);
      if (waitMs > longest.waitMs && waitMs < roomMs) longest = {retry, waitMs, throttled};
    }
  }
  return longest;
}
