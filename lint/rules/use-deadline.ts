import {formatNumber} from '../analysis/format.ts';
import {mayRetry, retriesOf, retriesThrottled} from '../analysis/retryability.ts';
import {setting} from '../analysis/setting.ts';
import {neededMs} from '../analysis/suggested-values.ts';
import {isSetHere, type Scope} from '../model/scope.ts';
import type {Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const missingDeadline: Rule = builtIn('RL302', {
  needs: ['deadlineMs'],
  fields: ['deadlineMs', 'attemptTimeoutMs'],
  reads: ['backoff', 'idleTimeoutMs', 'maxAttempts', 'retryAfter', 'retryOn'],

  *check(scope, scopes) {
    if (!isEndless(scope)) return;
    // The routes that inherit the deadline get the new one, too.
    const heirs = scopes.filter(other => (scope.own === scope.file ? isEndless(other) : other === scope));
    const worst = Math.max(...heirs.map(({policy}) => neededMs(policy)).filter(Number.isFinite), 30_000);
    const message = `The call has no deadline: ${formatAttempts(scope)}. Set ${scope.words.key('deadlineMs')}.`;
    yield {
      at: 'deadlineMs',
      message: scope.policy.attemptTimeoutMs === null ? `${ENDLESS} Set ${scope.words.key('deadlineMs')}.` : message,
      // A call of hours is to be shortened first, and a deadline would cut it.
      ...(worst <= HOUR_MS && {fix: setting(scope, 'deadlineMs', Math.ceil(worst / 1000) * 1000)}),
    };
  },
});

function isEndless(scope: Scope): boolean {
  const {maxAttempts, attemptTimeoutMs, deadlineMs} = scope.policy;
  if (deadlineMs !== null || maxAttempts === 'unlimited' || scope.file.shape?.times === 'elsewhere') return false;
  // A single attempt needs a deadline or a timeout. If maxAttempts is null, the caller sets the limits.
  if (!mayRetry(scope) && (maxAttempts === null || attemptTimeoutMs !== null)) return false;
  // A stream that may be open and silent for days; its attempts have a timeout until it opens.
  return attemptTimeoutMs === null || !isSwitchedOff(scope, 'deadlineMs') || !isSwitchedOff(scope, 'idleTimeoutMs');
}

const isSwitchedOff = (scope: Scope, path: 'deadlineMs' | 'idleTimeoutMs'): boolean =>
  scope.policy[path] === null && isSetHere(scope, path);

const HOUR_MS = 3_600_000;
const ENDLESS = 'The call has neither a deadline nor an attempt timeout.';

function formatAttempts({policy, words}: Scope): string {
  const {attemptTimeoutMs, retryAfter} = policy;
  const retries = retriesOf(policy);
  const sum = `${formatNumber(retries + 1)} attempts of ${words.ms(attemptTimeoutMs ?? 0)} and their waits take up to ${words.ms(neededMs(policy))}`;
  if (!retryAfter.honor || !retriesThrottled(policy)) return sum;
  return `${sum}, and each Retry-After adds up to ${words.ms(retryAfter.maxMs)}`;
}
