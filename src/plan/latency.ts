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
 * The distribution of measured values: between them nothing is assumed, so that fast and slow requests stay apart. Beyond the highest
 * quantile that the number of values supports, a curve through their quantiles continues as a lognormal distribution.
 *
 * @param values In milliseconds, in any order. Values of 0 count as 0.001 ms.
 * @throws PlanInputError with fewer than 20 values.
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
    const ms = Math.max(sorted[Math.ceil(share * count) - 1]!, LEAST_MS);
    // The highest share of equal quantiles counts.
    if (ms === known.at(-1)?.ms) known.pop();
    known.push({share, ms});
  }
  const measured = shareWithin(sorted);
  const tail = cdfThrough(known) ?? measured;
  const highestMs = known.at(-1)!.ms;
  const below = measured(highestMs);
  return ms => {
    if (ms <= highestMs) return measured(ms);
    const share = tail(ms);
    // After a step the curve goes on at 1, but slower values may have been measured.
    return Math.max(below, share < 1 ? share : measured(ms));
  };
}

/** Durations below have no logarithm that says anything. */
const LEAST_MS = 0.001;

/** The share of the values that are at most so long. */
function shareWithin(sorted: Float64Array): Cdf {
  return ms => {
    if (ms < LEAST_MS) return 0;
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (sorted[middle]! <= ms) low = middle + 1;
      else high = middle;
    }
    return low / sorted.length;
  };
}

/** The quantiles that a policy states, rounded to a tenth of a millisecond. Equal ones are a tenth apart: a policy needs them to increase. */
export function statedQuantiles(cdf: Cdf, maxMs?: number): LatencyQuantiles {
  const tenths = (share: number, least: number): number =>
    Math.max(least, Math.round(quantileOf(cdf, share, 0.01) * 10));
  const p50 = tenths(0.5, 1);
  const p95 = tenths(0.95, p50 + 1);
  const p99 = tenths(0.99, p95 + 1);
  return {p50: p50 / 10, p95: p95 / 10, p99: p99 / 10, ...(maxMs === undefined ? {} : {max: maxMs})};
}

const CELLS = 4096;
/** Latencies beyond this share of the attempts, on either side, are not in the table. */
const LEFT_OUT = 1e-4;

/**
 * The same function, read from a table. The search reads it millions of times. The cells are equally wide in ln(latency) and lie where the
 * answers are: a table up to the deadline would say nothing of a fast service that has a long one.
 */
export function tabulated(cdf: Cdf): Cdf {
  const lowMs = quantileOf(cdf, LEFT_OUT) / 2;
  const highMs = quantileOf(cdf, 1 - LEFT_OUT) * 2;
  const perLog = CELLS / Math.log(highMs / lowMs);
  const table = Float64Array.from({length: CELLS + 2}, (_, cell) => cdf(lowMs * Math.exp(cell / perLog)));
  return ms => {
    if (!(ms > lowMs && ms < highMs)) return cdf(ms);
    const at = Math.log(ms / lowMs) * perLog;
    const cell = Math.floor(at);
    const low = table[cell]!;
    return low + (table[cell + 1]! - low) * (at - cell);
  };
}
