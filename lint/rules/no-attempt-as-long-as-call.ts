import {formatCount} from '../analysis/format.ts';
import {isPredictable} from '../analysis/prediction.ts';
import {mayRetry, retriesOf} from '../analysis/retryability.ts';
import {setting} from '../analysis/setting.ts';
import {suggestedTimeoutMs} from '../analysis/suggested-values.ts';
import {mostSpecific} from '../model/scope.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const attemptAsLongAsCall: Rule = builtIn('RL304', {
  needs: ['attemptTimeoutMs', 'deadlineMs'],
  fields: ['attemptTimeoutMs', 'deadlineMs'],
  reads: ['maxAttempts', 'backoff', 'retryOn', 'hedge', 'objective'],

  *check(scope): Iterable<Draft> {
    const {attemptTimeoutMs, deadlineMs} = scope.policy;
    const {words} = scope.dialect;
    if (attemptTimeoutMs === null || deadlineMs === null || attemptTimeoutMs < deadlineMs) return;
    if (!mayRetry(scope) || isPredictable(scope)) return;
    const retries = retriesOf(scope.policy);
    const lost = Number.isFinite(retries) ? formatCount(retries, 'retry', 'retries') : 'retries';
    const at = mostSpecific(scope, 'attemptTimeoutMs', 'deadlineMs');
    const value = suggestedTimeoutMs(scope.policy);
    yield {
      at,
      message: `The attempt timeout of ${words.ms(attemptTimeoutMs)} never applies, because the deadline of ${words.ms(deadlineMs)} ends the call: if the first attempt hangs, no time is left for ${lost}. Lower the attempt timeout.`,
      related: [
        at === 'deadlineMs'
          ? {at: 'attemptTimeoutMs', message: 'The attempt timeout is set here.'}
          : {at: 'deadlineMs', message: 'The deadline is set here.'},
      ],
      suggestions: value !== undefined && value < deadlineMs ? [setting(scope, 'attemptTimeoutMs', value)] : [],
    };
  },
});
