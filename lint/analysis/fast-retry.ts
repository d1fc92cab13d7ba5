/** The first retry after an overload, and the field that its wait comes from. */

import {longestMs} from '../../src/math/schedule.ts';
import type {Backoff, RetryTrigger} from '../../src/policy/types.ts';
import {isSure, type Scope} from '../model/scope.ts';

/** An overloaded server needs as long. */
export const SECOND = 1000;

const FIRST_WAIT = {exponential: 'baseMs', linear: 'baseMs', constant: 'delayMs', list: 'delaysMs'} as const;

/** The field that the first wait of a backoff comes from: `backoff.baseMs`. */
export const firstWaitField = ({kind}: Backoff): string => `backoff.${FIRST_WAIT[kind]}`;

export interface FastRetry {
  readonly answer: RetryTrigger;
  readonly firstMs: number;
  /** Fields that make up the first wait; the deciding field comes first. */
  readonly fields: readonly string[];
}

/** The first retry after an overload, if its longest wait is above 0 and shorter than `leastMs`. */
export function fastRetryOf(scope: Scope, leastMs: number): FastRetry | undefined {
  const {retryAfter, backoff} = scope.policy;
  // A 503 is throttling only with Retry-After; 429 and 529 always are.
  const throttled = listed(scope, [429, 529, '4xx', 'RESOURCE_EXHAUSTED']);
  const shedding = retryAfter.honor ? undefined : listed(scope, [503, '5xx']);
  const answer =
    shedding !== undefined && (throttled === undefined || longestMs(backoff, 1, false) < SECOND) ? shedding : throttled;
  if (answer === undefined) return undefined;
  const firstMs = longestMs(backoff, 1, answer === throttled);
  const fields = fieldsOf(scope, answer === throttled);
  return firstMs > 0 && firstMs < leastMs && isSure(scope, ...fields) ? {answer, firstMs, fields} : undefined;
}

const listed = ({policy}: Scope, triggers: readonly RetryTrigger[]): RetryTrigger | undefined =>
  triggers.find(trigger => policy.retryOn.includes(trigger));

function fieldsOf({policy: {backoff}}: Scope, throttled: boolean): string[] {
  const base = firstWaitField(backoff);
  if (!throttled) return [base];
  return backoff.throttledBaseMs >= longestMs(backoff, 1, false)
    ? ['backoff.throttledBaseMs', base]
    : [base, 'backoff.throttledBaseMs'];
}
