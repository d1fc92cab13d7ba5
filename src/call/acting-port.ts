/** The port of requests that change something. `useModelEndpoints` of `steadfetch/features` implements it. */
import type {Plan} from '../client/plan.ts';

/** What has to be known of a call. */
export interface RequestFacts {
  readonly keyed: boolean;
  readonly method: string;
  readonly plan: Plan;
  readonly transport: {readonly bodyText?: string | undefined};
}

/** Null before `useModelEndpoints`, and no policy with `refusals` is taken then. */
export const acting: {
  /** Whether a second send of the request does more than cost tokens. */
  acts: ((call: RequestFacts) => boolean) | null;
} = {acts: null};
