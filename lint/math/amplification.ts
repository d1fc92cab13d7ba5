/** What layers that each retry do to the load. */

import {meanAttempts} from './success.ts';

/** Requests that reach the bottom when everything fails: the product. It is invisible until then. */
export const worstAmplification = (attempts: readonly number[]): number =>
  attempts.reduce((product, count) => product * count, 1);

/**
 * Requests that reach the bottom for each call at the top when a share of them fails: from layer to layer
 * load · (1 − f^n) / (1 − f), and the share that the next one sees is f^n.
 *
 * @param attempts Of each layer, the bottom first.
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
