/** How long an attempt holds its place under a concurrency limit, as far as `objective.assume` says. */

import {meanLatencyMs} from '../math/attempt-latency.ts';
import {isSure, type Scope} from '../model/scope.ts';

export interface HeldPlace {
  readonly ms: number;
  /** The mean, from two quantiles; else the median, which the mean of latencies is seldom below. */
  readonly isMean: boolean;
}

/**
 * The time from admission to the response headers: what answers take, cut at the time limits, and all of the limit for those that
 * hang. A failure that comes at once holds its place for no time.
 *
 * @returns undefined where neither two quantiles nor the median are assumed.
 */
export function heldPlaceOf(scope: Scope): HeldPlace | undefined {
  const {objective, attemptTimeoutMs, deadlineMs} = scope.policy;
  if (!isSure(scope, 'objective', 'objective.assume', 'attemptTimeoutMs', 'deadlineMs')) return undefined;
  const {latencyMs, failureRatio = 0, hangRatio = 0} = objective?.assume ?? {};
  const limitMs = Math.min(attemptTimeoutMs ?? Number.POSITIVE_INFINITY, deadlineMs ?? Number.POSITIVE_INFINITY);
  const mean = meanLatencyMs(latencyMs, limitMs);
  const answerMs = mean ?? (latencyMs?.p50 === undefined ? undefined : Math.min(latencyMs.p50, limitMs));
  const answered = 1 - failureRatio - hangRatio;
  if (answerMs === undefined || answered < 0) return undefined;
  const hungMs = hangRatio === 0 || limitMs === Number.POSITIVE_INFINITY ? 0 : hangRatio * limitMs;
  return {ms: answered * answerMs + hungMs, isMean: mean !== undefined};
}

/** `199 ms on average`, `about 180 ms`. */
export const formatHeldTime = ({dialect: {words}}: Scope, {ms, isMean}: HeldPlace): string =>
  isMean ? `${words.ms(ms)} on average` : `about ${words.ms(ms)}`;
