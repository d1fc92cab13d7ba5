/** Which durations are plausible in milliseconds. */

import {longestMs} from '../../src/math/schedule.ts';
import {undisturbedMs} from '../../src/math/timeline.ts';
import type {Policy} from '../../src/policy/types.ts';
import {retriesOf, retriesThrottled} from './retryability.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const never = Infinity;

/**
 * Plausible durations, least and most. The client does not send an attempt with less than 50 ms left. A model needs 100 ms for its first content; an
 * endpoint that is left for less than half a second is asked again before it can have recovered, and 300 s is the longest ejection of Envoy.
 */
export const RANGES: readonly (readonly [path: string, leastMs: number, mostMs: number])[] = [
  ['deadlineMs', 50, 6 * HOUR],
  ['attemptTimeoutMs', 20, HOUR],
  ['idleTimeoutMs', 100, HOUR],
  ['stream.firstContentMs', 100, HOUR],
  ['quota.maxWaitMs', 100, never],
  ['breaker.maxWaitMs', 100, never],
  ['breaker.maxAgeMs', 500, never],
  ['failover.ejection.ejectMs', 500, never],
  ['failover.ejection.maxEjectMs', 500, never],
  ['failover.stickyMs', 500, never],
  ['backoff.baseMs', 5, HOUR],
  ['backoff.delayMs', 5, HOUR],
  ['budget.windowMs', 100, DAY],
  ['breaker.windowMs', 100, DAY],
  ...(['objective.latencyMs', 'objective.assume.latencyMs'] as const).flatMap(path =>
    ['p50', 'p95', 'p99', 'max'].map(name => [`${path}.${name}`, 1, never] as const),
  ),
];

/**
 * Whether a duration outside of its range fits the others, which the meant one would not: a short one in seconds, a deadline of hours that would
 * be shorter than a part of the call.
 */
export function isPlausible(policy: Policy, path: string, ms: number, meantMs: number): boolean {
  const {attemptTimeoutMs, deadlineMs, objective} = policy;
  if (meantMs < ms)
    return path === 'deadlineMs' && (meantMs < longestPartMs(policy) || (usableMs(policy) ?? 0) * FAR_ABOVE >= ms);
  // A call with little time waits for the quota as shortly, or not at all.
  if (path.startsWith('backoff.') || path.endsWith('.maxWaitMs')) return deadlineMs !== null && meantMs > deadlineMs;
  if (path.startsWith('objective.')) return attemptTimeoutMs !== null && meantMs > attemptTimeoutMs;
  const {p95, p99 = p95} = objective?.assume?.latencyMs ?? {};
  return path === 'attemptTimeoutMs' && p99 !== undefined && p99 < ms;
}

/** Whether the duration that was probably meant contradicts no other one of the policy that has it. RL301 may suggest a timeout that is shorter. */
export function fitsOthers(
  {attemptTimeoutMs, backoff, deadlineMs, maxAttempts, paid}: Policy,
  path: string,
  meantMs: number,
): boolean {
  if (path === 'backoff.baseMs') return !('capMs' in backoff) || meantMs <= backoff.capMs;
  if (path === 'stream.firstContentMs') {
    const timeout = attemptTimeoutMs ?? (maxAttempts === 1 ? Infinity : 0);
    return meantMs < Math.min(deadlineMs ?? Infinity, paid?.attemptTimeoutPerOutputTokenMs ? Infinity : timeout);
  }
  return !/^(?:attemptTimeout|deadline)Ms$/.test(path) || (attemptTimeoutMs ?? 0) < (deadlineMs ?? Infinity);
}

/** The other limit of a call, where it is the same slip: one alone would end the call before an attempt ends, until the other one is mended, too. */
export function alsoMeant(
  {attemptTimeoutMs, deadlineMs}: Policy,
  path: string,
  meantMs: number,
): {path: string; ms: number} | undefined {
  if (attemptTimeoutMs === null || deadlineMs === null) return undefined;
  if (path === 'attemptTimeoutMs' && deadlineMs < 50 && meantMs >= deadlineMs)
    return {path: 'deadlineMs', ms: deadlineMs * 1000};
  if (path === 'deadlineMs' && attemptTimeoutMs > HOUR && meantMs <= attemptTimeoutMs)
    return {path: 'attemptTimeoutMs', ms: attemptTimeoutMs / 1000};
  return undefined;
}

/** A deadline so many times as long as what a call can use of it ends no call. */
const FAR_ABOVE = 10;

/** What a call can use of its deadline: its attempts and waits, also those that a server asks for. Undefined where no attempt has a plausible end. */
export function usableMs(policy: Policy): number | undefined {
  const {attemptTimeoutMs, breaker, quota, retryAfter} = policy;
  if (attemptTimeoutMs === null || attemptTimeoutMs > HOUR) return undefined;
  const retries = retriesOf(policy);
  const isThrottled = retriesThrottled(policy);
  const hintMs = isThrottled && retryAfter.honor ? retryAfter.maxMs : 0;
  const guardsMs = (quota?.maxWaitMs ?? 0) + (breaker?.kind === 'adaptive' ? breaker.maxWaitMs : 0);
  const attemptsMs = (retries + 1) * attemptTimeoutMs;
  return (
    guardsMs + Math.max(undisturbedMs(policy, retries + 1, isThrottled), attemptsMs + (hintMs && retries * hintMs))
  );
}

/** An attempt, or a wait: before a retry, or for the quota. */
const longestPartMs = ({attemptTimeoutMs, backoff, quota}: Policy): number => {
  const attemptMs = attemptTimeoutMs ?? 0;
  const waits = [longestMs(backoff, 100, false), longestMs(backoff, 100, true), quota?.maxWaitMs ?? 0];
  return Math.max(...waits, attemptMs > HOUR ? 0 : attemptMs);
};
