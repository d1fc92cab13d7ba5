/** Which time limit ends an attempt first, and which of the assumed percentiles it cuts off. */

import {latencyCdf} from '../../src/math/attempt-latency.ts';
import type {LatencyQuantiles} from '../../src/policy/types.ts';
import {formatShare} from './format.ts';

export interface TimeLimit {
  readonly path: 'attemptTimeoutMs' | 'deadlineMs';
  readonly what: string;
  readonly name: string;
  readonly ms: number;
}

/** The shorter limit: the attempt timeout or the deadline. */
export function shorterLimit(attemptTimeoutMs: number | null, deadlineMs: number | null): TimeLimit {
  const attemptMs = attemptTimeoutMs ?? Infinity;
  const callMs = deadlineMs ?? Infinity;
  return attemptMs <= callMs
    ? {path: 'attemptTimeoutMs', what: 'An attempt', name: 'attempt timeout', ms: attemptMs}
    : {path: 'deadlineMs', what: 'A call', name: 'deadline', ms: callMs};
}

export interface Percentile {
  readonly name: 'p50' | 'p95' | 'p99';
  readonly ms: number;
  /** Share of the responses above it. */
  readonly slower: number;
}

/** The lowest percentile above the limit; undefined where the percentiles contradict each other. */
export function cutPercentile({p50, p95, p99}: LatencyQuantiles, limitMs: number): Percentile | undefined {
  const stated = [
    {name: 'p50', ms: p50, slower: 0.5},
    {name: 'p95', ms: p95, slower: 0.05},
    {name: 'p99', ms: p99, slower: 0.01},
  ].filter((percentile): percentile is Percentile => percentile.ms !== undefined);
  if (stated.some(({ms}, index) => index > 0 && ms < stated[index - 1]!.ms)) return undefined;
  return stated.find(({ms}) => limitMs < ms);
}

/** The share of the responses above the limit. */
export function formatLost(latencies: LatencyQuantiles, limitMs: number, {slower}: Percentile): string {
  const cdf = latencyCdf(latencies);
  return cdf === undefined ? `at least ${formatShare(slower)}` : formatShare(1 - cdf(limitMs));
}
