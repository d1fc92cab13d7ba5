/** The ranks of endpoints. */

import type {Endpoint, Policy} from '../../src/policy/types.ts';

/** The endpoints of a policy with their ranks: entries of lists are read as they are written, without defaults. */
export const rankedEndpoints = ({endpoints}: Policy): readonly Endpoint[] =>
  (endpoints ?? []).map(endpoint => ({...endpoint, rank: (endpoint as Partial<Endpoint>).rank ?? 1}));
