/** When a retrier gives up: after so many attempts, or after so long. */

import type {Span} from '../../source/tree.ts';
import type {Retrier} from './retrier.ts';
import {attemptsWithin, meanS, type Waits} from './waits.ts';

export interface Limits {
  /** Undefined where it is not known; Infinity where their number ends nothing. */
  readonly attempts: number | undefined;
  readonly attemptsAt?: Span | undefined;
  /** From the first attempt. Undefined where it is not known; Infinity where time ends nothing. */
  readonly seconds: number | undefined;
  readonly secondsAt?: Span | undefined;
}

/** A time that allows no more attempts is a limit like any other; so is one in which waits grow to a second. */
const FEW = 20;
const LONG_S = 1;

/** @param waits Undefined where they are not known. */
export function setLimits(retrier: Retrier, limits: Limits, waits: Waits | undefined): void {
  const {attempts, attemptsAt, seconds, secondsAt} = limits;
  retrier.set('maxAttempts', isCut(limits, waits) ? undefined : attempts, attemptsAt ?? secondsAt);
  if (seconds === undefined || Number.isFinite(seconds))
    retrier.set('deadlineMs', seconds && seconds * 1000, secondsAt);
  else if (secondsAt !== undefined) retrier.set('deadlineMs', null, secondsAt);
}

/** Whether the time may end before the attempts do, so that their number is not known. */
function isCut({attempts = Infinity, seconds}: Limits, waits: Waits | undefined): boolean {
  if (seconds === undefined) return attempts === Infinity;
  if (seconds === Infinity) return false;
  if (waits === undefined) return true;
  const fit = attemptsWithin(waits, seconds);
  return attempts === Infinity ? fit <= FEW || meanS(waits, FEW) >= LONG_S : fit < attempts;
}
