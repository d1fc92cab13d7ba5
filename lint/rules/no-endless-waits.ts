import type {Policy} from '../../src/policy/types.ts';
import {firstWaitField} from '../analysis/fast-retry.ts';
import {longestWait} from '../analysis/prediction.ts';
import {mayRetry, retriesThrottled} from '../analysis/retryability.ts';
import {setting} from '../analysis/setting.ts';
import {mostSpecific, type Scope} from '../model/scope.ts';
import type {Check, Draft, FixDraft, FormerCheck, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

const longBackoff: Check = {
  needs: ['backoff'],
  fields: ['backoff', 'backoff.capMs', 'maxAttempts', 'deadlineMs'],
  reads: ['retryOn'],

  *check(scope): Iterable<Draft> {
    const {backoff} = scope.policy;
    if (!mayRetry(scope)) return;
    const {retry, waitMs, throttled} = longestWait(scope);
    const longMs = Math.max(LONG_MS[scope.dialect.capabilities.kind], patienceMs(scope.policy));
    if (waitMs <= longMs) return;
    const before = `before retry ${retry}${throttled ? ' after a throttled response' : ''}`;
    const at = culprit(scope, throttled);
    yield {
      at,
      message: `The wait ${before} is up to ${scope.words.ms(waitMs)}; the limit is ${scope.words.ms(longMs)}. ${'capMs' in backoff ? 'Set a lower cap' : 'Wait less'}.`,
      // A cap below the base would be the next finding.
      ...(!('capMs' in backoff)
        ? {suggestions: [shorter(scope, longMs)]}
        : backoff.baseMs <= longMs && {fix: setting(scope, 'backoff.capMs', longMs)}),
    };
  },
};

const LONG_MS = {call: 60_000, workflow: 300_000} as const;

/** A call that has an hour may wait for a quarter of it, and for as long as a list of waits says. */
const patienceMs = ({backoff, deadlineMs}: Policy): number =>
  (deadlineMs ?? 0) / (backoff.kind === 'list' && (deadlineMs ?? 0) >= HOUR_MS ? 1 : 4);

const HOUR_MS = 3_600_000;

function culprit(scope: Scope, throttled: boolean): string {
  const {backoff} = scope.policy;
  const caps = 'capMs' in backoff ? ['backoff.capMs'] : [];
  return mostSpecific(scope, ...caps, firstWaitField(backoff), ...(throttled ? ['backoff.throttledBaseMs'] : []));
}

/** The waits that the policy has, where they are longer. */
function shorter(scope: Scope, longMs: number): FixDraft {
  const {backoff} = scope.policy;
  const delays = backoff.kind === 'list' ? backoff.delaysMs.map(ms => Math.min(ms, longMs)) : longMs;
  return setting(scope, backoff.kind === 'list' ? 'backoff.delaysMs' : 'backoff.delayMs', delays);
}

const excessiveHints: FormerCheck = {
  formerly: 'RL313',
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
      suggestions: [setting(scope, 'retryAfter.maxMs', Math.max(60_000, Math.floor((deadlineMs ?? 0) / 4)))],
    };
  },
};

/** Ten minutes: longer than a caller waits, and than any rate limit per minute. */
const LONG_HINT_MS = 600_000;

/** A call that has hours may wait for a quarter of its deadline. */
const mostMs = ({deadlineMs}: Policy): number => Math.max(LONG_HINT_MS, (deadlineMs ?? 0) / 4);

function formatHint({policy, words}: Scope, holdsAll: boolean): string {
  const isEndless = policy.deadlineMs === null;
  const time = words.ms(policy.retryAfter.maxMs);
  const advice = `The limit is ${words.ms(mostMs(policy))}: lower ${words.name('retryAfter.maxMs')}.`;
  if (!holdsAll) return `Without a deadline, a Retry-After can delay a call by up to ${time}. ${advice}`;
  return isEndless
    ? `Without a deadline, the Retry-After of one response delays every call to its origin by up to ${time}. ${advice}`
    : `The Retry-After of one response blocks its origin for up to ${time}: calls with a shorter deadline are refused. ${advice} If each user has a limit, set the scope to "call".`;
}

export const endlessWaits: Rule = builtIn('RL206', longBackoff, excessiveHints);
