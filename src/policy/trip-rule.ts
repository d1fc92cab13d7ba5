/** The numbers that a breaker requires before it opens. */
import type {ConsecutiveBreaker, RatioBreaker} from './types.ts';

/** A breaker that is open for a time, and then sends some probes. */
export type OpenTimeBreaker = RatioBreaker | ConsecutiveBreaker;

/**
 * The evidence that `minCalls: "auto"` requires, in bits: that of 20 failures in a row. At a true failure share of half of
 * `failureRatio`, or less, chance collects this much in at most one of 2^20 starts (Wald's sequential probability ratio test).
 */
const EVIDENCE_BITS = 20;

/** Opens when `all >= least`, `failed >= all * ratio` and `failed - (all - failed) * against >= bits`. */
export interface TripRule {
  readonly ratio: number;
  readonly least: number;
  readonly bits: number;
  /** Bits that an attempt takes away if it has not failed. A failure adds 1: it is twice as likely at the ratio as at half of it. */
  readonly against: number;
}

/** A number of `minCalls` is used as given, without a test of evidence. */
export function tripRule({failureRatio: ratio, minCalls}: RatioBreaker): TripRule {
  if (minCalls !== 'auto') return {ratio, least: minCalls, bits: 0, against: 0};
  // At a ratio of 1 the share alone decides.
  const against = ratio === 1 ? 0 : Math.log2((1 - ratio / 2) / (1 - ratio));
  return {ratio, least: EVIDENCE_BITS, bits: EVIDENCE_BITS, against};
}

/** The fewest attempts that open the breaker if exactly `ratio` of them fail. */
export function attemptsAtRatio({ratio, least, bits, against}: TripRule): number {
  return Math.max(least, Math.ceil(bits / (ratio - (1 - ratio) * against)));
}

/** Failed probes that open a half-open breaker again: the share, or the run, that opens a closed breaker. */
export function failedProbesToOpen(breaker: OpenTimeBreaker): number {
  const {probes} = breaker;
  return breaker.kind === 'ratio'
    ? Math.max(1, Math.ceil(probes * breaker.failureRatio - 1e-9))
    : Math.min(probes, breaker.failures);
}
