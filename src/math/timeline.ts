/** The latest start and end of each attempt of a call, if every attempt takes its whole timeout. Server hints are not counted. */

import {LEAST_ATTEMPT_MS} from '../core/limits.ts';
import type {Policy} from '../policy/types.ts';
import {longestMs} from './schedule.ts';

/** Whether an attempt has its whole timeout before the deadline, only part of it, or is never sent. */
export type Cut = 'whole' | 'short' | 'never';

export interface TimelineEntry {
  readonly attempt: number;
  /** The longest wait before it; 0 for the first. */
  readonly waitMs: number;
  readonly startsAtMs: number;
  /** By its timeout or the deadline. Infinity where neither bounds it. */
  readonly endsAtMs: number;
  readonly cut: Cut;
}

/** The most attempts that are computed. */
const MOST = 1000;

/**
 * @param attempts The number of attempts; at most 1,000 are returned.
 * @param waitOf   How long a call waits before a retry. Default: as long as it may.
 */
export function timelineOf(
  {backoff, attemptTimeoutMs, deadlineMs}: Policy,
  attempts: number,
  throttled: boolean,
  waitOf: typeof longestMs = longestMs,
): TimelineEntry[] {
  const deadlineAt = deadlineMs ?? Infinity;
  const timeoutMs = attemptTimeoutMs ?? Infinity;
  const entries: TimelineEntry[] = [];
  let at = 0;
  for (let attempt = 1; attempt <= Math.min(attempts, MOST); attempt++) {
    const waitMs = attempt === 1 ? 0 : waitOf(backoff, attempt - 1, throttled);
    const startsAtMs = at + waitMs;
    // After an attempt without a timeout that hangs, no attempt is sent, with or without a deadline.
    const isNever = attempt > 1 && !(startsAtMs + LEAST_ATTEMPT_MS <= Math.min(deadlineAt, Number.MAX_VALUE));
    const endsAtMs = isNever ? startsAtMs : Math.min(startsAtMs + timeoutMs, deadlineAt);
    const cut = isNever ? 'never' : startsAtMs + timeoutMs > deadlineAt ? 'short' : 'whole';
    entries.push({attempt, waitMs, startsAtMs, endsAtMs, cut});
    at = isNever ? startsAtMs + timeoutMs : endsAtMs;
  }
  return entries;
}

/**
 * The longest duration of a call without its deadline, in milliseconds: n · T + Σ waits. Infinity without an attempt timeout, or with
 * unlimited attempts.
 */
export function undisturbedMs(
  {backoff, attemptTimeoutMs}: Pick<Policy, 'backoff' | 'attemptTimeoutMs'>,
  attempts: number,
  throttled: boolean,
): number {
  if (attemptTimeoutMs === null || attempts === Infinity) return Infinity;
  let sum = attempts * attemptTimeoutMs;
  // After 1,000 waits, the wait has reached its cap, or the sum exceeds every deadline.
  const counted = Math.min(attempts - 1, MOST);
  for (let retry = 1; retry <= counted; retry++) sum += longestMs(backoff, retry, throttled);
  return sum + (attempts - 1 - counted) * longestMs(backoff, MOST, throttled);
}
