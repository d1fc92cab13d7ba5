/** How calls wait in the line of an adaptive breaker for the end of an outage. */

import {LEAST_ATTEMPT_MS} from '../../src/core/limits.ts';
import type {AdaptiveBreaker, Policy} from '../../src/policy/types.ts';
import type {Scope} from '../model/scope.ts';
import {inFlight} from './places.ts';
import {cutPercentile, formatLost} from './time-limit.ts';

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
  const waitMs = Math.min(maxWaitMs, policy.deadlineMs ?? Infinity);
  return {queue, waitMs, most: inFlight(rps, waitMs)};
}

/** What the longest wait leaves of a call. */
export interface RestOfCall {
  readonly ms: number;
  /** A clause with the share of the responses that take longer; empty if it is not known. */
  readonly slower: string;
  /** The longest wait that leaves time for an attempt. */
  readonly waitMs: number;
}

/** Share of the attempts. */
const MANY = 0.05;

/** @returns undefined where an attempt has enough time. */
export function shortRest({policy}: Scope): RestOfCall | undefined {
  const {deadlineMs, objective} = policy;
  const {maxWaitMs = 0, queue = 0} = waitingBreaker(policy) ?? {};
  if (deadlineMs === null || queue === 0) return undefined;
  const latencies = objective?.assume?.latencyMs ?? {};
  const ms = Math.max(LEAST_ATTEMPT_MS, deadlineMs - maxWaitMs);
  const cut = cutPercentile(latencies, ms);
  const isCut = cut !== undefined && cut.slower >= MANY;
  if (!isCut && maxWaitMs <= deadlineMs - LEAST_ATTEMPT_MS) return undefined;
  const {p50 = 0, p95 = 2 * p50, p99 = p95} = latencies;
  const waitMs = Math.floor(p99 > 0 ? deadlineMs - p99 : deadlineMs / 2);
  const slower = isCut ? `, and ${formatLost(latencies, ms, cut)} of the responses take longer` : '';
  return {ms, slower, waitMs};
}
