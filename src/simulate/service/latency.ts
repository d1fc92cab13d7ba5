/** Random durations by a law. */
import type {Random} from '../../core/random.ts';
import {latencyAtThrough} from '../../math/attempt-latency.ts';
import type {Latency} from '../scenario/types.ts';

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
  }
}

/** Exponentially distributed with this mean. */
export const exponential = (mean: number, random: Random): number => -mean * Math.log(1 - random());

/** @see G. E. P. Box, M. E. Muller, "A Note on the Generation of Random Normal Deviates" (1958) */
const standardNormal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

type Point = Extract<Latency, {readonly kind: 'quantiles'}>['points'][number];

/** By the curve with which `steadfetch plan` calculates. */
function quantilesDraw(points: readonly Point[], random: Random): Draw {
  const at = latencyAtThrough(points.map(({quantile, ms}) => ({share: quantile, ms})));
  // A share of 0 has no deviate.
  return () => at(Math.max(random(), 1e-12));
}
