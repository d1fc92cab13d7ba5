/** What chance does to the numbers of a simulation: the mean over runs with different seeds, and its 95 % interval. */

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
