import {longestMs} from '../../src/math/schedule.ts';
import {isRare} from '../analysis/rare-calls.ts';
import {setting} from '../analysis/setting.ts';
import {isNative} from '../dialects/native.ts';
import {isSure, type Scope} from '../model/scope.ts';
import type {Draft, FixDraft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const unboundedRetries: Rule = builtIn('RL201', {
  needs: ['maxAttempts'],
  fields: ['maxAttempts', 'deadlineMs'],
  reads: ['backoff', 'budget', 'objective'],

  *check(scope): Iterable<Draft> {
    const {maxAttempts, deadlineMs, budget} = scope.policy;
    if (maxAttempts !== 'unlimited' || (deadlineMs !== null && (isRare(scope) || isPatient(scope)))) return;
    const {words} = scope.dialect;
    const fix = bounded(scope);
    if (deadlineMs === null) {
      const endless = `${words.name('maxAttempts')} is ${words.value('maxAttempts', maxAttempts)}`;
      const message = `A failing call never ends: ${endless} and there is no deadline.${refused(scope)} ${setting(scope, 'maxAttempts', 3).title}.`;
      yield {
        at: 'maxAttempts',
        message,
        fix,
        related: [{at: 'deadlineMs', message: 'The deadline is switched off here.'}],
      };
      return;
    }
    const only = `Only the deadline of ${words.ms(deadlineMs)} ends a failing call`;
    const message =
      budget === null && isSure(scope, 'budget')
        ? `${only}, and no budget limits the retries of all calls. ${setting(scope, 'maxAttempts', 3).title}.`
        : `${only}: the faster the server fails, the more attempts it gets, until the budget is empty. ${setting(scope, 'maxAttempts', 3).title}.`;
    yield {at: 'maxAttempts', message, severity: 'warning', fix};
  },
});

/** Only steadfetch validates a policy before it runs. */
const refused = ({dialect}: Scope): string => (isNative(dialect) ? ' The client refuses this policy.' : '');

function bounded(scope: Scope): FixDraft {
  const attempts = setting(scope, 'maxAttempts', 3);
  const {words, expresses} = scope.dialect;
  if (scope.policy.deadlineMs !== null || !expresses('deadlineMs')) return attempts;
  const deadline = {do: 'set', path: 'deadlineMs', value: 30_000} as const;
  const title = `${attempts.title} and ${words.key('deadlineMs')} to ${words.value('deadlineMs', 30_000)}`;
  return {title, changes: [...attempts.changes, deadline]};
}

/** A job that has time, waits long between its attempts, and whose retries a budget bounds. */
const isPatient = ({policy: {backoff, budget, deadlineMs}}: Scope): boolean =>
  budget !== null && deadlineMs !== null && deadlineMs >= 600_000 && longestMs(backoff, 20, false) >= 5000;
