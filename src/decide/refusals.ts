/**
 * The errors of model endpoints as a table of words and their meanings, for the bodies of error responses and for error events of streams.
 * An error without a row is decided by its status alone. The vendors of the rows and the sources are in refusal-sources.ts.
 */
import type {ErrorFacts} from './error-body.ts';

/** The meaning of an error for a retry. */
export type Meaning =
  /** A quota for a day or a month, the credit, or the account itself is used up: a retry fails the same way. */
  | 'exhausted'
  /** This one request is larger than the limit: a retry fails the same way. */
  | 'too-large'
  /** Another request is at work where this one would write: the model did not run. */
  | 'locked'
  /** A limiter refused the request: the model did not run. */
  | 'throttled'
  /** The model is not loaded yet: it did not run. */
  | 'loading'
  /** The server is short of capacity. */
  | 'overloaded'
  /** It came to no model: a gateway could not connect, or the model could not be loaded. */
  | 'unreached'
  /** The server began to work, and failed. */
  | 'failed'
  /** No retry of this request can succeed, whatever the status says. */
  | 'never'
  /** The request did not arrive whole. */
  | 'unreceived'
  /** Something about the request is wrong. */
  | 'invalid';

export interface Refusal {
  /** The place of the words: a whole code, or a part of the message or of a quota's name. */
  readonly in: 'code' | 'message' | 'quota';
  readonly words: readonly string[];
  readonly means: Meaning;
  /** The HTTP status that the vendor sends with this error. For an error event of a stream it stands in for the missing status. */
  readonly status: number;
}

const rowsIn =
  (place: Refusal['in']) =>
  (means: Meaning, status: number, ...words: readonly string[]): Refusal => ({in: place, words, means, status});
const coded = rowsIn('code');
const inMessage = rowsIn('message');

/** The first row that fits counts, so errors that no wait can end come before those that a wait may end. */
export const REFUSALS: readonly Refusal[] = [
  // Alibaba sends OpenAI's word for a used-up account for its limit of tokens a minute, too.
  inMessage('throttled', 429, 'error-code#token-limit'),
  // Values of `error.code`; `error.type` is the first of them, or the same as the code.
  coded(
    'exhausted',
    429,
    'insufficient_quota',
    'credit_balance_exhausted',
    'organization_spend_limit_exceeded',
    'project_spend_limit_exceeded',
    'organization_usage_limit_exceeded',
    'billing_hard_limit_reached',
    'billing_not_active',
    'access_terminated',
  ),
  coded('exhausted', 429, 'enforced_spend_limit_reached'),
  coded('exhausted', 402, 'billing_error'),
  inMessage('exhausted', 400, 'credit balance is too low', 'reached your specified'),
  rowsIn('quota')('exhausted', 429, 'PerDay', 'Daily'),
  coded('exhausted', 400, 'ServiceQuotaExceededException'),
  inMessage('too-large', 429, 'Request too large for'),

  inMessage('loading', 503, 'is currently loading'),
  inMessage('loading', 503, 'Loading model'),
  coded('loading', 429, 'ModelNotReadyException'),

  coded('locked', 400, 'conversation_locked'),

  coded('throttled', 429, 'rate_limit_exceeded', 'slow_down'),
  coded('throttled', 429, 'rate_limit_error'),
  coded('throttled', 429, 'RESOURCE_EXHAUSTED', 'rateLimitExceeded', 'userRateLimitExceeded'),
  inMessage('throttled', 403, 'secondary rate limit'),
  inMessage('throttled', 429, 'rate limit of your current'),
  coded('throttled', 429, 'ThrottlingException'),
  coded(
    'throttled',
    429,
    'Throttling',
    'ThrottledException',
    'RequestThrottled',
    'RequestThrottledException',
    'RequestLimitExceeded',
    'TooManyRequestsException',
    'BandwidthLimitExceeded',
    'ProvisionedThroughputExceededException',
    'SlowDown',
  ),

  coded('overloaded', 503, 'server_is_overloaded'),
  coded('overloaded', 529, 'overloaded_error'),
  coded('overloaded', 503, 'UNAVAILABLE'),
  coded('overloaded', 503, 'ServiceUnavailableException'),
  coded('overloaded', 429, 'overloaded'),

  // Refused after the model had read the prompt, or written an answer.
  coded('failed', 400, 'content_filter'),
  coded('failed', 400, 'json_validate_failed', 'tool_use_failed'),
  coded('failed', 500, 'server_error'),
  coded('failed', 500, 'api_error'),
  coded('failed', 504, 'timeout_error'),
  coded('failed', 500, 'INTERNAL'),
  coded('failed', 504, 'DEADLINE_EXCEEDED'),
  coded('failed', 408, 'ModelTimeoutException'),
  coded('failed', 424, 'ModelErrorException', 'ModelStreamErrorException'),
  coded('failed', 500, 'InternalServerException'),

  coded('invalid', 400, 'invalid_request_error'),
  coded('invalid', 401, 'authentication_error'),
  coded('invalid', 403, 'permission_error'),
  coded('invalid', 404, 'not_found_error'),
  coded('invalid', 413, 'request_too_large'),
  coded('invalid', 400, 'INVALID_ARGUMENT', 'FAILED_PRECONDITION'),
  coded('invalid', 401, 'UNAUTHENTICATED'),
  coded('invalid', 403, 'PERMISSION_DENIED'),
  coded('invalid', 404, 'NOT_FOUND'),
  coded('invalid', 400, 'ValidationException'),
  coded('invalid', 403, 'AccessDeniedException'),
];

/** The row of an error; null if there is none. */
export function refusalOf(facts: ErrorFacts): Refusal | null {
  return REFUSALS.find(refusal => fits(refusal, facts)) ?? null;
}

function fits({in: place, words}: Refusal, {codes, message, quotas}: ErrorFacts): boolean {
  if (place === 'code') return words.some(word => codes.includes(word));
  const texts = place === 'message' ? [message] : quotas;
  return words.some(word => texts.some(text => text.includes(word)));
}
