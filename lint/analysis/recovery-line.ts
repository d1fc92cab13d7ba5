/** How calls wait in the line of an adaptive breaker for the end of an outage. */

import {LEAST_ATTEMPT_MS} from '../../src/core/limits.ts';
import {meanLatencyMs} from '../../src/math/attempt-latency.ts';
import type {AdaptiveBreaker, Policy} from '../../src/policy/types.ts';
import {isSetHere, mostSpecific, type Scope} from '../model/scope.ts';
import {inFlight} from './places.ts';

/** The breaker, if its calls may wait. */
export const waitingBreaker = ({breaker}: Policy): AdaptiveBreaker | undefined =>
  breaker?.kind === 'adaptive' && breaker.maxWaitMs > 0 ? breaker : undefined;

/** The calls that wait. */
export interface RecoveryLine {
  /** Places. */
  readonly queue: number;
  /** The longest wait of a call. */
  readonly waitMs: number;
  /** Calls that may wait at once in a line of any length, without their retries. */
  readonly most: number;
}

export function recoveryLine(policy: Policy, rps: number): RecoveryLine {
  const {maxWaitMs = 0, queue = 0} = waitingBreaker(policy) ?? {};
  const {latencyMs} = policy.objective?.assume ?? {};
  // A call waits longer than maxWaitMs by the time that the probe before it usually takes.
  const limitMs = policy.attemptTimeoutMs ?? Infinity;
  const usualMs = meanLatencyMs(latencyMs, limitMs) ?? Math.min(latencyMs?.p50 ?? 0, limitMs);
  const waitMs = maxWaitMs === 0 ? 0 : Math.min(Math.round(maxWaitMs + usualMs), waitableMs(policy));
  return {queue, waitMs, most: inFlight(rps, waitMs)};
}

/**
 * How long the deadline lets a call wait, in ms; 0 if not at all. The rest is for an attempt after the wait. A timeout that grows with the output
 * leaves less.
 */
function waitableMs({attemptTimeoutMs, deadlineMs}: Policy): number {
  if (deadlineMs === null) return Infinity;
  const ms = deadlineMs - LEAST_ATTEMPT_MS - Math.min(attemptTimeoutMs ?? Infinity, deadlineMs / 2);
  return Math.max(0, Math.floor(ms));
}

/** A wait for the end of an outage that the deadline ends earlier. */
export interface UnreachableWait {
  /** What calls do instead, as a sentence. */
  readonly text: string;
  /** 0: no call waits. */
  readonly longestMs: number;
}

/** @returns undefined where calls can wait for `maxWaitMs`, or the linted file does not set it. */
export function unreachableWait(scope: Scope): UnreachableWait | undefined {
  const {policy, words} = scope;
  const {maxWaitMs = 0, queue = 0} = waitingBreaker(policy) ?? {};
  const {deadlineMs} = policy;
  const longestMs = waitableMs(policy);
  if (deadlineMs === null || queue === 0 || maxWaitMs <= longestMs + LEAST_ATTEMPT_MS) return undefined;
  // A shorter deadline of a route ends the waits of its own calls only.
  const isSetLast = mostSpecific(scope, 'breaker.maxWaitMs', 'attemptTimeoutMs', 'deadlineMs') === 'breaker.maxWaitMs';
  if (!isSetLast || !isSetHere(scope, 'breaker.maxWaitMs')) return undefined;
  const longest =
    longestMs === 0
      ? `none waits, because the deadline of ${words.ms(deadlineMs)} leaves time for an attempt only`
      : `the longest wait is ${words.ms(longestMs)}, which leaves an attempt ${words.ms(deadlineMs - longestMs)} of the deadline`;
  return {text: `No call waits ${words.ms(maxWaitMs)} for the end of an outage: ${longest}.`, longestMs};
}
