/** Confidence intervals of success ratios, of the difference of two of them, and of percentiles. Level: 95 %. */

/** The bounds of a confidence interval. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Pairs of calls by their outcome. */
export interface PairCounts {
  readonly bothSucceeded: number;
  readonly onlyFirst: number;
  readonly onlySecond: number;
  readonly bothFailed: number;
}

/** The 97.5th percentile of the normal distribution. */
const Z = 1.959963984540054;

/**
 * The score interval of a ratio. It stays within 0 and 1, and is right for few calls and for ratios near 0 and 1 too.
 *
 * @param total At least 1.
 * @see Wilson (1927), Probable inference, the law of succession, and statistical inference, JASA 22.
 */
export function wilson(succeeded: number, total: number): Interval {
  const ratio = succeeded / total;
  const square = Z ** 2 / total;
  const middle = (ratio + square / 2) / (1 + square);
  const half = (Z * Math.sqrt((ratio * (1 - ratio)) / total + square / (4 * total))) / (1 + square);
  // Rounding moves no bound past the ratio: of 0 successes the lower one is 0.
  return {low: Math.max(0, Math.min(ratio, middle - half)), high: Math.min(1, Math.max(ratio, middle + half))};
}

/**
 * The interval of the second ratio minus the first one, for pairs. Outcomes of a pair resemble each other in an outage that meets both,
 * which makes the interval narrower; if they do not, it is the interval for independent samples.
 *
 * @param counts At least one pair.
 * @see Newcombe (1998), Improved confidence intervals for the difference between binomial proportions based on paired data, Statistics in
 *   Medicine 17:2635–2650, method 10.
 */
export function newcombePaired(counts: PairCounts): Interval {
  const {bothSucceeded, onlyFirst, onlySecond, bothFailed} = counts;
  const total = bothSucceeded + onlyFirst + onlySecond + bothFailed;
  const [first, second] = [bothSucceeded + onlyFirst, bothSucceeded + onlySecond];
  const difference = (second - first) / total;
  const correlation = phi(counts, total);
  const [ofFirst, ofSecond] = [wilson(first, total), wilson(second, total)];
  const half = (a: number, b: number): number => Math.sqrt(Math.max(0, a ** 2 - 2 * correlation * a * b + b ** 2));
  return {
    low: difference - half(second / total - ofSecond.low, ofFirst.high - first / total),
    high: difference + half(ofSecond.high - second / total, first / total - ofFirst.low),
  };
}

/** Ranks of sorted values, from 1. null: the values are too few for a bound on this side. */
export interface QuantileRanks {
  readonly low: number | null;
  readonly high: number | null;
}

/**
 * The values, by their ranks, between which the quantile lies, whatever the distribution is: each side is missed by at most 2.5 %.
 *
 * @param quantile Between 0 and 1.
 * @see Hahn and Meeker (1991), Statistical Intervals, section 5.2.
 */
export function quantileRanks(total: number, quantile: number): QuantileRanks {
  let low: number | null = null;
  // The chance that `below` values are smaller than the quantile, as a logarithm since it may be less than any number, and that at most so many are.
  let logarithm = total * Math.log1p(-quantile);
  let atMost = 0;
  for (let below = 0; below < total; below++) {
    atMost += Math.exp(logarithm);
    if (atMost <= 0.025) low = below + 1;
    if (atMost >= 0.975) return {low, high: below + 1};
    logarithm += Math.log(((total - below) / (below + 1)) * (quantile / (1 - quantile)));
  }
  return {low, high: null};
}

/** The correlation of the outcomes of a pair, with Newcombe's correction for continuity where it is positive. */
function phi({bothSucceeded, onlyFirst, onlySecond, bothFailed}: PairCounts, total: number): number {
  const margins =
    (bothSucceeded + onlyFirst) * (onlySecond + bothFailed) * (bothSucceeded + onlySecond) * (onlyFirst + bothFailed);
  if (margins === 0) return 0;
  const product = bothSucceeded * bothFailed - onlyFirst * onlySecond;
  return (product > 0 ? Math.max(0, product - total / 2) : product) / Math.sqrt(margins);
}
