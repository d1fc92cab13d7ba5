/** The ranks of endpoints. */

import type {Endpoint, Policy} from '../../src/policy/types.ts';

/** The endpoints that calls use first, and the others. */
export function byUse(policy: Policy): {first: readonly Endpoint[]; spare: readonly Endpoint[]} {
  const endpoints = rankedEndpoints(policy);
  const best = Math.min(...endpoints.map(({rank}) => rank));
  return {first: endpoints.filter(({rank}) => rank === best), spare: endpoints.filter(({rank}) => rank > best)};
}

/** The endpoints of a policy with their ranks: entries of lists are read as they are written, without defaults. */
export const rankedEndpoints = ({endpoints}: Policy): readonly Endpoint[] =>
  (endpoints ?? []).map(endpoint => ({...endpoint, rank: (endpoint as Partial<Endpoint>).rank ?? 1}));
