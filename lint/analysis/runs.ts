/** Runs of consecutive random failures. */

import {MEAN_FALL, MEAN_RISE} from '../../src/policy/trip-rule.ts';

/**
 * The mean number of attempts until `failures` in a row have failed, each with the same probability: (1 − p^k) / ((1 − p) · p^k).
 *
 * @param failureRatio Below 1.
 */
export function attemptsUntilRun(failures: number, failureRatio: number): number {
  const run = failureRatio ** failures;
  return (1 - run) / ((1 - failureRatio) * run);
}

/**
 * The mean length of runs that an adaptive breaker learns, if attempts fail at random: where what raises it and what lowers it are equal.
 *
 * @param failureRatio Below 1.
 */
export function learnedRun(failureRatio: number): number {
  const mean = failureRatio / (1 - failureRatio);
  let least = 0;
  let most = mean * (MEAN_RISE / MEAN_FALL);
  while (most - least > 1e-6 * most) {
    const middle = (least + most) / 2;
    const length = Math.ceil(middle);
    // Runs have a length of k and more with a probability of p^k.
    const above = failureRatio ** length * (length - middle + mean);
    if (above * MEAN_RISE > (above + middle - mean) * MEAN_FALL) least = middle;
    else most = middle;
  }
  return most;
}
