/** The ranks of endpoints. */

import type {Endpoint, Policy} from '../../src/policy/types.ts';

/** The endpoints that calls use first, and the others. */
export function byUse(policy: Policy): {first: readonly Endpoint[]; spare: readonly Endpoint[]} {
  const endpoints = policy.endpoints ?? [];
  const best = Math.min(...endpoints.map(({rank}) => rank));
  return {first: endpoints.filter(({rank}) => rank === best), spare: endpoints.filter(({rank}) => rank > best)};
}
