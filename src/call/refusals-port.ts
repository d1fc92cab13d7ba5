/** The port of refusals, which the bodies of errors name. `useRefusals` of `steadfetch/features` implements it. */
import type {Awaitable} from '../core/awaitable.ts';
import type {AttemptResponse, Outcome} from '../core/outcome.ts';
import type {Classification} from '../decide/classification.ts';
import type {ErrorFacts} from '../decide/error-body.ts';
import type {Transients} from '../decide/transients.ts';
import type {CallContext, CallFacts} from './context.ts';

/** What calls do whose policy reads the bodies of errors. */
export interface RefusalSteps {
  /**
   * @param found The classification by status and headers. The body is read only if a retry might help.
   * @returns Null, now or later, if the body adds nothing.
   */
  factsOf<R extends AttemptResponse>(
    call: CallContext<R>,
    outcome: Outcome<R>,
    found: Classification,
  ): Awaitable<ErrorFacts | null>;
  /** The classification, refined by what the body says. */
  classify(found: Classification, facts: ErrorFacts, status: number, transients: Transients): Classification;
  /** The call failed with this response, which a client above that retries takes for the last word. */
  tellAbove(call: CallFacts, response: AttemptResponse): void;
}

/** Null before `useRefusals`, and no policy with `refusals` is taken then. */
export const refusals: {steps: RefusalSteps | null} = {steps: null};

/** Null, now or later, if the body of the error adds nothing, or the policy does not read it. */
export const errorFactsOf = <R extends AttemptResponse>(
  call: CallContext<R>,
  outcome: Outcome<R>,
  found: Classification,
): Awaitable<ErrorFacts | null> => call.plan.policy.refusals && refusals.steps!.factsOf(call, outcome, found);
