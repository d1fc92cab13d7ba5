/**
 * The latency of a call, its probability of success and its number of attempts, from the latency and the failures of one attempt.
 *
 * An attempt succeeds, fails at once, or times out. So attempt i starts at k · T plus the waits before it, if k of the i − 1 attempts
 * before it timed out, and
 *
 *   P(success by t) = Σ_i Σ_k C(i−1, k) · f^(i−1−k) · e^k · ∫ s · F(min(t − u, T, D − u)) dP(u = k · T + waits)
 *
 * where f is the share that fails at once, h the share that never responds, s = 1 − f − h, F the distribution of the latency of a response,
 * and e = h + s · (1 − F(T)) the share that times out. An attempt starts only if LEAST_ATTEMPT_MS are left, as in the client. A failed call
 * counts as slower than any latency.
 */

import {LEAST_ATTEMPT_MS} from '../core/limits.ts';
import type {Backoff} from '../policy/types.ts';
import type {Cdf} from './attempt-latency.ts';
import {type Waited, waitedBefore} from './waited.ts';

/** The settings of calls, and the assumed latency and failures. */
export interface CallModel {
  readonly attempts: number;
  /** Infinity for no timeout. */
  readonly attemptTimeoutMs: number;
  readonly deadlineMs: number;
  readonly backoff: Backoff;
  /** Whether the failures that are retried are throttled responses. */
  readonly throttled: boolean;
  /** The latency of a successful attempt. */
  readonly latency: Cdf;
  /** Share of attempts that fail at once, and share of attempts that never get a response. */
  readonly failureRatio: number;
  readonly hangRatio: number;
  /** Whether a failure is retried, and whether a timeout is. */
  readonly retriesFailures: boolean;
  readonly retriesTimeouts: boolean;
  /** Share of the retries that the budget grants. */
  readonly granted: number;
}

export interface CallPrediction {
  readonly successRatio: number;
  /** The mean number of attempts per call, which is the load on the server. */
  readonly meanAttempts: number;
  /** P(the call has succeeded after `ms`). */
  readonly cdf: Cdf;
  /** The latency below which a share of all calls succeeds; Infinity if fewer calls succeed. */
  quantile(share: number): number;
}

/** Later attempts do not change the shown result. */
const MOST_ATTEMPTS = 24;
const NEGLIGIBLE = 1e-7;

export function predictCall(model: CallModel): CallPrediction {
  const starts = startsOf(model);
  const {attemptTimeoutMs, deadlineMs, latency, failureRatio, hangRatio} = model;
  const good = 1 - failureRatio - hangRatio;
  const cdf = (ms: number): number => {
    let sum = 0;
    for (const {weight, atMs, waited} of starts) {
      sum += weight * good * answeredBy(ms, atMs, waited, attemptTimeoutMs, deadlineMs, latency);
    }
    return sum;
  };
  const successRatio = cdf(Number.POSITIVE_INFINITY);
  const meanAttempts = starts.reduce(
    (sum, {weight, atMs, waited}) => sum + weight * inTime(atMs, waited, deadlineMs),
    0,
  );
  return {successRatio, meanAttempts, cdf, quantile: share => quantileOf(cdf, share, successRatio)};
}

/** Attempts that start after the same number of attempts and of timeouts. */
interface Start {
  /** The probability of this number of attempts and timeouts, without a deadline. */
  readonly weight: number;
  /** The duration of the timeouts before it. */
  readonly atMs: number;
  readonly waited: Waited;
}

function startsOf(model: CallModel): Start[] {
  const {attemptTimeoutMs, deadlineMs, latency, failureRatio, hangRatio, granted} = model;
  const timedOut = hangRatio + (1 - failureRatio - hangRatio) * (1 - latency(attemptTimeoutMs));
  const [failed, timed] = [
    model.retriesFailures ? failureRatio * granted : 0,
    // Without an attempt timeout, no attempt follows one that hangs.
    model.retriesTimeouts && attemptTimeoutMs < deadlineMs ? timedOut * granted : 0,
  ];
  const attempts = Math.min(model.attempts, MOST_ATTEMPTS);
  const waits = waitedBefore(model.backoff, attempts, model.throttled, deadlineMs);
  return waits.flatMap((waited, before) =>
    Array.from({length: before + 1}, (_, timeouts) => ({
      weight: choose(before, timeouts) * failed ** (before - timeouts) * timed ** timeouts,
      atMs: timeouts === 0 ? 0 : timeouts * attemptTimeoutMs,
      waited,
    })).filter(({weight, atMs}) => weight > NEGLIGIBLE && atMs + LEAST_ATTEMPT_MS <= Math.max(deadlineMs, 50)),
  );
}

/** P(the attempt has started and succeeded after `ms`), over all its possible start times. */
function answeredBy(
  ms: number,
  atMs: number,
  {stepMs, mass}: Waited,
  timeoutMs: number,
  deadlineMs: number,
  latency: Cdf,
): number {
  let sum = 0;
  for (let cell = 0; cell < mass.length; cell++) {
    const here = mass[cell]!;
    if (here === 0) continue;
    const startMs = atMs + cell * stepMs;
    if (startMs > ms) break;
    if (isTooLate(startMs, deadlineMs)) break;
    sum += here * latency(Math.min(ms - startMs, timeoutMs, deadlineMs - startMs));
  }
  return sum;
}

function inTime(atMs: number, {stepMs, mass}: Waited, deadlineMs: number): number {
  let sum = 0;
  for (let cell = 0; cell < mass.length && !isTooLate(atMs + cell * stepMs, deadlineMs); cell++) sum += mass[cell]!;
  return sum;
}

/** The first attempt is sent even if the deadline is shorter. */
const isTooLate = (startMs: number, deadlineMs: number): boolean =>
  startMs > 0 && startMs + LEAST_ATTEMPT_MS > deadlineMs;

function quantileOf(cdf: Cdf, share: number, successRatio: number): number {
  if (share > successRatio) return Number.POSITIVE_INFINITY;
  let high = 1;
  while (cdf(high) < share && high < 1e12) high *= 2;
  let low = 0;
  while (high - low > Math.max(0.05, high * 1e-5)) {
    const middle = (low + high) / 2;
    if (cdf(middle) < share) low = middle;
    else high = middle;
  }
  return high;
}

function choose(n: number, k: number): number {
  let result = 1;
  for (let index = 1; index <= k; index++) result = (result * (n - k + index)) / index;
  return result;
}
