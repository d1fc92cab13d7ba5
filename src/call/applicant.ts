/** The callbacks by which admission answers a call. */
import {RejectedError, type RejectionCode, withoutStack} from '../core/errors.ts';
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

const REFUSALS: Readonly<Record<RejectionCode, Refusal>> = {
  CIRCUIT_OPEN: 'breaker-open',
  CONCURRENCY_LIMIT: 'concurrency-limit',
  ORIGIN_HELD: 'hint-too-long',
  QUOTA_WAIT: 'quota-exceeded',
  QUOTA_QUEUE: 'quota-exceeded',
  QUOTA_TOO_LARGE: 'quota-exceeded',
  NO_ENDPOINT: 'no-endpoint',
};

/** A guard refuses to send. The error has no stack: thousands are made per second, and the stack would be most of the cost. */
export function refuseAttempt<R extends AttemptResponse>(
  call: CallContext<R>,
  applicant: Applicant<R>,
  code: RejectionCode,
  guarded: string,
  message: string,
  retryAfterMs?: number,
): void {
  const error = withoutStack(() => new RejectedError(code, guarded, message, retryAfterMs));
  applicant.refused(call, REFUSALS[code], error);
}
