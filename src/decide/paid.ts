/** Which attempts may have to be paid for: the server may have done the work. */
import type {AttemptResponse, Outcome} from '../core/outcome.ts';
import {type Classification, changed, harmless} from './classification.ts';
import {TIMEOUT_CODES} from './classify-failure.ts';
import {readFailure} from './failure-facts.ts';

/** Whether nothing has to be paid for an attempt: it never left, or the server certainly did not act. */
export const isFree = ({reachedTransport, kind, status}: Outcome, {sent, unpaid}: Classification): boolean =>
  !reachedTransport || (unpaid ?? (harmless(sent) || (kind === 'response' && isRefused(status))));

/** No work was done: the request was wrong or not allowed, or Cloudflare never reached the server. */
export const isRefused = (status: number): boolean =>
  (status >= 400 && status < 500 && !MAYBE_WORKED.includes(status)) || NEVER_REACHED.includes(status);
/** A timeout, a failed model (Bedrock, SageMaker, TGI), and a client that left (nginx). */
const MAYBE_WORKED: readonly number[] = [408, 409, 424, 499];
/** @see Cloudflare, 5xx errors */
const NEVER_REACHED: readonly number[] = [521, 523, 525, 526, 530];

/** Servers wait some seconds for the rest of a request. One that waits for longer has it, and waited for the model. */
const REQUEST_READ_MS = 10_000;

/**
 * A 408 says that the request never arrived whole (RFC 9110 §15.5.9), but gateways of models send it when the model took too long, which Azure
 * charges for. Without a word of what it means it is retried once; not at all where it came late.
 */
export const withAge = (found: Classification, status: number, ageMs: number): Classification =>
  status === 408 && found.sent === 'not-processed' && !found.unpaid
    ? changed(found, {sent: 'maybe-processed', once: ageMs < REQUEST_READ_MS})
    : found;

/** Refused for its rate or its load, and no work was done: such an attempt need not count toward `maxAttempts`. */
export const isFreeRefusal = (outcome: Outcome, found: Classification): boolean =>
  found.throttled && found.transient && outcome.reachedTransport && isFree(outcome, found);

/** A gateway or a CDN stopped waiting. 408 is listed because a body, or its age, can say that the model was at work. */
const TIMEOUT_STATUSES: readonly number[] = [408, 504, 524];

/** Whether time ran out while the server may have been at work. */
export function endedByTimeout<R extends AttemptResponse>(
  {kind, status, error}: Outcome<R>,
  {sent, unpaid, once}: Classification,
): boolean {
  if (unpaid || once || harmless(sent)) return false;
  switch (kind) {
    case 'attempt-timeout':
      return true;
    case 'response':
      return TIMEOUT_STATUSES.includes(status);
    case 'network':
      return readFailure(error).codes.some(code => TIMEOUT_CODES.has(code));
    default:
      return false;
  }
}
