import {formatNumber} from '../analysis/format.ts';
import {mayRetry, retriesOf, retriesThrottled} from '../analysis/retryability.ts';
import {setting} from '../analysis/setting.ts';
import {neededMs} from '../analysis/suggested-values.ts';
import {isSetHere, type Scope} from '../model/scope.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const missingDeadline: Rule = builtIn('RL302', {
  needs: ['deadlineMs'],
  fields: ['deadlineMs', 'attemptTimeoutMs'],
  reads: ['backoff', 'idleTimeoutMs', 'maxAttempts', 'retryAfter', 'retryOn'],

  *check(scope): Iterable<Draft> {
    const {policy} = scope;
    const {maxAttempts, attemptTimeoutMs, deadlineMs} = policy;
    if (deadlineMs !== null || maxAttempts === 'unlimited') return;
    // A single attempt needs a deadline or a timeout. If maxAttempts is null, the caller sets the limits.
    if (!mayRetry(scope) && (maxAttempts === null || attemptTimeoutMs !== null)) return;
    const worst = neededMs(policy);
    // A stream that may be open and silent for days; its attempts have a timeout until it opens.
    if (
      attemptTimeoutMs !== null &&
      (['deadlineMs', 'idleTimeoutMs'] as const).every(path => isSwitchedOff(scope, path))
    )
      return;
    // Above one hour, suggest the default instead of the sum.
    const value = worst <= HOUR_MS ? Math.max(30_000, Math.ceil(worst / 1000) * 1000) : 30_000;
    yield {
      at: 'deadlineMs',
      message:
        attemptTimeoutMs === null
          ? ENDLESS
          : `The call has no deadline: ${formatAttempts(scope)}. Set ${scope.dialect.words.key('deadlineMs')}.`,
      fix: setting(scope, 'deadlineMs', value),
    };
  },
});

const isSwitchedOff = (scope: Scope, path: 'deadlineMs' | 'idleTimeoutMs'): boolean =>
  scope.policy[path] === null && isSetHere(scope, path);

const HOUR_MS = 3_600_000;
const ENDLESS = 'The call has neither a deadline nor an attempt timeout. Set deadlineMs.';

function formatAttempts({policy, dialect: {words}}: Scope): string {
  const {attemptTimeoutMs, retryAfter} = policy;
  const retries = retriesOf(policy);
  const sum = `${formatNumber(retries + 1)} attempts of ${words.ms(attemptTimeoutMs ?? 0)} and their waits take up to ${words.ms(neededMs(policy))}`;
  if (!retryAfter.honor || !retriesThrottled(policy)) return sum;
  return `${sum}, and each Retry-After adds up to ${words.ms(retryAfter.maxMs)}`;
}
