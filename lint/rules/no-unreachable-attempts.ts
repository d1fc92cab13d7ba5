import {LEAST_ATTEMPT_MS} from '../../src/core/limits.ts';
import {undisturbedMs} from '../../src/math/timeline.ts';
import {formatCuts} from '../analysis/cut-attempts.ts';
import {isPredictable} from '../analysis/prediction.ts';
import {relatedTo} from '../analysis/related.ts';
import {retriesOf, retriesTimeouts} from '../analysis/retryability.ts';
import {isHopeless, neededMs, suggestionsToFit, waitsTooLong} from '../analysis/suggested-values.ts';
import {mostSpecific, type Scope} from '../model/scope.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const unreachableAttempts: Rule = builtIn('RL303', {
  fields: ['deadlineMs', 'attemptTimeoutMs', 'maxAttempts', 'backoff'],
  reads: ['hedge', 'idempotency', 'idempotentMethods', 'match', 'objective', 'paid', 'retryOn'],

  *check(scope): Iterable<Draft> {
    const {policy} = scope;
    const {deadlineMs, attemptTimeoutMs} = policy;
    if (deadlineMs === null || attemptTimeoutMs === null || attemptTimeoutMs >= deadlineMs) return;
    const isKnown = isPredictable(scope) && !isHopeless(policy);
    if (!retriesTimeouts(scope) || (isKnown && !waitsTooLong(scope))) return;
    const fields = ['deadlineMs', 'attemptTimeoutMs', 'maxAttempts', 'backoff'];
    const needMs = undisturbedMs(policy, retriesOf(policy) + 1, false);
    const throttledMs = neededMs(policy);
    const longestMs = Math.max(needMs, throttledMs);
    if (!Number.isFinite(longestMs)) return;
    const isTooLate = needMs <= deadlineMs && formatCuts(scope, false) !== '';
    if (longestMs <= deadlineMs && !isTooLate) return;
    const count = `${retriesOf(policy) + 1} attempts of ${scope.words.ms(attemptTimeoutMs)} and their waits need`;
    yield {
      at: mostSpecific(scope, ...fields),
      message: isTooLate
        ? `${count} ${formatTooLate(scope, needMs, deadlineMs)}`
        : formatNeed(scope, count, needMs, throttledMs, deadlineMs),
      // Only throttled calls run out of time, and failing early then spares the server; or the last attempt has nine tenths of its time.
      ...(isKnown || (needMs - attemptTimeoutMs / 10 <= deadlineMs && !isTooLate) ? {severity: 'info'} : {}),
      related: relatedTo(scope, ...fields.slice(0, 3)),
      suggestions: suggestionsToFit(scope),
    };
  },
});

function formatNeed(scope: Scope, count: string, needMs: number, throttledMs: number, deadlineMs: number): string {
  const {policy, words} = scope;
  const isThrottled = needMs <= deadlineMs;
  const need = isThrottled
    ? `If every response is throttled, ${count} ${words.ms(throttledMs)}`
    : `${count} ${words.ms(needMs)}${throttledMs > needMs ? `, or ${words.ms(throttledMs)} if every response is throttled` : ''}`;
  const least = !isHopeless(policy) ? '' : `, and no retry is sent with less than ${words.ms(LEAST_ATTEMPT_MS)} left`;
  return `${need}. The deadline is ${words.ms(deadlineMs)}${least}: ${formatCuts(scope, isThrottled)}.`;
}

/** The attempts would fit, but a retry is not sent in the last moments before the deadline. */
const formatTooLate = (scope: Scope, needMs: number, deadlineMs: number): string =>
  `${scope.words.ms(needMs)} of the ${scope.words.ms(deadlineMs)} until the deadline, but no retry is sent with less than ${scope.words.ms(LEAST_ATTEMPT_MS)} left: after timeouts, ${formatCuts(scope, false)}.`;
