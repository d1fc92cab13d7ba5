/** The latency of one successful attempt, from the few quantiles that are usually known. */

import type {LatencyQuantiles} from '../policy/types.ts';

/** P(latency ≤ ms). */
export type Cdf = (ms: number) => number;

/** The quantiles of the standard normal distribution. */
const DEVIATIONS = {p50: 0, p95: 1.6448536269514722, p99: 2.3263478740408408} as const;

/** A known quantile of a latency: P(latency ≤ ms) = share, above 0 and below 1. */
export interface Quantile {
  readonly share: number;
  readonly ms: number;
}

/** One quantile: its standard normal deviate z, and ln(latency in milliseconds). */
interface Knot {
  readonly z: number;
  readonly log: number;
}

interface Curve {
  readonly knots: readonly Knot[];
  readonly maxMs: number;
}

/**
 * A curve through the quantiles: ln(latency) is piecewise linear in z. With two quantiles this is a lognormal distribution, the usual one
 * for latencies.
 *
 * @returns undefined if fewer than two of p50, p95 and p99 are known, or if they do not increase.
 */
function curveOf(quantiles: LatencyQuantiles | undefined): Curve | undefined {
  const knots = (['p50', 'p95', 'p99'] as const).flatMap(name => {
    const ms = quantiles?.[name];
    return ms === undefined ? [] : [{z: DEVIATIONS[name], log: Math.log(ms)}];
  });
  return curveThrough(knots, quantiles?.max);
}

function curveThrough(knots: readonly Knot[], maxMs = Infinity): Curve | undefined {
  const rises = knots.every(({log}, index) => index === 0 || log > knots[index - 1]!.log);
  return knots.length < 2 || !rises || Math.log(maxMs) < knots.at(-1)!.log ? undefined : {knots, maxMs};
}

/**
 * The distribution function of the curve through these quantiles, which are in the order of their shares.
 *
 * @returns undefined if there are fewer than two, or if they do not increase.
 */
export function cdfThrough(quantiles: readonly Quantile[], maxMs?: number): Cdf | undefined {
  const knots = quantiles.map(({share, ms}) => ({z: deviateOf(share), log: Math.log(ms)}));
  const curve = curveThrough(knots, maxMs);
  return curve === undefined ? undefined : cdfOf(curve);
}

/** The distribution function of that curve; undefined without a curve. */
export function latencyCdf(quantiles: LatencyQuantiles | undefined): Cdf | undefined {
  const curve = curveOf(quantiles);
  return curve === undefined ? undefined : cdfOf(curve);
}

function cdfOf({knots, maxMs}: Curve): Cdf {
  return ms => {
    if (ms <= 0) return 0;
    if (ms >= maxMs) return 1;
    const log = Math.log(ms);
    // Beyond the outer knots, the curve is extrapolated linearly.
    const index = knots.findIndex((knot, at) => at > 0 && (log < knot.log || at === knots.length - 1));
    const [before, after] = [knots[index - 1]!, knots[index]!];
    if (isStep(before, after) && (log < before.log || log > after.log)) return log < before.log ? 0 : 1;
    return normalCdf(before.z + ((log - before.log) / (after.log - before.log)) * (after.z - before.z));
  };
}

/** From a steeper piece nothing is extrapolated: it is the step between two kinds of requests, as between hits and misses of a cache. */
const STEEPEST = 10;

const isStep = (before: Knot, after: Knot): boolean => after.log - before.log > STEEPEST * (after.z - before.z);

/** Durations below count as this much, in ms: 0 has no logarithm. */
const LEAST_MS = 0.001;

/**
 * The inverse of `cdfThrough`: the latency that a share of the attempts does not exceed, by the same curve.
 *
 * @param quantiles One or more, in the order of their shares, which may be 0 and 1: next to these the curve is a straight line. Latencies may
 *   be equal, and 0.
 */
export function latencyAtThrough(quantiles: readonly Quantile[]): (share: number) => number {
  const inner = quantiles.filter(({share}) => share > 0 && share < 1);
  const knots = inner.map(({share, ms}) => ({z: deviateOf(share), log: Math.log(Math.max(ms, LEAST_MS))}));
  const [least, most] = [quantiles.find(({share}) => share === 0), quantiles.find(({share}) => share === 1)];
  return share => {
    const above = quantiles.findIndex(quantile => quantile.share >= share);
    const [low, high] = above < 0 ? [quantiles.at(-1), undefined] : [quantiles[above - 1], quantiles[above]!];
    const isStraight = low !== undefined && high !== undefined && (low === least || high === most);
    if (isStraight) return low.ms + ((share - low.share) / (high.share - low.share)) * (high.ms - low.ms);
    if (low === undefined && high!.share === share) return high!.ms;
    // Beyond the outer knots, the curve is extrapolated from the last piece.
    const end = high === undefined ? knots.length - 1 : Math.max(1, inner.indexOf(high));
    const [before, after] = [knots[end - 1], knots[end]];
    if (before === undefined || after === undefined) return (low ?? high!).ms;
    const isOutside = low === undefined || high === undefined;
    if (isOutside && isStep(before, after)) return (low ?? high!).ms;
    const z = deviateOf(share);
    return Math.exp(before.log + ((z - before.z) / (after.z - before.z)) * (after.log - before.log));
  };
}

/**
 * The mean of min(latency, capMs) under that curve, in milliseconds. A linear piece ln(latency) = a + b·z has the partial mean
 * exp(a + b²/2) · (Φ(z₁ − b) − Φ(z₀ − b)). Latencies above the cap count as the cap.
 *
 * @returns undefined without a curve, as for `latencyCdf`.
 */
export function meanLatencyMs(quantiles: LatencyQuantiles | undefined, capMs: number): number | undefined {
  const curve = curveOf(quantiles);
  if (curve === undefined) return undefined;
  const {knots} = curve;
  const limitMs = Math.min(capMs, curve.maxMs);
  let mean = 0;
  for (let index = 1; index < knots.length; index++) {
    const [before, after] = [knots[index - 1]!, knots[index]!];
    const slope = (after.log - before.log) / (after.z - before.z);
    const start = before.log - slope * before.z;
    const from = index === 1 ? Number.NEGATIVE_INFINITY : before.z;
    const end = index === knots.length - 1 ? Infinity : after.z;
    const to = Math.min(end, (Math.log(limitMs) - start) / slope);
    if (to > from) mean += Math.exp(start + slope ** 2 / 2) * (normalCdf(to - slope) - normalCdf(from - slope));
    // The cap is on this piece, so every slower response counts as the cap.
    if (to < end) return mean + limitMs * (1 - normalCdf(Math.max(from, to)));
  }
  return mean;
}

/** The standard normal distribution function Φ(z), to seven digits. @see M. Abramowitz, I. Stegun, Handbook of Mathematical Functions, 26.2.17 */
export function normalCdf(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const tail =
    (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) *
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return z >= 0 ? 1 - tail : tail;
}

/**
 * The quantile of the standard normal distribution, to nine digits. @param share Above 0 and below 1.
 *
 * @see P. J. Acklam, "An algorithm for computing the inverse normal cumulative distribution function" (2003)
 */
export function deviateOf(share: number): number {
  if (share > 0.5) return -deviateOf(1 - share);
  if (share < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(share));
    return polynomial(TAIL, q) / (polynomial(TAIL_UNDER, q) * q + 1);
  }
  const q = share - 0.5;
  return (polynomial(MIDDLE, q * q) * q) / (polynomial(MIDDLE_UNDER, q * q) * q * q + 1);
}

const MIDDLE = [
  -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716, 2.506628277459239,
];
const MIDDLE_UNDER = [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572];
const TAIL = [
  -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
  2.938163982698783,
];
const TAIL_UNDER = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416];

const polynomial = (coefficients: readonly number[], x: number): number =>
  coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);

/** Below this, a quantile counts as 0. */
const LEAST_QUANTILE = 1e-9;

/**
 * The smallest value at which an increasing function from 0 on reaches a share.
 *
 * @param precision Of the result. By default 0.05, but a thousandth of values below 50 and a relative 1e-5 of large values.
 */
export function quantileOf(cdf: Cdf, share: number, precision = 0.05): number {
  let high = 1;
  while (cdf(high) < share && high < 1e12) high *= 2;
  let low = 0;
  const enough = (value: number): number =>
    Math.max(Math.min(precision, value * 1e-3), value * 1e-5 * (precision / 0.05));
  while (high - low > enough(high) && high > LEAST_QUANTILE) {
    const middle = (low + high) / 2;
    if (cdf(middle) < share) low = middle;
    else high = middle;
  }
  return high;
}
