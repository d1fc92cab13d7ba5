/** Random durations by a law. */
import type {Random} from '../../core/random.ts';
import {latencyAtThrough} from '../../math/attempt-latency.ts';
import type {CumulativePoint, Latency, QuantilePoint} from '../scenario/types.ts';

/** Draws one duration, in ms. */
export type Draw = () => number;

export function drawOf(law: Latency, random: Random): Draw {
  switch (law.kind) {
    case 'fixed':
      return () => law.ms;
    case 'normal':
      return () => Math.abs(law.meanMs + law.sdMs * standardNormal(random));
    case 'lognormal':
      return () => law.medianMs * Math.exp(law.sigma * standardNormal(random));
    case 'exponential':
      return () => exponential(law.meanMs, random);
    case 'pareto':
      return () => law.minMs / (1 - random()) ** (1 / law.shape);
    case 'quantiles':
      return quantilesDraw(law.points, random);
    case 'cumulative':
      return cumulativeDraw(law.points, random);
  }
}

/** Exponentially distributed with this mean. */
export const exponential = (mean: number, random: Random): number => -mean * Math.log(1 - random());

/** @see G. E. P. Box, M. E. Muller, "A Note on the Generation of Random Normal Deviates" (1958) */
const standardNormal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** By the curve with which `steadfetch plan` calculates. */
function quantilesDraw(points: readonly QuantilePoint[], random: Random): Draw {
  const at = latencyAtThrough(points.map(({quantile, ms}) => ({share: quantile, ms})));
  // A share of 0 has no deviate.
  return () => at(Math.max(random(), 1e-12));
}

/** By straight lines between the points, the last of which has a share of 1. */
function cumulativeDraw(points: readonly CumulativePoint[], random: Random): Draw {
  return () => {
    const drawn = random();
    const index = points.findIndex(({share}) => share > drawn);
    const from = points[index - 1] ?? {ms: 0, share: 0};
    const to = points[index]!;
    return from.ms + ((to.ms - from.ms) * (drawn - from.share)) / (to.share - from.share);
  };
}
