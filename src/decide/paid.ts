/** Which attempts may have to be paid for: the server may have done the work. */
import type {AttemptResponse, Outcome} from '../core/outcome.ts';
import type {PaidAttempts} from '../policy/types.ts';
import {askedTokens} from './asked-tokens.ts';
import {type Classification, harmless} from './classification.ts';
import {TIMEOUT_CODES} from './classify-failure.ts';
import {readFailure} from './failure-facts.ts';

/** Whether nothing has to be paid for an attempt: it never left, or the server certainly did not act. */
export const isFree = ({reachedTransport}: Outcome, {sent}: Classification): boolean =>
  !reachedTransport || harmless(sent);

/** A gateway or a CDN stopped waiting. 408 is listed because a body can say that the model was at work. */
const TIMEOUT_STATUSES: readonly number[] = [408, 504, 524];

/** Whether time ran out while the server may have been at work. */
export function endedByTimeout<R extends AttemptResponse>(
  {kind, status, error}: Outcome<R>,
  {sent}: Classification,
): boolean {
  if (harmless(sent)) return false;
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

/**
 * The attempt timeout of a call: longer where the body asks for much output.
 *
 * @param attemptTimeoutMs Infinity without a limit.
 * @param bodyText         The request body; undefined where it is not known.
 */
export function attemptTimeoutFor(attemptTimeoutMs: number, paid: PaidAttempts, bodyText: string | undefined): number {
  const {attemptTimeoutPerOutputTokenMs: perTokenMs} = paid;
  if (perTokenMs === null || attemptTimeoutMs === Infinity) return attemptTimeoutMs;
  const {outputTokens = 0} = askedTokens(bodyText);
  return Math.max(attemptTimeoutMs, perTokenMs * outputTokens);
}
