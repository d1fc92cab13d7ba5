/** What a breaker asks for before it opens, in numbers. */
import type {Breaker, RatioBreaker} from './types.ts';

/**
 * The evidence that `minCalls: "auto"` asks for, in bits: as much as 20 failures in a row are. Where the true share is half of
 * `failureRatio`, or less, it comes together by chance once in 2^20 starts (Wald's sequential probability ratio test).
 */
const EVIDENCE_BITS = 20;

/** Opens when `all >= least`, `failed >= all * ratio` and `failed - (all - failed) * against >= bits`. */
export interface TripRule {
  readonly ratio: number;
  readonly least: number;
  readonly bits: number;
  /** The bits that an attempt takes away that has not failed. A failure adds one: it is twice as likely under the ratio as under half of it. */
  readonly against: number;
}

/** A number of `minCalls` is taken at its word. */
export function tripRule({failureRatio: ratio, minCalls}: RatioBreaker): TripRule {
  if (minCalls !== 'auto') return {ratio, least: minCalls, bits: 0, against: 0};
  // Where all have to fail, the share alone decides.
  const against = ratio === 1 ? 0 : Math.log2((1 - ratio / 2) / (1 - ratio));
  return {ratio, least: EVIDENCE_BITS, bits: EVIDENCE_BITS, against};
}

/** The fewest attempts that open it where exactly `ratio` of them fail. */
export function attemptsAtRatio({ratio, least, bits, against}: TripRule): number {
  return Math.max(least, Math.ceil(bits / (ratio - (1 - ratio) * against)));
}

/** How many probes have to fail for a half-open breaker to open again: the share, or the run, that opens a closed one. */
export function failedProbesToOpen(breaker: Breaker): number {
  const {probes} = breaker;
  return breaker.kind === 'ratio'
    ? Math.max(1, Math.ceil(probes * breaker.failureRatio - 1e-9))
    : Math.min(probes, breaker.failures);
}
