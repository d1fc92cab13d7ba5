/** The port of attempt timeouts that grow with the requested output. `usePaidAttempts` of `steadfetch/features` implements it. */
import type {PaidAttempts} from '../policy/types.ts';

/** Null before `usePaidAttempts`, and no policy with `paid` is taken then. */
export const timeouts: {
  grown: ((attemptTimeoutMs: number, paid: PaidAttempts, bodyText: string | undefined) => number) | null;
} = {grown: null};
