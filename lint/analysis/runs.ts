/** Runs of consecutive random failures. */

/**
 * The mean number of attempts until `failures` in a row have failed, each with the same probability: (1 − p^k) / ((1 − p) · p^k).
 *
 * @param failureRatio Below 1.
 */
export function attemptsUntilRun(failures: number, failureRatio: number): number {
  const run = failureRatio ** failures;
  return (1 - run) / ((1 - failureRatio) * run);
}
