/** The latency of one attempt that succeeds, from the few quantiles that people know. */

import type {LatencyQuantiles} from '../../src/policy/types.ts';

/** P(latency ≤ ms). */
export type Cdf = (ms: number) => number;

/** Where the quantiles lie on a normal law. */
const DEVIATIONS = {p50: 0, p95: 1.6448536269514722, p99: 2.3263478740408408} as const;

/**
 * A curve through the quantiles: straight between ln(latency) and the deviations of a normal law. Through two quantiles that is a
 * lognormal law, the usual one for latencies; a third bends it.
 *
 * @returns undefined where fewer than two of p50, p95 and p99 are known, or where they do not rise.
 */
export function latencyLaw(quantiles: LatencyQuantiles | undefined): Cdf | undefined {
  const knots = (['p50', 'p95', 'p99'] as const).flatMap(name => {
    const ms = quantiles?.[name];
    return ms === undefined ? [] : [{z: DEVIATIONS[name], log: Math.log(ms)}];
  });
  const rises = knots.every(({log}, index) => index === 0 || log > knots[index - 1]!.log);
  const maxMs = quantiles?.max ?? Number.POSITIVE_INFINITY;
  if (knots.length < 2 || !rises || Math.log(maxMs) < knots.at(-1)!.log) return undefined;
  return ms => {
    if (ms <= 0) return 0;
    if (ms >= maxMs) return 1;
    const log = Math.log(ms);
    // Past its ends the curve goes on as straight as it came.
    const index = knots.findIndex((knot, at) => at > 0 && (log < knot.log || at === knots.length - 1));
    const [before, after] = [knots[index - 1]!, knots[index]!];
    return normalCdf(before.z + ((log - before.log) / (after.log - before.log)) * (after.z - before.z));
  };
}

/** Φ(z), to seven digits. @see M. Abramowitz, I. Stegun, Handbook of Mathematical Functions, 26.2.17 */
export function normalCdf(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const tail =
    (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) *
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return z >= 0 ? 1 - tail : tail;
}
