/** The predicted numbers of one candidate. */

import {type CallPrediction, predictCall, waitsOf} from '../math/call-latency.ts';
import type {AttemptFailure, AttemptModel} from '../math/round.ts';
import {undisturbedMs} from '../math/timeline.ts';
import type {Waited} from '../math/waited.ts';
import {defaultPolicy} from '../policy/defaults.ts';
import type {Backoff} from '../policy/types.ts';
import {ASSUMED_PER_SECOND, type Candidate, mayRepeat, type PlanRequest} from './request.ts';

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
  /** `maxLoadRatio` of the policy: the most hedges per call. */
  readonly hedgeLimit: number;
  /** Share of the wanted retries and hedges that the default retry budget grants. */
  readonly grantedRatio: number;
  /** How far the shares above may be from those of the engine: more where the budget or the limit of hedges refuses. */
  readonly uncertainty: number;
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

/** In test/plan/verdicts.test.ts, hundreds of random policies differ by no more. */
const UNCERTAIN = 0.001;
/** Refusals come in runs: a bucket that is empty refuses the next retry, too. */
const UNCERTAIN_REFUSED = 0.01;
/** A hedge that is refused leads to retries, which take the tokens of the next hedge. */
const UNCERTAIN_HEDGES = 0.1;

function uncertaintyOf({grantedRatio, meanHedges, wantedHedges}: CallPrediction): number {
  const isSure = grantedRatio >= 0.999 && meanHedges >= 0.999 * wantedHedges;
  if (isSure) return UNCERTAIN;
  return wantedHedges > 0 && grantedRatio < 0.95 ? UNCERTAIN_HEDGES : UNCERTAIN_REFUSED;
}

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
    const {budget} = defaultPolicy;
    const rps = call.perSecond ?? ASSUMED_PER_SECOND;
    const settings = {
      attempts,
      deadlineMs,
      backoff,
      throttled: false,
      budget,
      rps,
      maxLoadOf: (wanted: number) => hedgeLimit(wanted, rps),
    };
    const predicted = predictCall({...attempt, ...settings, hedgeMs: hedgeMs ?? undefined}, this.#waitsFor(settings));
    const unsent = service.failures.reduce((sum, {ratio, isUnsent}) => sum + (isUnsent ? ratio : 0), 0);
    return {
      ...candidate,
      successRatio: predicted.successRatio,
      meanAttempts: predicted.meanAttempts,
      paidAttempts: predicted.meanAttempts * (1 - unsent),
      meanHedges: predicted.meanHedges,
      hedgeLimit: hedgeLimit(predicted.wantedHedges, rps),
      grantedRatio: predicted.grantedRatio,
      uncertainty: uncertaintyOf(predicted),
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

/** Room for chance above the wanted share: half of it, and three standard deviations of a window of 10 s. Less than half. */
function hedgeLimit(wanted: number, rps: number): number {
  const calls = 10 * rps;
  const most = Math.max(1.5 * wanted, wanted + 3 * Math.sqrt(wanted / calls) + 1 / calls);
  return Math.min(0.45, Math.ceil(100 * most) / 100);
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
