/** May a failed call be sent again, by what happened, by the request and by the policy? Guards and time are asked later. */
import type {Outcome} from '../core/outcome.ts';
import type {PaidAttempts} from '../policy/types.ts';
import {type Classification, harmless} from './classification.ts';
import {endedByTimeout} from './paid.ts';
import type {ServerHint} from './server-hint.ts';

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
  /** Every endpoint of the call is passed over. */
  | 'no-endpoint'
  | 'quota-exceeded'
  | 'concurrency-limit'
  | 'budget-exhausted'
  /** The client above retries, and `nested` is `"yield"`. */
  | 'nested'
  /** `disableRetries()` is in force. */
  | 'retries-disabled';

/** What has to be known of a call and its policy. */
export interface RetryFacts {
  /** The call may be repeated although the server may have acted. */
  readonly mayRepeat: boolean;
  /** Attempts so far that count toward `maxAttempts`. */
  readonly attempts: number;
  /** Infinity without a limit. */
  readonly maxAttempts: number;
  /** Null also where nothing of the call has to be paid for. */
  readonly paid: PaidAttempts | null;
  /** One more attempt may be paid for. */
  readonly mayPayMore: boolean;
  /** The client above retries, so this one does not. */
  readonly yields: boolean;
  readonly retriesDisabled: boolean;
  /** The body can be sent again. */
  readonly replayable: boolean;
  /** The reason of the classification that led to the retry before; undefined before the first retry. */
  readonly reasonBefore: string | undefined;
  /** `retryAfter.maxMs`. */
  readonly maxHintMs: number;
}

/** @returns Null where the call may be retried. The first reason counts. */
export function callRefusal(
  outcome: Outcome,
  classification: Classification,
  hint: ServerHint | null,
  facts: RetryFacts,
): Refusal | null {
  if (!classification.transient) return outcome.kind === 'deadline' ? 'deadline' : 'not-transient';
  if (!harmless(classification.sent) && !facts.mayRepeat) return 'may-have-acted';
  if (facts.attempts >= facts.maxAttempts) return 'attempts-exhausted';
  if (facts.paid?.afterTimeout === false && endedByTimeout(outcome, classification)) return 'paid-timeout';
  if (!facts.mayPayMore) return 'paid-attempts-exhausted';
  if (facts.yields) return 'nested';
  if (facts.retriesDisabled) return 'retries-disabled';
  if (!facts.replayable) return 'body-not-replayable';
  if (classification.once && facts.reasonBefore === classification.reason) return 'retried-once';
  if (hint !== null && hint.ms > facts.maxHintMs) return 'hint-too-long';
  return null;
}
