/** The port of several endpoints. `useFailover` of `steadfetch/features` implements it. */
import type {Policy} from '../policy/types.ts';
import type {Endpoints} from './endpoints.ts';

/** Compiles the endpoints of a policy; null before `useFailover`, and no policy with endpoints is taken then. */
export const endpointsPort: {of: ((policy: Policy) => Endpoints | null) | null} = {of: null};
