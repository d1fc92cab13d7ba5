/** The callbacks by which admission answers a call. */
import type {RejectedError} from '../core/errors.ts';
import type {AttemptResponse} from '../core/outcome.ts';
import type {Refusal} from '../decide/may-retry.ts';
import type {Ticket} from '../guards/breaker.ts';
import type {QuotaReservation} from '../guards/quota-reservation.ts';
import type {CallContext} from './context.ts';

/**
 * Asks for admission. Exactly one of the methods but `waiting` is called, maybe at once, and ends the request. Each gets the call, so that
 * one object can serve many calls.
 */
export interface Applicant<R extends AttemptResponse> {
  /**
   * The attempt gives back, or settles, what it is given. It has a place, too, where the origin has a concurrency limit.
   *
   * @param ticket Of the breaker.
   * @param taken  Of the quota; null where the origin has none.
   */
  admitted(call: CallContext<R>, ticket: Ticket, now: number, taken: QuotaReservation | null): void;
  refused(call: CallContext<R>, refusal: Refusal, error: RejectedError): void;
  /** The caller aborted, or the deadline came, while it waited. */
  left(call: CallContext<R>, isAborted: boolean): void;
  /** A step of the admission threw. */
  broke(call: CallContext<R>, error: unknown): void;
  /** It has to wait: an earlier attempt of the call is not to hold a connection meanwhile. */
  waiting?(): void;
}
