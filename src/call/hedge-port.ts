/** The port of hedges. `useHedges` of `steadfetch/features` implements it. */
import type {AttemptResponse} from '../core/outcome.ts';
import type {Assessed} from './assess.ts';
import type {Attempt} from './attempt.ts';
import type {CallContext} from './context.ts';

/** Sends an attempt, and a second one beside it if the first is slow; null before `useHedges`, and no policy with a hedge is taken then. */
export const hedges: {
  send:
    | (<R extends AttemptResponse>(call: CallContext<R>, first: Attempt<R>, now: number) => Promise<Assessed<R>>)
    | null;
} = {send: null};
