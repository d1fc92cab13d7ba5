/** The waits of a backoff in closed form. */

import {backoffMs} from '../decide/backoff.ts';
import type {Backoff} from '../policy/types.ts';
import {decorrelatedDistribution, meanOf} from './decorrelated.ts';

/**
 * The wait before a retry without jitter, in milliseconds. Full jitter stays below it.
 *
 * @param retry 1 for the first.
 * @param throttled After a 429, a 529 or a 503 with a hint.
 */
export const plannedMs = (backoff: Backoff, retry: number, throttled: boolean): number =>
  backoffMs({...backoff, jitter: 'none'}, retry, throttled, 0, () => 0);

/**
 * The longest wait with jitter, in milliseconds: min(cap, low · 3^retry) for decorrelated jitter, else the planned wait.
 */
export function longestMs(backoff: Backoff, retry: number, throttled: boolean): number {
  const planned = plannedMs(backoff, retry, throttled);
  if (backoff.jitter !== 'decorrelated') return planned;
  const {lowMs, capMs} = decorrelatedBounds(backoff, throttled);
  return Math.min(capMs, lowMs * 3 ** Math.min(retry, 600));
}

/** The shortest wait, in milliseconds: 0 with full jitter, half the planned wait with equal jitter, the base with decorrelated jitter. */
export function shortestMs(backoff: Backoff, retry: number, throttled: boolean): number {
  switch (backoff.jitter) {
    case 'none':
      return plannedMs(backoff, retry, throttled);
    case 'full':
      return 0;
    case 'equal':
      return plannedMs(backoff, retry, throttled) / 2;
    case 'decorrelated':
      return decorrelatedBounds(backoff, throttled).lowMs;
  }
}

/**
 * The mean wait, in milliseconds: c/2 with full jitter, 3c/4 with equal jitter; with decorrelated jitter low · (2 · 1.5^retry − 1), as long
 * as the cap is not reached.
 *
 * @see M. Brooker, "Exponential Backoff and Jitter" (AWS, 2015), for the distributions.
 */
export function meanMs(backoff: Backoff, retry: number, throttled: boolean): number {
  const planned = plannedMs(backoff, retry, throttled);
  switch (backoff.jitter) {
    case 'none':
      return planned;
    case 'full':
      return planned / 2;
    case 'equal':
      return (planned * 3) / 4;
    case 'decorrelated': {
      const {lowMs, capMs} = decorrelatedBounds(backoff, throttled);
      return meanOf(decorrelatedDistribution(lowMs, capMs, retry));
    }
  }
}

/** The bounds of decorrelated waits. */
export function decorrelatedBounds(backoff: Backoff, throttled: boolean): {lowMs: number; capMs: number} {
  const capMs = 'capMs' in backoff ? backoff.capMs : Number.MAX_SAFE_INTEGER;
  return {lowMs: plannedMs(backoff, 1, throttled), capMs};
}

/** The longest waits before the retries 1 to `retries`. */
export const longestWaits = (backoff: Backoff, retries: number, throttled: boolean): number[] =>
  Array.from({length: retries}, (_, index) => longestMs(backoff, index + 1, throttled));

export const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);
