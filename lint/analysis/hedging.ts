/** How many attempts a hedge is for, as far as the policy says. */

import type {Policy} from '../../src/policy/types.ts';
import {latencyLaw} from '../math/attempt-latency.ts';

export interface HedgedShare {
  /** Of the attempts: those that are still in flight when the hedge is due. */
  readonly share: number;
  /** False where only the median is known, so that it is at least this share. */
  readonly isExact: boolean;
}

/** @returns undefined without a hedge, and where the delay cannot be compared with a latency. */
export function hedgedShareOf({hedge, objective}: Policy): HedgedShare | undefined {
  if (hedge?.quantile !== undefined) return {share: 1 - hedge.quantile, isExact: true};
  if (hedge?.delayMs === undefined) return undefined;
  if (hedge.delayMs === 0) return {share: 1, isExact: true};
  const quantiles = objective?.assume?.latencyMs;
  const law = latencyLaw(quantiles);
  if (law !== undefined) return {share: 1 - law(hedge.delayMs), isExact: true};
  return quantiles?.p50 !== undefined && hedge.delayMs <= quantiles.p50 ? {share: 0.5, isExact: false} : undefined;
}
