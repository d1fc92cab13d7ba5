import {longestMs} from '../../src/math/schedule.ts';
import {mayRetry, retriesOf, retriesThrottled} from '../analysis/retryability.ts';
import {setting} from '../analysis/setting.ts';
import {isSetHere, type Scope} from '../model/scope.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const unreachableCap: Rule = builtIn('RL306', {
  needs: ['backoff'],
  fields: ['backoff.baseMs', 'maxAttempts', 'deadlineMs'],
  reads: ['backoff', 'retryOn'],

  *check(scope): Iterable<Draft> {
    const {backoff, deadlineMs} = scope.policy;
    if (!('capMs' in backoff) || !mayRetry(scope) || !isSetHere(scope, 'backoff.capMs')) return;
    const {capMs, baseMs} = backoff;
    const reachedMs = longestWaitMs(scope);
    const isPastDeadline = deadlineMs !== null && capMs >= deadlineMs && baseMs < deadlineMs;
    // Unlimited retries reach every cap.
    const isReached = reachedMs >= capMs || scope.policy.maxAttempts === 'unlimited';
    if (!isPastDeadline && isReached) return;
    const {words} = scope.dialect;
    const why = isPastDeadline
      ? `the deadline is ${words.ms(deadlineMs)}`
      : `the longest, before retry ${retriesOf(scope.policy)}, is ${words.ms(reachedMs)}`;
    const value = Math.ceil(reachedMs);
    const keepsWaits = !isReached && value > 0 && value < Math.min(capMs, deadlineMs ?? Number.POSITIVE_INFINITY);
    const message = `No wait reaches the cap of ${words.ms(capMs)}: ${why}. Lower the cap.`;
    yield {at: 'backoff.capMs', message, ...(keepsWaits ? {fix: setting(scope, 'backoff.capMs', value)} : {})};
  },
});

/** The longest wait of any retry, throttled waits included. */
function longestWaitMs({policy}: Scope): number {
  const retries = Math.min(retriesOf(policy), 5000);
  const waits = [longestMs(policy.backoff, retries, false)];
  if (retriesThrottled(policy)) waits.push(longestMs(policy.backoff, retries, true));
  return Math.max(...waits);
}
