import {longestMs} from '../../src/math/schedule.ts';
import type {RetryTrigger} from '../../src/policy/types.ts';
import {mayRetry} from '../analysis/retryability.ts';
import {formatChange} from '../analysis/setting.ts';
import {isSure, mostSpecific, type Scope} from '../model/scope.ts';
import type {Change, Draft, FixDraft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const fastThrottledRetries: Rule = builtIn('RL211', {
  fields: ['retryAfter.honor', 'backoff'],
  reads: ['deadlineMs', 'maxAttempts', 'retryOn'],

  *check(scope): Iterable<Draft> {
    const {retryAfter, backoff, deadlineMs} = scope.policy;
    if (!mayRetry(scope)) return;
    // A 503 is throttling only with Retry-After; 429 and 529 always are.
    const [throttled] = listed(scope, [429, 529, '4xx', 'RESOURCE_EXHAUSTED']);
    const [shedding] = retryAfter.honor ? [] : listed(scope, [503, '5xx']);
    const answer =
      shedding !== undefined && (throttled === undefined || longestMs(backoff, 1, false) < SECOND)
        ? shedding
        : throttled;
    if (answer === undefined) return;
    const firstMs = longestMs(backoff, 1, answer === throttled);
    // Many servers send no Retry-After with a 429.
    if (firstMs === 0 || firstMs >= (retryAfter.honor ? ALMOST_AT_ONCE_MS : SECOND)) return;
    const fields = fieldsOf(scope, answer === throttled);
    if (!isSure(scope, ...fields)) return;
    const {words} = scope.dialect;
    if (retryAfter.honor) {
      // No call can wait a second.
      if (deadlineMs !== null && deadlineMs <= SECOND) return;
      yield {
        at: mostSpecific(scope, ...fields),
        message: `After ${answer} without Retry-After, the first retry waits at most ${words.ms(firstMs)}. An overloaded server needs at least ${words.ms(SECOND)}: wait longer.`,
        suggestions: fields[0] === 'backoff.delaysMs' ? [] : [waitSecond(scope, fields[0]!)],
      };
      return;
    }
    yield {
      at: mostSpecific(scope, ...fields, 'retryAfter.honor'),
      message: `After ${answer}, the first retry waits at most ${words.ms(firstMs)} and ignores Retry-After. An overloaded server needs at least ${words.ms(SECOND)}: honor Retry-After, or wait longer.`,
      related: [{at: 'retryAfter.honor', message: 'Retry-After is ignored because of this setting.'}],
      suggestions: [honored, ...(fields[0] === 'backoff.delaysMs' ? [] : [waitSecond(scope, fields[0]!)])],
    };
  },
});

const SECOND = 1000;
const ALMOST_AT_ONCE_MS = 11;

const listed = ({policy}: Scope, triggers: readonly RetryTrigger[]): RetryTrigger[] =>
  triggers.filter(trigger => policy.retryOn.includes(trigger));

/** Fields that make up the first wait; the deciding field comes first. */
function fieldsOf({policy: {backoff}}: Scope, throttled: boolean): string[] {
  const base = `backoff.${{exponential: 'baseMs', linear: 'baseMs', constant: 'delayMs', list: 'delaysMs'}[backoff.kind]}`;
  if (!throttled) return [base];
  return backoff.throttledBaseMs >= longestMs(backoff, 1, false)
    ? ['backoff.throttledBaseMs', base]
    : [base, 'backoff.throttledBaseMs'];
}

const honored: FixDraft = {
  title: 'Honor Retry-After',
  changes: [{do: 'set', path: 'retryAfter.honor', value: true}],
};

/** Waits one second, and raises the cap if it is lower. */
function waitSecond(scope: Scope, path: string): FixDraft {
  const {backoff} = scope.policy;
  const changes: Change[] = [{do: 'set', path, value: SECOND}];
  if ('capMs' in backoff && backoff.capMs < SECOND) changes.push({do: 'set', path: 'backoff.capMs', value: 20_000});
  return {title: formatChange(scope, path, SECOND), changes};
}
