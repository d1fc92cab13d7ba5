/** Share of the attempts that are due for a hedge. */

import {latencyCdf} from '../../src/math/attempt-latency.ts';
import type {Policy} from '../../src/policy/types.ts';

export interface HedgedShare {
  /** Share of the attempts that are still in flight after the hedge delay. */
  readonly share: number;
  /** False where only the median is known; the real share is then at least this. */
  readonly isExact: boolean;
}

/** @returns undefined without a hedge, or if no latency is assumed for the delay. */
export function hedgedShareOf({hedge, objective}: Policy): HedgedShare | undefined {
  if (hedge?.quantile !== undefined) return {share: 1 - hedge.quantile, isExact: true};
  if (hedge?.delayMs === undefined) return undefined;
  if (hedge.delayMs === 0) return {share: 1, isExact: true};
  const quantiles = objective?.assume?.latencyMs;
  const cdf = latencyCdf(quantiles);
  if (cdf !== undefined) return {share: 1 - cdf(hedge.delayMs), isExact: true};
  return quantiles?.p50 !== undefined && hedge.delayMs <= quantiles.p50 ? {share: 0.5, isExact: false} : undefined;
}
