/**
 * The latency of a call, its chance of success and the attempts it makes, from the latency and the failures of one attempt.
 *
 * An attempt answers well, fails at once, or takes until its timeout. So attempt i starts at k · T plus its waits, where k of the
 * i − 1 before it timed out, and
 *
 *   P(success by t) = Σ_i Σ_k C(i−1, k) · f^(i−1−k) · e^k · ∫ s · F(min(t − u, T, D − u)) dP(u = k · T + waits)
 *
 * with f the share that fails at once, e = h + s · (1 − F(T)) the share that times out, s = 1 − f − h, and F the law of an answer.
 * An attempt starts only if LEAST_ATTEMPT_MS are left, as in the client. Failed calls count as slower than any latency.
 */

import {LEAST_ATTEMPT_MS} from '../../src/core/limits.ts';
import type {Backoff} from '../../src/policy/types.ts';
import type {Cdf} from './attempt-latency.ts';
import {type Waited, waitedBefore} from './waited.ts';

/** How calls run, and what they meet. */
export interface CallModel {
  readonly attempts: number;
  /** Infinity for none. */
  readonly attemptTimeoutMs: number;
  readonly deadlineMs: number;
  readonly backoff: Backoff;
  /** The failures that are retried are throttled ones. */
  readonly throttled: boolean;
  /** Of an attempt that answers well. */
  readonly latency: Cdf;
  /** Share of attempts that fail at once, and of those that never answer. */
  readonly failureRatio: number;
  readonly hangRatio: number;
  /** Whether a failure, and a timeout, is sent again. */
  readonly retriesFailures: boolean;
  readonly retriesTimeouts: boolean;
  /** Share of the retries that the budget grants. */
  readonly granted: number;
}

export interface CallPrediction {
  readonly successRatio: number;
  /** Attempts a call makes on average: what the server gets for each call. */
  readonly meanAttempts: number;
  /** P(the call has succeeded by then). */
  readonly cdf: Cdf;
  /** The latency that a share of all calls stays below; Infinity where fewer succeed. */
  quantile(share: number): number;
}

/** Later attempts do not change the result visibly. */
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
  /** The chance of that history, were there no deadline. */
  readonly weight: number;
  /** What the timeouts before it took. */
  readonly atMs: number;
  readonly waited: Waited;
}

function startsOf(model: CallModel): Start[] {
  const {attemptTimeoutMs, deadlineMs, latency, failureRatio, hangRatio, granted} = model;
  const timedOut = hangRatio + (1 - failureRatio - hangRatio) * (1 - latency(attemptTimeoutMs));
  const [failed, timed] = [
    model.retriesFailures ? failureRatio * granted : 0,
    // Without an attempt timeout nothing follows an attempt that hangs.
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

/** P(the attempt has started and answered by then), over all the times it may start. */
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

/** The first attempt is sent however short the deadline is. */
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
