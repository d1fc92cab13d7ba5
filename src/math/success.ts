/** How often a call succeeds, and how many attempts that takes, when attempts fail with a given chance. */

/** Attempts that fail independently: P(success) = 1 − p^n. */
export const successRatio = (attempts: number, failureRatio: number): number => 1 - failureRatio ** attempts;

/** The mean number of attempts per call: 1 + p + p² + … = (1 − p^n) / (1 − p), and n if every attempt fails. */
export const meanAttempts = (attempts: number, failureRatio: number): number =>
  failureRatio === 1 ? attempts : (1 - failureRatio ** attempts) / (1 - failureRatio);

/**
 * Attempts with correlated failures: for each call, the probability of failure is drawn from a Beta distribution with mean p, so that two
 * attempts of a call have the correlation ρ. P(all n fail) = ∏ (a + i) / (a + b + i) for i < n, with a + b = 1/ρ − 1 and a = p · (a + b).
 *
 * In an outage the attempts of a call are correlated: an attempt that follows a failure is likely to fail too. The formula for independent
 * attempts then predicts far too many successes.
 *
 * @param correlation Above 0 and below 1. Near 0, attempts are independent.
 * @see J. G. Skellam (1948), the beta-binomial distribution.
 */
export const correlatedSuccess = (attempts: number, failureRatio: number, correlation: number): number =>
  1 - allFail(attempts, failureRatio, correlation);

/** The mean number of attempts under the same distribution: the sum over i of P(the first i fail). */
export function correlatedAttempts(attempts: number, failureRatio: number, correlation: number): number {
  let sum = 0;
  for (let failed = 0; failed < attempts; failed++) sum += allFail(failed, failureRatio, correlation);
  return sum;
}

function allFail(attempts: number, failureRatio: number, correlation: number): number {
  const total = 1 / correlation - 1;
  let chance = 1;
  for (let index = 0; index < attempts; index++) chance *= (failureRatio * total + index) / (total + index);
  return chance;
}
