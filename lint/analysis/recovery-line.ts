/** How calls wait in the line of an adaptive breaker for the end of an outage. */

import {LEAST_ATTEMPT_MS} from '../../src/core/limits.ts';
import {meanLatencyMs} from '../../src/math/attempt-latency.ts';
import type {AdaptiveBreaker, Policy} from '../../src/policy/types.ts';
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
  const usualMs = meanLatencyMs(latencyMs, policy.attemptTimeoutMs ?? Infinity) ?? latencyMs?.p50 ?? 0;
  const waitMs = maxWaitMs === 0 ? 0 : Math.min(Math.round(maxWaitMs + usualMs), waitableMs(policy));
  return {queue, waitMs, most: inFlight(rps, waitMs)};
}

/**
 * How long the deadline lets a call wait, in ms; 0 if not at all. The rest is for an attempt after the wait. A timeout that grows with the output
 * leaves less.
 */
export function waitableMs({attemptTimeoutMs, deadlineMs}: Policy): number {
  if (deadlineMs === null) return Infinity;
  const ms = deadlineMs - LEAST_ATTEMPT_MS - Math.min(attemptTimeoutMs ?? Infinity, deadlineMs / 2);
  return Math.max(0, Math.floor(ms));
}
