/** One attempt of a call with its hedge, if there is one: how likely it succeeds after some time, and how long its failures take. */

import type {Cdf} from './attempt-latency.ts';

/** Attempts that fail before their timeout: an error response, or a refused connection. */
export interface AttemptFailure {
  /** Share of all attempts. */
  readonly ratio: number;
  /** From the start of the attempt to its failure. May be 0. */
  readonly afterMs: number;
  /** Whether the call is retried after it. */
  readonly isRetried: boolean;
}

/** The latency and the failures of one attempt. */
export interface AttemptModel {
  /** Infinity for no timeout. */
  readonly attemptTimeoutMs: number;
  /** The latency of a successful attempt. */
  readonly latency: Cdf;
  readonly failures: readonly AttemptFailure[];
  /** Share of attempts that never get a response. */
  readonly hangRatio: number;
  /** Whether the call is retried after a timeout. */
  readonly retriesTimeouts: boolean;
}

/** A failed round after which the call is retried. */
export interface FailedRound {
  readonly ratio: number;
  readonly afterMs: number;
  /** 2 if the attempt was hedged. */
  readonly attempts: 1 | 2;
}

export interface Round {
  /** P(the round has succeeded after `ms`). */
  readonly answeredAfter: Cdf;
  readonly failed: readonly FailedRound[];
  /** Infinity for a round without a hedge. */
  readonly hedgeMs: number;
  /** Share of the rounds whose attempt is still in flight after `hedgeMs`, whether its hedge is granted or not. */
  readonly hedgedRatio: number;
}

/**
 * @param hedgeMs When a hedge is sent beside an attempt in flight; undefined for none.
 * @param granted Share of these hedges that is granted. The attempt of a refused one goes on alone.
 */
export function roundOf(model: AttemptModel, hedgeMs: number | undefined, granted = 1): Round {
  const {attemptTimeoutMs, latency} = model;
  const answered = model.failures.reduce((left, {ratio}) => left - ratio, 1 - model.hangRatio);
  const answeredAfter = (ms: number): number => answered * latency(Math.min(ms, attemptTimeoutMs));
  const failures = failuresOf(model, answered);
  const single = failures.filter(({isRetried}) => isRetried).map(failure => ({...failure, attempts: 1 as const}));
  if (hedgeMs === undefined || hedgeMs >= attemptTimeoutMs)
    return {answeredAfter, failed: single, hedgeMs: Infinity, hedgedRatio: 0};
  const early = single.filter(({afterMs}) => afterMs <= hedgeMs);
  const late = single.filter(({afterMs}) => afterMs > hedgeMs);
  const alone = late.map(failure => ({...failure, ratio: failure.ratio * (1 - granted)}));
  const both = late.flatMap(first => single.map(hedge => bothFailed(first, hedge, hedgeMs, granted)));
  const soon = answeredAfter(hedgeMs);
  const hedgedRatio = early.reduce((left, {ratio}) => left - ratio, 1 - soon);
  return {
    // A hedged round has not succeeded while neither of its two attempts has. They are independent.
    answeredAfter: ms =>
      ms <= hedgeMs
        ? answeredAfter(ms)
        : soon + hedgedRatio - (hedgedRatio - answeredAfter(ms) + soon) * (1 - granted * answeredAfter(ms - hedgeMs)),
    failed: [...early, ...(granted < 1 ? alone : []), ...both],
    hedgeMs,
    hedgedRatio,
  };
}

/** The last of the two failures ends the round. */
const bothFailed = (first: AttemptFailure, hedge: AttemptFailure, hedgeMs: number, granted: number): FailedRound => ({
  ratio: first.ratio * hedge.ratio * granted,
  afterMs: Math.max(first.afterMs, hedgeMs + hedge.afterMs),
  attempts: 2,
});

/** The failures of an attempt, its timeout among them. Without an attempt timeout, nothing follows an attempt that hangs. */
function failuresOf(model: AttemptModel, answered: number): AttemptFailure[] {
  const {attemptTimeoutMs, failures, hangRatio, latency, retriesTimeouts: isRetried} = model;
  const early = failures.filter(({afterMs}) => afterMs < attemptTimeoutMs);
  if (attemptTimeoutMs === Infinity) return early;
  const late = failures.filter(({afterMs}) => afterMs >= attemptTimeoutMs);
  const timedOut = late.reduce((sum, {ratio}) => sum + ratio, hangRatio + answered * (1 - latency(attemptTimeoutMs)));
  return [...early, {ratio: timedOut, afterMs: attemptTimeoutMs, isRetried}];
}
