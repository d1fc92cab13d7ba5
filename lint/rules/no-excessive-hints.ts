import type {Policy} from '../../src/policy/types.ts';
import {mayRetry, retriesThrottled} from '../analysis/retryability.ts';
import {setting} from '../analysis/setting.ts';
import type {Scope} from '../model/scope.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const excessiveHints: Rule = builtIn('RL313', {
  needs: ['retryAfter'],
  fields: ['retryAfter', 'retryAfter.maxMs', 'retryAfter.scope', 'deadlineMs', 'retryOn'],
  reads: ['maxAttempts'],

  *check(scope): Iterable<Draft> {
    const {retryAfter, deadlineMs} = scope.policy;
    if (!retryAfter.honor || retryAfter.maxMs <= mostMs(scope.policy)) return;
    if (!mayRetry(scope) || !retriesThrottled(scope.policy)) return;
    const holdsAll = retryAfter.scope === 'origin';
    if (deadlineMs !== null && !holdsAll) return;
    yield {
      at: 'retryAfter.maxMs',
      message: formatHint(scope, holdsAll),
      ...(holdsAll && deadlineMs === null ? {severity: 'error'} : {}),
      related: [
        {
          at: 'deadlineMs',
          message: deadlineMs === null ? 'The deadline is switched off here.' : 'The deadline is set here.',
        },
        {at: 'retryAfter.scope', message: 'The scope of Retry-After is set here.'},
      ],
      suggestions: [setting(scope, 'retryAfter.maxMs', 60_000)],
    };
  },
});

/** Ten minutes: longer than a caller waits, and than any rate limit per minute. */
const LONG_MS = 600_000;

/** A call that has hours may wait for a quarter of its deadline. */
const mostMs = ({deadlineMs}: Policy): number => Math.max(LONG_MS, (deadlineMs ?? 0) / 4);

function formatHint({policy, dialect: {words}}: Scope, holdsAll: boolean): string {
  const isEndless = policy.deadlineMs === null;
  const time = words.ms(policy.retryAfter.maxMs);
  const advice = `The limit is ${words.ms(mostMs(policy))}: lower ${words.name('retryAfter.maxMs')}.`;
  if (!holdsAll) return `Without a deadline, a Retry-After can delay a call by up to ${time}. ${advice}`;
  return isEndless
    ? `Without a deadline, the Retry-After of one response delays every call to its origin by up to ${time}. ${advice}`
    : `The Retry-After of one response blocks its origin for up to ${time}: calls with a shorter deadline are refused. ${advice} If each user has a limit, set the scope to "call".`;
}
