import {longestMs} from '../../src/math/schedule.ts';
import {type FastRetry, fastRetryOf, SECOND} from '../analysis/fast-retry.ts';
import {relatedTo} from '../analysis/related.ts';
import {mayRetry, retriesThrottled} from '../analysis/retryability.ts';
import {setting, settingAll} from '../analysis/setting.ts';
import {isSetHere, mostSpecific, type Scope} from '../model/scope.ts';
import type {Check, Draft, FixDraft, FormerCheck, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

const ignoredHints: Check = {
  needs: ['retryAfter'],
  fields: [],
  reads: ['backoff', 'deadlineMs', 'maxAttempts', 'retryAfter', 'retryOn'],

  *check(scope): Iterable<Draft> {
    const {retryAfter, deadlineMs} = scope.policy;
    if (!mayRetry(scope)) return;
    if (!retryAfter.honor) return yield* ignored(scope);
    // Within a shorter deadline no call waits a second and has time for another attempt, whatever the maximum.
    const mayWait = deadlineMs === null || deadlineMs > 2 * SECOND;
    if (retryAfter.maxMs >= SECOND || !mayWait || !retriesThrottled(scope.policy)) return;
    yield {
      at: 'retryAfter.maxMs',
      message: `A Retry-After above ${scope.words.ms(retryAfter.maxMs)} ends the call. The header counts in seconds, so every value except 0 is too long. Set maxMs to at least ${SECOND}.`,
      fix: setting(scope, 'retryAfter.maxMs', Math.floor(Math.min(60_000, (deadlineMs ?? Infinity) / 2))),
    };
  },
};

/** As long as most servers ask for. */
const PAUSE = 10_000;

function* ignored(scope: Scope): Iterable<Draft> {
  const {policy, dialect, words} = scope;
  const hasHeader = dialect.expresses('retryAfter.honor');
  const fast = fastRetryOf(scope, SECOND);
  if (fast === undefined) {
    if (!retriesThrottled(policy) || longestMs(policy.backoff, 1, true) >= PAUSE) return;
    return yield {
      at: 'retryAfter.honor',
      message:
        'Retry-After is ignored: calls are retried before the server accepts them, and are refused again. Set honor to true.',
      fix: setting(scope, 'retryAfter.honor', true),
    };
  }
  yield {
    at: hasHeader ? 'retryAfter.honor' : mostSpecific(scope, ...fast.fields),
    message: `After ${fast.answer}, the first retry waits at most ${words.ms(fast.firstMs)} and ignores Retry-After. An overloaded server needs at least ${words.ms(SECOND)}: ${hasHeader ? 'set honor to true' : 'wait longer'}.`,
    related: relatedTo(scope, mostSpecific(scope, ...fast.fields)),
    ...(hasHeader ? {fix: setting(scope, 'retryAfter.honor', true)} : {suggestions: waitSecond(scope, fast)}),
  };
}

const fastThrottledRetries: FormerCheck = {
  formerly: 'RL211',
  fields: ['retryAfter.honor', 'backoff'],
  reads: ['deadlineMs', 'maxAttempts', 'retryOn'],

  *check(scope): Iterable<Draft> {
    const {retryAfter, deadlineMs} = scope.policy;
    // No call can wait a second.
    if (!retryAfter.honor || !mayRetry(scope) || (deadlineMs !== null && deadlineMs <= SECOND)) return;
    // Many servers send no Retry-After with a 429.
    const fast = fastRetryOf(scope, ALMOST_AT_ONCE_MS);
    if (fast === undefined) return;
    yield {
      at: mostSpecific(scope, ...fast.fields),
      message: `After ${fast.answer} without Retry-After, the first retry waits at most ${scope.words.ms(fast.firstMs)}. An overloaded server needs at least ${scope.words.ms(SECOND)}: wait longer.`,
      suggestions: waitSecond(scope, fast),
    };
  },
};

const ALMOST_AT_ONCE_MS = 11;

/** Waits one second, and raises the cap if it is lower. */
function waitSecond(scope: Scope, {fields: [path = '']}: FastRetry): FixDraft[] {
  const {backoff} = scope.policy;
  if (path === 'backoff.delaysMs') return [];
  const cap = 'capMs' in backoff && backoff.capMs < SECOND ? [{path: 'backoff.capMs', ms: 20_000}] : [];
  return [settingAll(scope, [{path, ms: SECOND}, ...cap])];
}

const hintsBelowQueueWait: FormerCheck = {
  formerly: 'RL318',
  confidence: 'medium',
  needs: ['retryAfter'],
  fields: ['quota', 'retryAfter', 'retryAfter.maxMs'],
  reads: ['deadlineMs', 'maxAttempts', 'retryOn'],

  *check(scope): Iterable<Draft> {
    const {quota, retryAfter, deadlineMs} = scope.policy;
    if (quota === null || quota.queue === 0 || !retryAfter.honor || !isSetHere(scope, 'retryAfter.maxMs')) return;
    if (!mayRetry(scope) || !retriesThrottled(scope.policy)) return;
    const waitMs = Math.min(quota.maxWaitMs, deadlineMs ?? Infinity);
    // RL210 reports a limit below a second.
    if (retryAfter.maxMs < SECOND || retryAfter.maxMs * MUCH > Math.min(waitMs, 2 * MINUTE)) return;
    yield {
      at: 'retryAfter.maxMs',
      message: `A Retry-After above ${scope.words.ms(retryAfter.maxMs)} ends the call, although calls wait up to ${scope.words.ms(waitMs)} for the quota. A limit per minute asks for up to ${scope.words.ms(MINUTE)}: raise maxMs.`,
      related: relatedTo(scope, 'quota.maxWaitMs'),
      fix: setting(scope, 'retryAfter.maxMs', Math.min(MINUTE, waitMs)),
    };
  },
};

const MINUTE = 60_000;
/** The queue waits so many times as long. */
const MUCH = 10;

export const ignoredThrottling: Rule = builtIn('RL210', ignoredHints, fastThrottledRetries, hintsBelowQueueWait);
