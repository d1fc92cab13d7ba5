/** The numbers that a breaker requires before it opens. */
import type {AdaptiveBreaker, ConsecutiveBreaker, RatioBreaker} from './types.ts';

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

/** A run of failures that chance explains so seldom is an outage. */
const CHANCE = 1e-6;
const LONGEST_RUN = 200;

/**
 * Failures in a row that open an adaptive breaker.
 *
 * @param shortest The number where failures are rare.
 * @param mean     Mean length of the runs of failures between two successes.
 */
export function failuresToOpen(shortest: number, mean: number): number {
  const likely = Math.log(CHANCE) / Math.log(mean / (1 + mean));
  return Math.max(shortest, Math.min(LONGEST_RUN, Math.ceil(likely)));
}

/** The mean length of runs rises by so much of the difference, and falls by so much. */
export const MEAN_RISE: number = 1 / 16;
export const MEAN_FALL: number = 1 / 128;

/** Between two probes: an eighth of the time for which the breaker has been open. */
const GAP_SHARE = 1 / 8;
/** Probes are at most so large a share of the attempts that are asked for. */
const PROBES_OF_DEMAND = 1 / 50;

/**
 * The time between two probes of an adaptive breaker, without its random part.
 *
 * @param openMs   How long it has been open.
 * @param demandMs The mean time between two attempts that are asked for.
 */
export function probeGapMs(
  {minProbeMs, maxProbeMs}: Pick<AdaptiveBreaker, 'minProbeMs' | 'maxProbeMs'>,
  openMs: number,
  demandMs: number,
): number {
  const gapMs = Math.min(openMs * GAP_SHARE, demandMs / PROBES_OF_DEMAND);
  return Math.min(maxProbeMs, Math.max(minProbeMs, gapMs));
}

/** Failed probes that open a half-open breaker again: the share, or the run, that opens a closed breaker. */
export function failedProbesToOpen(breaker: OpenTimeBreaker): number {
  const {probes} = breaker;
  return breaker.kind === 'ratio'
    ? Math.max(1, Math.ceil(probes * breaker.failureRatio - 1e-9))
    : Math.min(probes, breaker.failures);
}
