/** What was decided about a retry, and why. */

import {type Classification, red, SUCCESS} from '../decide/classification.ts';
import type {HintSource, ServerHint} from '../decide/server-hint.ts';
import {REFUSED, type Receipt} from '../guards/budget.ts';

/** Why a call is not retried. */
export type Refusal =
  /** The call succeeded, or a retry cannot help. */
  | 'not-transient'
  /** The server may have acted, and the request may not be repeated. */
  | 'may-have-acted'
  | 'attempts-exhausted'
  /** The attempt timed out after it was sent, and `paid.afterTimeout` is false. */
  | 'paid-timeout'
  /** `paid.maxPaidAttempts` attempts may have to be paid for. */
  | 'paid-attempts-exhausted'
  | 'body-not-replayable'
  /** The failure is retried once only, and that was the retry. */
  | 'retried-once'
  /** The server asks for a longer wait than `retryAfter.maxMs`. */
  | 'hint-too-long'
  /** The wait would leave the next attempt less than 50 ms. */
  | 'deadline'
  | 'breaker-open'
  | 'quota-exceeded'
  | 'concurrency-limit'
  | 'budget-exhausted'
  /** The client above retries, and `nested` is `"yield"`. */
  | 'nested'
  /** `disableRetries()` is in force. */
  | 'retries-disabled';

export interface RetryDecision {
  readonly classification: Classification;
  /** Null: the call is retried. */
  readonly refusal: Refusal | null;
  readonly waitMs: number;
  readonly waitSource: HintSource | 'backoff' | 'none';
  /** What the server asked for, whether or not it can be granted. */
  readonly hint: ServerHint | null;
  /** What the budget holds for the retry. */
  readonly receipt: Receipt;
}

export function refuse(
  classification: Classification,
  refusal: Refusal,
  hint: ServerHint | null = null,
): RetryDecision {
  return {classification, refusal, waitMs: 0, waitSource: 'none', hint, receipt: REFUSED};
}

/** A step of the call threw. */
export const BROKEN: RetryDecision = Object.freeze(
  refuse(red('internal error', 'maybe-processed', {final: true}), 'not-transient'),
);
export const SUCCEEDED: RetryDecision = Object.freeze(refuse(SUCCESS, 'not-transient'));
