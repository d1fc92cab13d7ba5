/** Suggests attempts, timeouts and deadlines with which all attempts fit. */

import {LEAST_ATTEMPT_MS} from '../../src/core/limits.ts';
import {undisturbedMs} from '../../src/math/timeline.ts';
import {defaultPolicy} from '../../src/policy/defaults.ts';
import type {Policy} from '../../src/policy/types.ts';
import {isSetHere, type Scope} from '../model/scope.ts';
import type {FixDraft} from '../rule.ts';
import {retriesOf, retriesThrottled} from './retryability.ts';
import {setting} from './setting.ts';

/** n · T + Σ waits, throttled where a throttled answer is retried. */
export const neededMs = (
  policy: Policy,
  attempts: number = retriesOf(policy) + 1,
  attemptTimeoutMs: number | null = policy.attemptTimeoutMs,
): number => undisturbedMs({backoff: policy.backoff, attemptTimeoutMs}, attempts, retriesThrottled(policy));

/** Whether no retry is sent after a timeout, however short its wait is. */
export const isHopeless = ({attemptTimeoutMs, deadlineMs}: Policy): boolean =>
  (attemptTimeoutMs ?? 0) + LEAST_ATTEMPT_MS > (deadlineMs ?? Infinity);

/** A prediction has no throttled responses. Their waits can be too long even if each response comes at once. */
export const waitsTooLong = (scope: Scope): boolean =>
  isSetHere(scope, 'backoff.throttledBaseMs') &&
  neededMs(scope.policy, retriesOf(scope.policy) + 1, 0) + LEAST_ATTEMPT_MS > (scope.policy.deadlineMs ?? Infinity);

/**
 * The longest attempt timeout with which all attempts and waits fit, at most the timeout of the policy, or `defaultMs` where it has none. If
 * they cannot fit, an equal share of the deadline; undefined if that is below the least time for an attempt.
 */
export function suggestedTimeoutMs(
  policy: Policy,
  defaultMs: number | null = defaultPolicy.attemptTimeoutMs,
): number | undefined {
  const {deadlineMs} = policy;
  const attempts = retriesOf(policy) + 1;
  const wanted = policy.attemptTimeoutMs ?? defaultMs ?? Infinity;
  if (deadlineMs === null) return wanted;
  const count = Number.isFinite(attempts) ? attempts : 3;
  const waits = neededMs(policy, count, 0);
  const share = Math.floor((deadlineMs - waits) / count);
  const suggested = roundDown(Math.min(wanted, share >= LEAST_ATTEMPT_MS ? share : deadlineMs / (count + 1)));
  return suggested >= LEAST_ATTEMPT_MS ? suggested : undefined;
}

/** Rounds down to two significant digits. */
function roundDown(ms: number): number {
  const unit = Math.max(1, 10 ** (Math.floor(Math.log10(ms)) - 1));
  return Math.max(1, Math.floor(ms / unit) * unit);
}

/** Suggestions with which all attempts fit: a shorter timeout, fewer attempts, a longer deadline. */
export function suggestionsToFit(scope: Scope): FixDraft[] {
  const {policy} = scope;
  const ways: FixDraft[] = [];
  const {deadlineMs, attemptTimeoutMs} = policy;
  if (deadlineMs === null || attemptTimeoutMs === null) return ways;
  const timeoutMs = suggestedTimeoutMs(policy);
  // A timeout below the delay of the hedge, or the latency, would be the next finding.
  const leastMs = Math.max(policy.hedge?.delayMs ?? 0, policy.objective?.assume?.latencyMs?.p99 ?? 0);
  const isLong = timeoutMs !== undefined && timeoutMs > leastMs;
  if (isLong && neededMs(policy, retriesOf(policy) + 1, timeoutMs) <= deadlineMs)
    ways.push(setting(scope, 'attemptTimeoutMs', timeoutMs));
  const attempts = suggestedAttempts(policy, deadlineMs);
  if (attempts > 1) ways.push(setting(scope, 'maxAttempts', attempts));
  // No retry is sent with less time left than the least for an attempt.
  const needed = neededMs(policy) + Math.max(0, LEAST_ATTEMPT_MS - (policy.attemptTimeoutMs ?? LEAST_ATTEMPT_MS));
  // RL309 would suggest the deadline of the objective.
  const mostMs = policy.objective?.latencyMs?.max ?? Infinity;
  if (Number.isSafeInteger(Math.ceil(needed)) && needed <= mostMs)
    ways.push(setting(scope, 'deadlineMs', Math.ceil(needed)));
  return ways;
}

/** The most attempts that fit; bisection, because maxAttempts may be very large. */
function suggestedAttempts(policy: Policy, deadlineMs: number): number {
  let low = 0;
  let high = retriesOf(policy);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (neededMs(policy, middle) <= deadlineMs) low = middle;
    else high = middle - 1;
  }
  return low;
}
