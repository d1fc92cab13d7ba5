/** The decision about a retry, and its reason. */

import {type Classification, final, SUCCESS} from '../decide/classification.ts';
import type {Refusal} from '../decide/may-retry.ts';
import type {HintSource, ServerHint} from '../decide/server-hint.ts';
import {REFUSED, type Receipt} from '../guards/budget.ts';

export interface RetryDecision {
  readonly classification: Classification;
  /** Null: the call is retried. */
  readonly refusal: Refusal | null;
  readonly waitMs: number;
  readonly waitSource: HintSource | 'backoff' | 'none';
  /** The wait that the server asked for, even if it is too long. */
  readonly hint: ServerHint | null;
  /** The tokens that the budget has reserved for the retry. */
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
export const BROKEN: RetryDecision = Object.freeze(refuse(final('internal error'), 'not-transient'));
export const SUCCEEDED: RetryDecision = Object.freeze(refuse(SUCCESS, 'not-transient'));
