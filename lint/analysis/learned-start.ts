/** The first seconds of a learned quota, while its rate is below the traffic. */

import {isSetHere, type Scope} from '../model/scope.ts';
import {inFlight} from './places.ts';

export interface LearnedStart {
  /** Calls per second that come. */
  readonly rps: number;
  /** Requests per second that the quota admits at first. */
  readonly perSecond: number;
  /** The most that wait at once, and how long the last of them waits. Both would be so without a bound. */
  readonly calls: number;
  readonly waitMs: number;
  /** What ends their wait, for a message; '' where all of them may wait. */
  readonly bound: string;
}

/**
 * While calls wait, each admitted attempt adds one to the rate r, so that r · eᵗ were sent after t seconds, and rps · t came. The difference is greatest where
 * eᵗ = rps / r: then rps · (ln(rps / r) − 1) calls wait. The longest wait is that of the calls of the first second: ln(rps / r) − 1 s.
 *
 * @returns undefined where the file sets no such quota, the traffic is not known or spread over accounts, or all wait for less than a second.
 */
export function learnedStart(scope: Scope): LearnedStart | undefined {
  const {quota, objective, deadlineMs} = scope.policy;
  const rps = objective?.assume?.rps;
  if (quota === null || rps === undefined || !quota.learn || !isSetHere(scope, 'quota')) return undefined;
  const {maxWaitMs, per, queue, startPerSecond: perSecond} = quota;
  if (perSecond === null || per.length > 0) return undefined;
  const waitMs = Math.floor((Math.log(rps / perSecond) - 1) * 1000);
  const calls = Math.floor(inFlight(rps, waitMs));
  const mostMs = Math.min(maxWaitMs, deadlineMs ?? Infinity);
  if (waitMs <= 0) return undefined;
  const bound =
    calls > queue
      ? `the queue holds ${queue}`
      : waitMs > mostMs
        ? `no call may wait longer than ${scope.dialect.words.ms(mostMs)}`
        : '';
  if (bound === '' && waitMs < 1000) return undefined;
  return {rps, perSecond, calls, waitMs, bound: bound && `, but ${bound}: others are refused`};
}
