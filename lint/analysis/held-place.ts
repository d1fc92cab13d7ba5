/** How long an attempt counts against the concurrency limit, from `objective.assume`. */

import {meanLatencyMs} from '../../src/math/attempt-latency.ts';
import {isSure, type Scope} from '../model/scope.ts';

export interface HeldPlace {
  readonly ms: number;
  /** True for the mean, from two quantiles. False for the median, which is usually below the mean. */
  readonly isMean: boolean;
}

/**
 * The mean time from admission to the response headers. Responses count up to the time limit, hanging attempts with the whole limit,
 * fast failures with their latency.
 *
 * @returns undefined where neither two quantiles nor the median are assumed.
 */
export function heldPlaceOf(scope: Scope): HeldPlace | undefined {
  const {objective, attemptTimeoutMs, deadlineMs} = scope.policy;
  if (!isSure(scope, 'objective', 'objective.assume', 'attemptTimeoutMs', 'deadlineMs')) return undefined;
  const {latencyMs, failureRatio = 0, failureLatencyMs = 0, hangRatio = 0} = objective?.assume ?? {};
  const limitMs = Math.min(attemptTimeoutMs ?? Infinity, deadlineMs ?? Infinity);
  const mean = meanLatencyMs(latencyMs, limitMs);
  const answerMs = mean ?? (latencyMs?.p50 === undefined ? undefined : Math.min(latencyMs.p50, limitMs));
  const answered = 1 - failureRatio - hangRatio;
  if (answerMs === undefined || answered < 0) return undefined;
  const hungMs = hangRatio === 0 || limitMs === Infinity ? 0 : hangRatio * limitMs;
  const failedMs = failureRatio * Math.min(failureLatencyMs, limitMs);
  return {ms: answered * answerMs + failedMs + hungMs, isMean: mean !== undefined};
}

/** `199 ms on average`, `about 180 ms`. */
export const formatHeldTime = ({words}: Scope, {ms, isMean}: HeldPlace): string =>
  isMean ? `${words.ms(ms)} on average` : `about ${words.ms(ms)}`;
