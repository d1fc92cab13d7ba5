/** Runs of random failures. */

/**
 * Attempts, on average, until so many in a row have failed, each by the same chance: (1 − p^k) / ((1 − p) · p^k).
 *
 * @param failureRatio Below 1.
 */
export function attemptsUntilRun(failures: number, failureRatio: number): number {
  const run = failureRatio ** failures;
  return (1 - run) / ((1 - failureRatio) * run);
}
