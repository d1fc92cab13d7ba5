/** The load on the lowest of several layers that each retry. */

import {meanAttempts} from './success.ts';

/** Requests that reach the lowest layer when everything fails: the product of all attempts. */
export const worstAmplification = (attempts: readonly number[]): number =>
  attempts.reduce((product, count) => product * count, 1);

/**
 * Requests that reach the lowest layer for each call at the top, if a share of them fails. Each layer multiplies the load by
 * (1 − f^n) / (1 − f), and passes a share of f^n failures to the layer above.
 *
 * @param attempts The attempts of each layer, the lowest layer first.
 * @see Google SRE Book, Addressing Cascading Failures: three layers of four attempts are 64.
 */
export function meanAmplification(attempts: readonly number[], failureRatio: number): number {
  let load = 1;
  let failed = failureRatio;
  for (const count of attempts) {
    load *= meanAttempts(count, failed);
    failed **= count;
  }
  return load;
}
