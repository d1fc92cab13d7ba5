import {LEAST_ATTEMPT_MS} from '../../src/core/limits.ts';
import {formatCuts} from '../analysis/cut-attempts.ts';
import {latenessOf} from '../analysis/late-attempts.ts';
import {relatedTo} from '../analysis/related.ts';
import {retriesOf} from '../analysis/retryability.ts';
import {isHopeless, suggestionsToFit} from '../analysis/suggested-values.ts';
import {mostSpecific, type Scope} from '../model/scope.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const unreachableAttempts: Rule = builtIn('RL303', {
  fields: ['deadlineMs', 'attemptTimeoutMs', 'maxAttempts', 'backoff'],
  reads: ['hedge', 'idempotency', 'idempotentMethods', 'match', 'objective', 'paid', 'retryOn'],

  *check(scope): Iterable<Draft> {
    const late = latenessOf(scope);
    const {attemptTimeoutMs, deadlineMs} = scope.policy;
    if (late === undefined || attemptTimeoutMs === null || deadlineMs === null) return;
    const {isMinor, isTooLate, needMs, throttledMs} = late;
    const fields = ['deadlineMs', 'attemptTimeoutMs', 'maxAttempts', 'backoff'];
    const count = `${retriesOf(scope.policy) + 1} attempts of ${scope.words.ms(attemptTimeoutMs)} and their waits need`;
    yield {
      at: mostSpecific(scope, ...fields),
      message: isTooLate
        ? `${count} ${formatTooLate(scope, needMs, deadlineMs)}`
        : formatNeed(scope, count, needMs, throttledMs, deadlineMs),
      ...(isMinor && {severity: 'info'}),
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
  const least = isHopeless(policy)
    ? `, and no retry is sent with less than ${words.ms(LEAST_ATTEMPT_MS)} left: after timeouts,`
    : ':';
  return `${need}. The deadline is ${words.ms(deadlineMs)}${least} ${formatCuts(scope, isThrottled)}.`;
}

/** The attempts would fit, but a retry is not sent in the last moments before the deadline. */
const formatTooLate = (scope: Scope, needMs: number, deadlineMs: number): string =>
  `${scope.words.ms(needMs)} of the ${scope.words.ms(deadlineMs)} until the deadline, but no retry is sent with less than ${scope.words.ms(LEAST_ATTEMPT_MS)} left: after timeouts, ${formatCuts(scope, false)}.`;
