/** What chance does to the numbers of a simulation: the mean over runs with different seeds, and its 95 % interval. */

import type {SimulationResult} from '../simulate/result.ts';

/** A mean, and between which values the true one lies with 95 % confidence. */
export interface RunInterval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** Quantiles of Student's t at 97.5 %, for 1 to 30 degrees of freedom; above, those of the normal distribution are near. */
const STUDENT = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11,
  2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];

/** @param values One of each run. Of a single one, the interval is the value. With an infinite one, all three are infinite. */
export function intervalOver(values: readonly number[]): RunInterval {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (count === 1 || !Number.isFinite(mean)) return {mean, low: mean, high: mean};
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
  const half = (STUDENT[count - 2] ?? 1.96) * Math.sqrt(variance / count);
  return {mean, low: mean - half, high: mean + half};
}

/**
 * The interval of the success over runs. That between the runs alone is too narrow where few calls fail: four runs without a failure are
 * all alike, and prove little. So it holds the score interval of all their calls, too. The one between the runs is the wider one where
 * the calls of a run resemble each other.
 *
 * @param runs One at least. Of a single one, the interval is its value.
 */
export function successInterval(
  runs: readonly Pick<SimulationResult, 'calls' | 'succeeded' | 'successRatio'>[],
): RunInterval {
  const between = intervalOver(runs.map(({successRatio}) => successRatio));
  const calls = runs.reduce((sum, run) => sum + run.calls, 0);
  if (runs.length === 1 || calls === 0) return between;
  const ofCalls = scoreInterval(runs.reduce((sum, {succeeded}) => sum + succeeded, 0) / calls, calls);
  return {
    mean: between.mean,
    low: Math.max(0, Math.min(between.low, ofCalls.low)),
    high: Math.min(1, Math.max(between.high, ofCalls.high)),
  };
}

/**
 * Wilson's score interval, as in `measure/confidence.ts`: two commands that share a module would add a file to the package.
 *
 * @param ratio Of the calls that succeeded.
 */
function scoreInterval(ratio: number, calls: number): {readonly low: number; readonly high: number} {
  const square = SCORE / calls;
  const middle = ratio + square / 2;
  const half = Math.sqrt(SCORE * ((ratio * (1 - ratio)) / calls + square / (4 * calls)));
  return {low: (middle - half) / (1 + square), high: (middle + half) / (1 + square)};
}

/** So many calls without a failure show a success of at least this share, with the same confidence. Infinity for 1. */
export const callsToShow = (share: number): number => Math.ceil((SCORE * share) / (1 - share));

/** The square of the 97.5th percentile of the normal distribution: of n calls without a failure the lower bound is n / (n + 3.84). */
const SCORE = 3.8415;
