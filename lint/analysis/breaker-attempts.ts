/** How many failures one call can show a breaker. */

import type {Policy, RetryTrigger} from '../../src/policy/types.ts';
import type {Scope} from '../model/scope.ts';
import {mayRepeat, retriesOf} from './retryability.ts';

/** Failures of a server's health, as the breaker counts them: it does not count 429 and 529, nor answers of a healthy server. */
const COUNTED: ReadonlySet<RetryTrigger> = new Set<RetryTrigger>([
  'timeout',
  '5xx',
  'UNKNOWN',
  'DEADLINE_EXCEEDED',
  'INTERNAL',
  'DATA_LOSS',
]);
/** These may be retried whatever the method: the request was perhaps not sent. */
const PERHAPS_NOT_SENT: ReadonlySet<RetryTrigger> = new Set<RetryTrigger>(['network', 'UNAVAILABLE']);
const HEALTHY: ReadonlySet<RetryTrigger> = new Set<RetryTrigger>([501, 505, 529]);

/** Attempts of one call that the breaker may count as failed, one after the other; Infinity where nothing bounds their number. */
export function breakerAttemptsOf(scope: Scope): number {
  const {policy} = scope;
  return retriesCounted(policy, mayRepeat(scope)) ? retriesOf(policy) + 1 : 1;
}

const retriesCounted = ({retryOn}: Policy, repeats: boolean): boolean =>
  retryOn.some(trigger => PERHAPS_NOT_SENT.has(trigger) || (repeats && isCounted(trigger)));

const isCounted = (trigger: RetryTrigger): boolean =>
  COUNTED.has(trigger) || (typeof trigger === 'number' && trigger >= 500 && !HEALTHY.has(trigger));
