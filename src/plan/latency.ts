/** The latency of a successful attempt: from quantiles, from a lognormal distribution, or from measured values. */

import {type Cdf, cdfThrough, normalCdf, type Quantile, quantileOf} from '../math/attempt-latency.ts';
import type {LatencyQuantiles} from '../policy/types.ts';
import {PlanInputError} from './input-error.ts';

/** @throws PlanInputError if there are fewer than two quantiles, or if they do not increase. */
export function latencyThrough(quantiles: readonly Quantile[], maxMs?: number): Cdf {
  const sorted = [...quantiles].sort((a, b) => a.share - b.share);
  const cdf = cdfThrough(sorted, maxMs);
  if (cdf === undefined) {
    const given = sorted.map(({share, ms}) => `p${Number((share * 100).toFixed(3))} ${ms} ms`).join(', ') || 'none';
    throw new PlanInputError(`The latency needs two quantiles or more that increase, got ${given}.`);
  }
  return cdf;
}

/** @param sigma The standard deviation of ln(latency). Above 0. */
export const lognormalLatency =
  (medianMs: number, sigma: number): Cdf =>
  ms =>
    ms <= 0 ? 0 : normalCdf(Math.log(ms / medianMs) / sigma);

/** The shares whose quantiles are taken from measured values. */
const SHARES = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9999];
/** A quantile is known if so many values are beyond it on either side. */
const FEWEST_BEYOND = 5;
/** With fewer, no quantile above p75 would be known. */
export const FEWEST_VALUES = 20;

/**
 * A curve through the quantiles of measured values. Beyond the highest quantile that the number of values supports, the curve continues
 * as a lognormal distribution.
 *
 * @param values In milliseconds, in any order. Values of 0 count as 0.001 ms.
 * @throws PlanInputError with fewer than 20 values, or if all are equal.
 */
export function measuredLatency(values: readonly number[]): Cdf {
  const count = values.length;
  if (count < FEWEST_VALUES) {
    const message = `A latency needs at least ${FEWEST_VALUES} measured attempts that succeeded, got ${count}.`;
    throw new PlanInputError(message);
  }
  const sorted = new Float64Array(values).sort();
  const known: Quantile[] = [];
  for (const share of SHARES) {
    if (Math.min(share, 1 - share) * count < FEWEST_BEYOND) continue;
    const ms = Math.max(sorted[Math.ceil(share * count) - 1]!, 0.001);
    // The highest share of equal quantiles counts.
    if (ms === known.at(-1)?.ms) known.pop();
    known.push({share, ms});
  }
  return latencyThrough(known);
}

/** The quantiles that a policy states, rounded to a tenth of a millisecond. */
export function statedQuantiles(cdf: Cdf, maxMs?: number): LatencyQuantiles {
  const at = (share: number): number => Math.max(0.1, Math.round(quantileOf(cdf, share, 0.01) * 10) / 10);
  return {p50: at(0.5), p95: at(0.95), p99: at(0.99), ...(maxMs === undefined ? {} : {max: maxMs})};
}

const CELLS = 4096;

/** The same function, read from a table up to the horizon. The search reads it millions of times. */
export function tabulated(cdf: Cdf, horizonMs: number): Cdf {
  const stepMs = horizonMs / CELLS;
  const table = Float64Array.from({length: CELLS + 2}, (_, cell) => cdf(cell * stepMs));
  return ms => {
    if (ms <= 0) return 0;
    if (ms > horizonMs) return cdf(ms);
    const cell = Math.floor(ms / stepMs);
    const low = table[cell]!;
    return low + (table[cell + 1]! - low) * (ms / stepMs - cell);
  };
}
