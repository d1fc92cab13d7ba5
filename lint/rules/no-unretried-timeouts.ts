import {isCodeName} from '../../src/decide/grpc-codes.ts';
import {repeatRisks} from '../analysis/repeat-risk.ts';
import {mayRepeat, mayRetry, paysForTimeouts} from '../analysis/retryability.ts';
import {mostSpecific} from '../model/scope.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const unretriedTimeouts: Rule = builtIn('RL305', {
  needs: ['retryOn'],
  fields: ['attemptTimeoutMs', 'retryOn'],
  reads: ['deadlineMs', 'idempotency', 'idempotentMethods', 'match', 'maxAttempts', 'paid'],

  *check(scope): Iterable<Draft> {
    const {attemptTimeoutMs, deadlineMs, retryOn} = scope.policy;
    if (attemptTimeoutMs === null || retryOn.includes('timeout') || retryOn.every(isCodeName)) return;
    // RL304 reports a timeout as long as the deadline.
    if (deadlineMs !== null && attemptTimeoutMs >= deadlineMs) return;
    // RL101 recommends the opposite for methods whose repetition may do harm.
    if (repeatRisks(scope, 'retryOn').length > 0) return;
    if (!mayRetry(scope) || !mayRepeat(scope) || paysForTimeouts(scope.policy)) return;
    const {words} = scope.dialect;
    yield {
      at: mostSpecific(scope, 'retryOn', 'attemptTimeoutMs'),
      message: `An attempt that takes ${words.ms(attemptTimeoutMs)} ends the call, because ${words.value('retryOn', 'timeout')} is not in ${words.name('retryOn')}. Add it.`,
      related: [{at: 'attemptTimeoutMs', message: 'The attempt timeout is set here.'}],
      suggestions: [{title: 'Retry timeouts', changes: [{do: 'set', path: 'retryOn', value: [...retryOn, 'timeout']}]}],
    };
  },
});
