/** The worst service that measured attempts leave possible: objectives are judged by it, not by the shares that happened to be measured. */

import {statedQuantiles} from '../latency.ts';
import type {ServiceModel} from '../request.ts';

/** Standard deviations of a 95 % interval. */
const Z = 1.96;

/**
 * The lower bound of a share, with 95 % confidence.
 *
 * @param share Measured, from 0 to 1.
 * @param count Of the measured attempts.
 * @see E. B. Wilson, "Probable inference, the law of succession, and statistical inference" (1927)
 */
export function lowerBound(share: number, count: number): number {
  const square = Z ** 2 / count;
  const spread = Z * Math.sqrt((share * (1 - share)) / count + square / (4 * count));
  return Math.max(0, (share + square / 2 - spread) / (1 + square));
}

/**
 * The service in which fewer attempts succeed by each time, as far as so many measured attempts leave it possible: of 30 attempts without a
 * failure, 11.4 % may fail. The attempts that are then missing fail as the measured failures do; without one, they never answer, because a
 * latency above the highest one that was measured is as possible.
 *
 * @param measured What the attempts gave.
 * @param count    How many were measured.
 */
export function boundedService(measured: ServiceModel, count: number): ServiceModel {
  const {failures, hangRatio} = measured;
  const failed = failures.reduce((sum, {ratio}) => sum + ratio, hangRatio);
  const succeeded = 1 - failed;
  const least = lowerBound(succeeded, count);
  const factor = failed === 0 ? 0 : (1 - least) / failed;
  const latency = (ms: number): number => Math.min(1, lowerBound(succeeded * measured.latency(ms), count) / least);
  return {
    latency,
    quantiles: statedQuantiles(latency),
    failures: failures.map(failure => ({...failure, ratio: failure.ratio * factor})),
    hangRatio: failed === 0 ? 1 - least : hangRatio * factor,
  };
}
