/** Suggests attempts, timeouts and deadlines with which all attempts fit. */

import {LEAST_ATTEMPT_MS} from '../../src/core/limits.ts';
import {longestWaits} from '../../src/math/schedule.ts';
import {undisturbedMs} from '../../src/math/timeline.ts';
import {defaultPolicy} from '../../src/policy/defaults.ts';
import type {Policy} from '../../src/policy/types.ts';
import {isSetHere, type Scope} from '../model/scope.ts';
import type {FixDraft} from '../rule.ts';
import {heirsOf} from './heirs.ts';
import {placesFor} from './places.ts';
import {retriesOf, retriesThrottled} from './retryability.ts';
import {assign, formatChange, setting} from './setting.ts';

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

/** What the policy would have without its null: a preset knows what a model takes. */
const hiddenTimeoutMs = ({layers}: Scope): number | undefined =>
  layers.map(({data}) => data.attemptTimeoutMs).find(ms => typeof ms === 'number');

/** An attempt timeout for a scope without one, and for the routes that inherit it. */
export function timeoutForAll(scope: Scope, scopes: readonly Scope[]): number | undefined {
  const heirs = heirsOf(scope, scopes, 'attemptTimeoutMs');
  const values = heirs.map(heir => suggestedTimeoutMs(heir.policy, hiddenTimeoutMs(heir)));
  return values.every(value => value !== undefined) ? Math.min(...values) : undefined;
}

/** Rounds down to two significant digits. */
function roundDown(ms: number): number {
  const unit = Math.max(1, 10 ** (Math.floor(Math.log10(ms)) - 1));
  return Math.max(1, Math.floor(ms / unit) * unit);
}

/** Waits that double from the first on, where the attempts still fit into the deadline. */
export function growingWaits(scope: Scope, baseMs: number): FixDraft[] {
  const {policy} = scope;
  const {jitter, throttledBaseMs} = policy.backoff;
  const value = {kind: 'exponential', baseMs, factor: 2, capMs: Math.max(20_000, baseMs * 4), jitter} as const;
  const mostMs = policy.deadlineMs ?? Infinity;
  const isLate = neededMs(policy) <= mostMs && neededMs({...policy, backoff: {...value, throttledBaseMs}}) > mostMs;
  return isLate || !Number.isSafeInteger(baseMs * 4)
    ? []
    : [assign('Double the wait before each retry', 'backoff', value)];
}

/** Fewer attempts, without the waits that no retry uses then. */
export function fewerAttempts(scope: Scope, count: number): FixDraft {
  const attempts = setting(scope, 'maxAttempts', count);
  const {backoff} = scope.policy;
  if (backoff.kind !== 'list' || backoff.delaysMs.length < count || !isSetHere(scope, 'backoff.delaysMs'))
    return attempts;
  const value = backoff.delaysMs.slice(0, count - 1);
  const title = `${attempts.title} and ${scope.words.key('backoff.delaysMs')} to ${scope.words.value('backoff.delaysMs', value)}`;
  return {title, changes: [...attempts.changes, {do: 'set', path: 'backoff.delaysMs', value}]};
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
  if (attempts > 1) ways.push(fewerAttempts(scope, attempts));
  // No retry is sent with less time left than the least for an attempt.
  const needed = neededMs(policy) + Math.max(0, LEAST_ATTEMPT_MS - (policy.attemptTimeoutMs ?? LEAST_ATTEMPT_MS));
  // RL309 would suggest the deadline of the objective.
  const mostMs = policy.objective?.latencyMs?.max ?? Infinity;
  if (Number.isSafeInteger(Math.ceil(needed)) && needed <= mostMs && !waitsLong(policy, needed))
    ways.push(setting(scope, 'deadlineMs', Math.ceil(needed)));
  return ways;
}

/** A wait that RL206 would report, were the deadline so long. */
const waitsLong = (policy: Policy, deadlineMs: number): boolean => {
  const count = Math.min(retriesOf(policy), 100);
  const kinds = retriesThrottled(policy) ? [false, true] : [false];
  return kinds.some(
    isThrottled => Math.max(...longestWaits(policy.backoff, count, isThrottled)) > Math.max(60_000, deadlineMs / 4),
  );
};

/** A deadline, and an attempt timeout with which the attempts fit into it; nothing where a healthy server needs longer. */
export function suggestionsToEnd(scope: Scope, deadlineMs: number): FixDraft[] {
  const {policy, words} = scope;
  const {attemptTimeoutMs, backoff, hedge, objective} = policy;
  const deadline = setting(scope, 'deadlineMs', deadlineMs);
  const {p50 = 0, p95 = p50, p99 = p95} = objective?.assume?.latencyMs ?? {};
  if (attemptTimeoutMs === null) return p99 > deadlineMs ? [] : [deadline];
  const attempts = Math.min(retriesOf(policy) + 1, 100);
  // Throttled calls may run out of time: to fail early spares the server.
  const waitsMs = undisturbedMs({backoff, attemptTimeoutMs: 0}, attempts, false);
  const timeoutMs = roundDown(Math.max(1, Math.min(attemptTimeoutMs, (deadlineMs - waitsMs) / attempts)));
  if (timeoutMs < Math.max(LEAST_ATTEMPT_MS, p99, (hedge?.delayMs ?? 0) + 1)) return [];
  // RL303 reports a last attempt that has less than nine tenths of its time.
  if (attempts * attemptTimeoutMs + waitsMs - attemptTimeoutMs / 10 <= deadlineMs) return [deadline];
  const title = `${deadline.title} and ${words.key('attemptTimeoutMs')} to ${words.value('attemptTimeoutMs', timeoutMs)}`;
  return [{title, changes: [...deadline.changes, {do: 'set', path: 'attemptTimeoutMs', value: timeoutMs}]}];
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

/** Share of the calls that the suggested limit refuses. */
const REFUSED = 0.01;
/** Largest limit that is suggested. */
export const MOST_PLACES = 100_000;

/** @param load Attempts in flight without a limit. */
export function suggestedMax(scope: Scope, load: number): FixDraft[] {
  if (load > MOST_PLACES) return [];
  const max = placesFor(load, REFUSED);
  const title = `${formatChange(scope, 'concurrency.max', max)}, so that at most 1 % of the calls exceed the limit`;
  return [assign(title, 'concurrency.max', max)];
}
