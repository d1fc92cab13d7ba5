/** The waits of a backoff, before jitter. Closed forms: no call is made, no clock is asked. */

import {backoffMs} from '../../src/decide/backoff.ts';
import type {Backoff} from '../../src/policy/types.ts';

/**
 * The longest wait before a resend, in milliseconds: what jitter "none" waits, and what full jitter stays below.
 *
 * @param resend 1 for the first.
 * @param throttled After a 429, a 529 or a 503 with a hint.
 */
export const plannedMs = (backoff: Backoff, resend: number, throttled: boolean): number =>
  backoffMs({...backoff, jitter: 'none'}, resend, throttled, 0, () => 0);
