/** Backoff: how long to wait before a retry. Pure arithmetic: time and chance come in as arguments. */
import type {Random} from '../core/random.ts';
import type {Backoff} from '../policy/types.ts';

/**
 * The wait before retry number `retry`, in milliseconds.
 *
 * @param retry     1 for the first retry.
 * @param throttled  The server asked for less: the wait starts from `throttledBaseMs` where that is longer.
 * @param previousMs The wait before this one, 0 at first. Only decorrelated jitter looks at it.
 *
 * @see M. Brooker, "Exponential Backoff and Jitter" (AWS, 2015) for the names and the formulas. The cap is applied before
 *   the jitter, so that capped waits are spread too.
 */
export function backoffMs(
  backoff: Backoff,
  retry: number,
  throttled: boolean,
  previousMs: number,
  random: Random,
): number {
  const capMs = 'capMs' in backoff ? backoff.capMs : Number.MAX_SAFE_INTEGER;
  const plannedMs = Math.min(capMs, planned(backoff, retry, throttled));
  switch (backoff.jitter) {
    case 'none':
      return plannedMs;
    case 'full':
      return random() * plannedMs;
    case 'equal':
      return plannedMs / 2 + (random() * plannedMs) / 2;
    case 'decorrelated': {
      const lowMs = Math.min(capMs, planned(backoff, 1, throttled));
      const highMs = Math.max(lowMs, previousMs) * 3;
      return Math.min(capMs, lowMs + random() * (highMs - lowMs));
    }
  }
}

function planned(backoff: Backoff, retry: number, throttled: boolean): number {
  const least = throttled ? backoff.throttledBaseMs : 0;
  switch (backoff.kind) {
    case 'exponential':
      // 2^1000 times any base is above every cap. A larger exponent would be Infinity, and Infinity times 0 is NaN.
      return Math.max(backoff.baseMs, least) * Math.min(backoff.factor ** (retry - 1), 1e300);
    case 'linear':
      return Math.max(backoff.baseMs, least) + backoff.stepMs * (retry - 1);
    case 'constant':
      return Math.max(backoff.delayMs, least);
    case 'list':
      return Math.max(backoff.delaysMs[Math.min(retry, backoff.delaysMs.length) - 1]!, least);
  }
}
