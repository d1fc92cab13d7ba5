/** The wait before a retry: the longer of the backoff and the server's hint. Pure arithmetic: random numbers are an argument. */
import type {Random} from '../core/random.ts';
import type {Backoff} from '../policy/types.ts';
import {backoffMs} from './backoff.ts';
import {type Classification, throttled} from './classification.ts';
import type {HintSource, ServerHint} from './server-hint.ts';

export interface RetryWait {
  readonly waitMs: number;
  readonly waitSource: HintSource | 'backoff' | 'none';
  /** The backoff without the hint, for decorrelated jitter; null if it was not computed. */
  readonly backoffMs: number | null;
}

/** Spreads retries after a hint, because all clients got the same number. Never earlier than the server asked. */
const HINT_SPREAD = 0.1;
const LONGEST_HINT_SPREAD_MS = 1000;

/** A 503 with a hint is a server that sheds load; without one it may just be broken. */
export const withHint = (found: Classification, status: number, hint: ServerHint | null): Classification =>
  status === 503 && hint !== null && found.transient ? throttled(found) : found;

/** Whether the backoff begins again with this hint, as if the next retry were the first. @see gRFC A6, "Pushback" */
export const restartsBackoff = (hint: ServerHint | null): boolean => hint?.source === 'pushback';

/**
 * @param retry      1 for the first retry, and for the first one since the backoff began again.
 * @param previousMs The backoff before this one, 0 at first.
 */
export function retryWait(
  backoff: Backoff,
  retry: number,
  classification: Classification,
  hint: ServerHint | null,
  previousMs: number,
  random: Random,
): RetryWait {
  if (classification.once && hint === null) return {waitMs: 0, waitSource: 'none', backoffMs: null};
  const plannedMs = backoffMs(backoff, retry, classification.throttled, previousMs, random);
  if (hint === null || hint.ms < plannedMs) return {waitMs: plannedMs, waitSource: 'backoff', backoffMs: plannedMs};
  const spreadMs = random() * Math.min(hint.ms * HINT_SPREAD, LONGEST_HINT_SPREAD_MS);
  return {waitMs: hint.ms + spreadMs, waitSource: hint.source, backoffMs: plannedMs};
}
