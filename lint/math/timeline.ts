/** When the attempts of a call start and end at the latest, if each takes all the time it has. Hints of the server are extra. */

import {LEAST_ATTEMPT_MS} from '../../src/core/limits.ts';
import type {Policy} from '../../src/policy/types.ts';
import {longestMs} from './schedule.ts';

/** What the deadline leaves of an attempt: all of its time, some of it, or nothing, so that it is never sent. */
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

/** Most rows that are computed. */
const MOST = 1000;

/** @param attempts How many to lay out; at most a thousand. */
export function timelineOf(
  {backoff, attemptTimeoutMs, deadlineMs}: Policy,
  attempts: number,
  throttled: boolean,
): TimelineEntry[] {
  const deadlineAt = deadlineMs ?? Number.POSITIVE_INFINITY;
  const timeoutMs = attemptTimeoutMs ?? Number.POSITIVE_INFINITY;
  const entries: TimelineEntry[] = [];
  let at = 0;
  for (let attempt = 1; attempt <= Math.min(attempts, MOST); attempt++) {
    const waitMs = attempt === 1 ? 0 : longestMs(backoff, attempt - 1, throttled);
    const startsAtMs = at + waitMs;
    // Behind an attempt that hangs for ever nothing is sent, deadline or not.
    const isNever = attempt > 1 && !(startsAtMs + LEAST_ATTEMPT_MS <= Math.min(deadlineAt, Number.MAX_VALUE));
    const endsAtMs = isNever ? startsAtMs : Math.min(startsAtMs + timeoutMs, deadlineAt);
    const cut = isNever ? 'never' : startsAtMs + timeoutMs > deadlineAt ? 'short' : 'whole';
    entries.push({attempt, waitMs, startsAtMs, endsAtMs, cut});
    at = isNever ? startsAtMs + timeoutMs : endsAtMs;
  }
  return entries;
}

/**
 * n · T + Σ waits: how long a call takes at the worst, were there no deadline. Infinity without an attempt timeout, or without a
 * bound on the attempts.
 */
export function undisturbedMs(
  {backoff, attemptTimeoutMs}: Pick<Policy, 'backoff' | 'attemptTimeoutMs'>,
  attempts: number,
  throttled: boolean,
): number {
  if (attemptTimeoutMs === null || attempts === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
  let sum = attempts * attemptTimeoutMs;
  // Past a thousand the waits are at their cap, or the sum is past every deadline.
  const counted = Math.min(attempts - 1, MOST);
  for (let retry = 1; retry <= counted; retry++) sum += longestMs(backoff, retry, throttled);
  return sum + (attempts - 1 - counted) * longestMs(backoff, MOST, throttled);
}
