/** The waits of a backoff in closed form. */

import {backoffMs} from '../../src/decide/backoff.ts';
import type {Backoff} from '../../src/policy/types.ts';
import {decorrelatedLaw, meanOf} from './decorrelated.ts';

/**
 * The wait before a retry, in milliseconds, before jitter: what jitter "none" waits, and what full jitter stays below.
 *
 * @param retry 1 for the first.
 * @param throttled After a 429, a 529 or a 503 with a hint.
 */
export const plannedMs = (backoff: Backoff, retry: number, throttled: boolean): number =>
  backoffMs({...backoff, jitter: 'none'}, retry, throttled, 0, () => 0);

/**
 * The longest wait that jitter can make of it: min(cap, low · 3^retry) where it is decorrelated, the planned wait where it is not.
 */
export function longestMs(backoff: Backoff, retry: number, throttled: boolean): number {
  const planned = plannedMs(backoff, retry, throttled);
  if (backoff.jitter !== 'decorrelated') return planned;
  const {lowMs, capMs} = decorrelatedBounds(backoff, throttled);
  return Math.min(capMs, lowMs * 3 ** Math.min(retry, 600));
}

/** The shortest: 0 under full jitter, half under equal, the base where it is decorrelated. */
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
 * The mean of the wait: c/2 under full jitter, 3c/4 under equal; decorrelated low · (2 · 1.5^retry − 1) while the cap is far.
 *
 * @see M. Brooker, "Exponential Backoff and Jitter" (AWS, 2015), for the laws.
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
      return meanOf(decorrelatedLaw(lowMs, capMs, retry));
    }
  }
}

/** Between what decorrelated waits lie. */
export function decorrelatedBounds(backoff: Backoff, throttled: boolean): {lowMs: number; capMs: number} {
  const capMs = 'capMs' in backoff ? backoff.capMs : Number.MAX_SAFE_INTEGER;
  return {lowMs: plannedMs(backoff, 1, throttled), capMs};
}

/** The longest waits before the retries 1 to `retries`. */
export const longestWaits = (backoff: Backoff, retries: number, throttled: boolean): number[] =>
  Array.from({length: retries}, (_, index) => longestMs(backoff, index + 1, throttled));

export const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);
