/** The settings that are searched where the user names none. */

import {LEAST_ATTEMPT_MS} from '../core/limits.ts';
import {type Cdf, quantileOf} from '../math/attempt-latency.ts';
import {type Candidate, JITTERS, type SearchSpace} from './request.ts';

/** An attempt timeout at a lower quantile gives up on one good answer in five. */
const TIMEOUT_QUANTILES = [0.8, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99, 0.995, 0.999];
/** A hedge at a lower quantile adds more than 10 % load. */
const HEDGE_QUANTILES = [0.9, 0.95, 0.99];
const BASES = [1, 2, 5, 10, 25, 50, 100, 200, 500, 1000, 2000, 5000];
/** The least base is a seventh of the median, or this: retries of a fast service may come soon, and those of a slow one have to where time is short. */
const LEAST_BASE = 25;
const OF_MEDIAN = 1 / 7;
/** retry-lint reports more than 5. */
const MOST_ATTEMPTS = 5;
/** A longer wait before the first retry leaves too little time for the retry. */
const MOST_OF_DEADLINE = 0.25;

/** @param maxAttempts As far as the amplification allows. */
export function defaultSpace(latency: Cdf, deadlineMs: number, maxAttempts: number): SearchSpace {
  const at = (shares: readonly number[]): number[] =>
    distinct(shares.map(share => roundUp(quantileOf(latency, share)))).filter(ms => ms < deadlineMs);
  const timeouts = withTimeForRetry(at(TIMEOUT_QUANTILES), deadlineMs);
  const leastMs = Math.max(1, Math.min(LEAST_BASE, quantileOf(latency, 0.5) * OF_MEDIAN));
  const least = BASES.findLast(ms => ms <= leastMs)!;
  const bases = BASES.filter(ms => ms >= least && ms <= deadlineMs * MOST_OF_DEADLINE);
  return {
    attempts: Array.from({length: Math.max(1, Math.min(MOST_ATTEMPTS, maxAttempts))}, (_, index) => index + 1),
    // Responses that are nearly all slower than the deadline leave only its half.
    attemptTimeouts: timeouts.length > 0 ? timeouts : [Math.max(1, Math.round(deadlineMs / 2))],
    bases: bases.length > 0 ? bases : [least],
    jitters: JITTERS,
    hedges: [null, ...at(HEDGE_QUANTILES)],
  };
}

/** Beside timeouts after which no retry is sent, the longest one that leaves time for it. */
function withTimeForRetry(timeouts: readonly number[], deadlineMs: number): readonly number[] {
  const longestMs = deadlineMs - LEAST_ATTEMPT_MS;
  const isShort = longestMs > 0 && timeouts.some(ms => ms > longestMs) && !timeouts.includes(longestMs);
  return isShort ? [...timeouts, longestMs].sort((a, b) => a - b) : timeouts;
}

/** To 50 between 100 and 1000, to 500 between 1000 and 10,000: a number that a person would write. */
function roundUp(ms: number): number {
  const step = Math.max(1, 10 ** Math.floor(Math.log10(ms)) / 2);
  return Math.ceil(ms / step) * step;
}

const distinct = (numbers: readonly number[]): number[] => [...new Set(numbers)];

/** Every combination that differs in what it does. A call with one attempt has no timeout, wait or hedge. */
export function candidatesOf(space: SearchSpace, deadlineMs: number, mayHedge: boolean): Candidate[] {
  const found: Candidate[] = [];
  for (const attempts of space.attempts) {
    const isOne = attempts === 1;
    for (const attemptTimeoutMs of isOne ? [null] : space.attemptTimeouts) {
      for (const hedgeMs of isOne || !mayHedge ? [null] : space.hedges) {
        if (hedgeMs !== null && hedgeMs >= Math.min(attemptTimeoutMs ?? deadlineMs, deadlineMs)) continue;
        for (const jitter of isOne ? space.jitters.slice(0, 1) : space.jitters) {
          for (const baseMs of isOne ? space.bases.slice(0, 1) : space.bases) {
            found.push({attempts, attemptTimeoutMs, baseMs, jitter, hedgeMs});
          }
        }
      }
    }
  }
  return found;
}
