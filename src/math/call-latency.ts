/**
 * The latency of a call, its probability of success and its number of attempts, from the latency and the failures of one attempt.
 *
 * An attempt succeeds, fails after a fixed time, or times out. Attempt i starts after the durations of the i − 1 failures before it and
 * after the waits between them. The durations and the waits are independent, so
 *
 *   P(success by t) = Σ_i Σ_d P(i − 1 failures take d) · ∫ s · F(min(t − u, T, D − u)) dP(u = d + waits)
 *
 * where s is the share of attempts that respond with success, F the distribution of the latency of a response, T the attempt timeout and D
 * the deadline. The share e = h + s · (1 − F(T)) times out, where h is the share that never responds. An attempt starts only if
 * LEAST_ATTEMPT_MS are left, as in the client. A failed call counts as slower than any latency.
 */

import {LEAST_ATTEMPT_MS} from '../core/limits.ts';
import type {Backoff} from '../policy/types.ts';
import type {Cdf} from './attempt-latency.ts';
import {type Waited, waitedBefore} from './waited.ts';

/** Attempts that fail before their timeout: an error response, or a refused connection. */
export interface AttemptFailure {
  /** Share of all attempts. */
  readonly ratio: number;
  /** From the start of the attempt to its failure. May be 0. */
  readonly afterMs: number;
}

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
  readonly failures: readonly AttemptFailure[];
  /** Share of attempts that never get a response. */
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
  const {attemptTimeoutMs, deadlineMs, latency} = model;
  const answered = answeredRatio(model);
  const cdf = (ms: number): number => {
    let sum = 0;
    for (const start of starts) {
      sum += start.weight * answered * answeredBy(ms, start, attemptTimeoutMs, deadlineMs, latency);
    }
    return sum;
  };
  const successRatio = cdf(Number.POSITIVE_INFINITY);
  const meanAttempts = starts.reduce((sum, start) => sum + start.weight * sentInTime(start, deadlineMs), 0);
  return {successRatio, meanAttempts, cdf, quantile: share => quantileOf(cdf, share, successRatio)};
}

/** Share of attempts that respond with success, if they have the time. */
const answeredRatio = ({failures, hangRatio}: CallModel): number =>
  failures.reduce((left, {ratio}) => left - ratio, 1 - hangRatio);

/** Attempts that start after the same number of attempts, whose failures took the same time. */
interface Start {
  /** The probability of these failures, without a deadline. */
  readonly weight: number;
  /** The duration of the failures before it. */
  readonly atMs: number;
  readonly waited: Waited;
  /** The first attempt is sent even if the deadline is shorter than LEAST_ATTEMPT_MS. */
  readonly isFirst: boolean;
}

function startsOf(model: CallModel): Start[] {
  const {attempts, backoff, throttled, deadlineMs} = model;
  const retried = retriedFailures(model);
  const waits = waitedBefore(backoff, Math.min(attempts, MOST_ATTEMPTS), throttled, deadlineMs);
  const starts: Start[] = [];
  let durations: ReadonlyMap<number, number> = new Map([[0, 1]]);
  for (const [before, waited] of waits.entries()) {
    for (const [atMs, weight] of durations) starts.push({weight, atMs, waited, isFirst: before === 0});
    durations = afterFailure(durations, retried, deadlineMs - LEAST_ATTEMPT_MS);
  }
  return starts;
}

/** The failures after which the call is retried, a timeout among them. */
function retriedFailures(model: CallModel): AttemptFailure[] {
  const {attemptTimeoutMs, deadlineMs, failures, granted} = model;
  const early = failures.filter(({afterMs}) => afterMs < attemptTimeoutMs);
  const retried = model.retriesFailures ? early : [];
  // Without an attempt timeout, no attempt follows one that hangs.
  const timed =
    model.retriesTimeouts && attemptTimeoutMs < deadlineMs
      ? [{ratio: timedOutRatio(model), afterMs: attemptTimeoutMs}]
      : [];
  return [...retried, ...timed].map(({ratio, afterMs}) => ({ratio: ratio * granted, afterMs}));
}

/** Share of attempts that are still in flight at their timeout. */
function timedOutRatio(model: CallModel): number {
  const {attemptTimeoutMs, failures, hangRatio, latency} = model;
  const late = failures.reduce((sum, {ratio, afterMs}) => sum + (afterMs < attemptTimeoutMs ? 0 : ratio), 0);
  return hangRatio + late + answeredRatio(model) * (1 - latency(attemptTimeoutMs));
}

/**
 * The total duration of one failure more, with its probability, as far as another attempt can follow.
 *
 * @param latestMs The last time at which an attempt may start.
 */
function afterFailure(
  durations: ReadonlyMap<number, number>,
  failures: readonly AttemptFailure[],
  latestMs: number,
): Map<number, number> {
  const next = new Map<number, number>();
  for (const [beforeMs, weight] of durations) {
    for (const {ratio, afterMs} of failures) {
      const atMs = beforeMs + afterMs;
      if (atMs <= latestMs) next.set(atMs, (next.get(atMs) ?? 0) + weight * ratio);
    }
  }
  for (const [atMs, weight] of next) if (weight <= NEGLIGIBLE) next.delete(atMs);
  return next;
}

/** P(the attempt has started and succeeded after `ms`), over all its possible start times. */
function answeredBy(ms: number, start: Start, timeoutMs: number, deadlineMs: number, latency: Cdf): number {
  const {stepMs, mass} = start.waited;
  let sum = 0;
  for (let cell = 0; cell < mass.length; cell++) {
    const here = mass[cell]!;
    if (here === 0) continue;
    const startMs = start.atMs + cell * stepMs;
    if (startMs > ms || isTooLate(start, startMs, deadlineMs)) break;
    sum += here * latency(Math.min(ms - startMs, timeoutMs, deadlineMs - startMs));
  }
  return sum;
}

/** P(the attempt starts before the deadline forbids it), given the failures before it. */
function sentInTime(start: Start, deadlineMs: number): number {
  const {stepMs, mass} = start.waited;
  let sum = 0;
  for (let cell = 0; cell < mass.length; cell++) {
    if (isTooLate(start, start.atMs + cell * stepMs, deadlineMs)) break;
    sum += mass[cell]!;
  }
  return sum;
}

const isTooLate = ({isFirst}: Start, startMs: number, deadlineMs: number): boolean =>
  !isFirst && startMs + LEAST_ATTEMPT_MS > deadlineMs;

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
