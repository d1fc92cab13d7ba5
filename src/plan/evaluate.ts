/** The predicted numbers of one candidate. */

import {grantedShare} from '../math/budget.ts';
import {type CallPrediction, predictCall, waitsOf} from '../math/call-latency.ts';
import type {AttemptFailure, AttemptModel} from '../math/round.ts';
import {undisturbedMs} from '../math/timeline.ts';
import type {Waited} from '../math/waited.ts';
import {defaultPolicy} from '../policy/defaults.ts';
import type {Backoff} from '../policy/types.ts';
import {type Candidate, mayRepeat, type PlanRequest} from './request.ts';

/** A candidate with its predicted numbers. Latencies are in milliseconds, and Infinity where too few calls succeed. */
export interface Plan extends Candidate {
  /** Share of calls that succeed within the deadline. */
  readonly successRatio: number;
  /** Attempts per call, hedges included: the load on the service. */
  readonly meanAttempts: number;
  /** Attempts per call that the server may have worked for. */
  readonly paidAttempts: number;
  /** Hedges per call. */
  readonly meanHedges: number;
  /** Share of the wanted retries and hedges that the default retry budget grants. */
  readonly grantedRatio: number;
  /** Requests that one call causes when every attempt fails, retries of other layers included. */
  readonly amplification: number;
  /** The longest duration of a call. */
  readonly worstMs: number;
  /** P(a call has succeeded within `ms`). */
  cdf(ms: number): number;
  /** The latency below which a share of all calls succeeds. */
  quantile(share: number): number;
}

/** The search needs no more than success to 1e-4, and takes as much less time. */
const WAIT_CELLS = 128;

/** Evaluates the candidates of one request. Candidates with the same backoff and attempts share the distribution of their waits. */
export class Evaluation {
  readonly #request: PlanRequest;
  readonly #waits = new Map<string, readonly Waited[]>();

  constructor(request: PlanRequest) {
    this.#request = request;
  }

  plan(candidate: Candidate): Plan {
    const {service, call, objective} = this.#request;
    const {attempts, hedgeMs} = candidate;
    const {deadlineMs} = objective;
    const attempt = attemptModel(candidate, this.#request);
    const backoff = backoffOf(candidate);
    const grantedRatio = grantedShare(defaultPolicy.budget, {
      attempts,
      failureRatio: retriedRatio(attempt),
      rps: call.perSecond,
    });
    const settings = {attempts, deadlineMs, backoff, throttled: false, granted: grantedRatio};
    const predicted = predictCall({...attempt, ...settings, hedgeMs: hedgeMs ?? undefined}, this.#waitsFor(settings));
    const unsent = service.failures.reduce((sum, {ratio, isUnsent}) => sum + (isUnsent ? ratio : 0), 0);
    return {
      ...candidate,
      successRatio: predicted.successRatio,
      meanAttempts: predicted.meanAttempts,
      paidAttempts: predicted.meanAttempts * (1 - unsent),
      meanHedges: predicted.meanHedges,
      grantedRatio: hedgeMs === null || isAffordable(predicted, attempt, call.perSecond) ? grantedRatio : 0,
      amplification: attempts * objective.otherAttempts,
      worstMs: Math.min(
        deadlineMs,
        undisturbedMs({backoff, attemptTimeoutMs: candidate.attemptTimeoutMs}, attempts, false),
      ),
      cdf: predicted.cdf,
      quantile: memoized(predicted.quantile),
    };
  }

  #waitsFor(settings: Parameters<typeof waitsOf>[0]): readonly Waited[] {
    const {backoff, attempts} = settings;
    const key = JSON.stringify([backoff, attempts]);
    const known = this.#waits.get(key) ?? waitsOf(settings, WAIT_CELLS);
    this.#waits.set(key, known);
    return known;
  }
}

/** A quantile is found by bisection, and compared many times. */
function memoized(quantile: (share: number) => number): (share: number) => number {
  const known = new Map<number, number>();
  return share => {
    const found = known.get(share) ?? quantile(share);
    known.set(share, found);
    return found;
  };
}

function attemptModel({attempts, attemptTimeoutMs}: Candidate, {service, call}: PlanRequest): AttemptModel {
  const repeats = mayRepeat(call);
  return {
    attemptTimeoutMs: attemptTimeoutMs ?? Number.POSITIVE_INFINITY,
    latency: service.latency,
    failures: service.failures.map(({ratio, afterMs, isUnsent}): AttemptFailure => {
      return {ratio, afterMs, isRetried: attempts > 1 && (repeats || isUnsent)};
    }),
    hangRatio: service.hangRatio,
    retriesTimeouts: attempts > 1 && repeats,
  };
}

/** The backoff doubles from its base, and has the default cap. */
export function backoffOf({baseMs, jitter}: Pick<Candidate, 'baseMs' | 'jitter'>): Backoff {
  const {backoff} = defaultPolicy;
  if (backoff.kind !== 'exponential') throw new TypeError('The default backoff is not exponential.');
  return {...backoff, baseMs, jitter};
}

/** Share of the attempts after which the call is retried. */
function retriedRatio({failures, hangRatio, retriesTimeouts, attemptTimeoutMs, latency}: AttemptModel): number {
  const failed = failures.reduce((sum, {ratio}) => sum + ratio, 0);
  const retried = failures.reduce((sum, {ratio, isRetried}) => sum + (isRetried ? ratio : 0), 0);
  const timedOut = hangRatio + (1 - failed - hangRatio) * (1 - latency(attemptTimeoutMs));
  return retried + (retriesTimeouts ? timedOut : 0);
}

/**
 * Whether the default budget grants every hedge in steady state. A hedge costs as much as a retry, and its cost is never refunded; only a
 * call that succeeds by its first attempt alone adds a token.
 */
function isAffordable(predicted: CallPrediction, attempt: AttemptModel, perSecond: number | undefined): boolean {
  const {budget} = defaultPolicy;
  if (budget?.kind !== 'token-bucket') return true;
  const {meanAttempts, meanHedges, firstTryRatio} = predicted;
  const failedRetries = (meanAttempts - meanHedges - 1) * retriedRatio(attempt);
  const refill = perSecond ? budget.refillPerMinute / 60 / perSecond : 0;
  return budget.retryCost * (meanHedges + failedRetries) <= firstTryRatio + refill;
}
