/** The port of concurrency limits. `useConcurrencyLimits` of `steadfetch/features` implements it. */
import type {AttemptResponse, Outcome} from '../core/outcome.ts';
import type {Classification} from '../decide/classification.ts';
import type {ConcurrencyLimit} from '../guards/concurrency.ts';
import type {QuotaReservation} from '../guards/quota-reservation.ts';
import type {Applicant} from './applicant.ts';
import type {AttemptFacts, CallContext, CallFacts} from './context.ts';
import type {Again} from './quota-port.ts';

/** The next step of admission, once the attempt has its place. */
export type Proceed = <R extends AttemptResponse>(
  call: CallContext<R>,
  applicant: Applicant<R>,
  place: ConcurrencyLimit,
  taken: QuotaReservation | null,
  now: number,
) => void;

/**
 * Goes on at once or after a wait in the queue. Refuses the attempt if the queue is full.
 *
 * @param taken The reservation of the quota; null without a quota.
 */
type Ask = <R extends AttemptResponse>(
  call: CallContext<R>,
  applicant: Applicant<R>,
  limit: ConcurrencyLimit,
  taken: QuotaReservation | null,
  now: number,
  proceed: Proceed,
  again: Again,
) => void;

/** The limit learns from the end of an attempt. */
type Learn = (
  call: CallFacts,
  attempt: AttemptFacts,
  outcome: Outcome,
  classification: Classification,
  now: number,
) => void;

/** Null before `useConcurrencyLimits`, and no policy with a limit is taken then. */
export const places: {ask: Ask | null; learn: Learn | null} = {ask: null, learn: null};

/** Runs what comes between a place and the attempt that gets it. */
export function keeping<T>(place: ConcurrencyLimit, work: () => T): T {
  try {
    return work();
  } catch (error) {
    place.exit();
    throw error;
  }
}
