/** Calls that are so rare that all their retries together are no load. */

import type {Scope} from '../model/scope.ts';

/** Of all processes. */
const RARE_PER_SECOND = 0.1;

/** Only where the policy states its calls per second. */
export function isRare({policy: {objective}}: Scope): boolean {
  const rps = objective?.assume?.rps;
  return rps !== undefined && rps * (objective?.instances ?? 1) <= RARE_PER_SECOND;
}
