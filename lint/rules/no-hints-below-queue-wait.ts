import {mayRetry, retriesThrottled} from '../analysis/retryability.ts';
import {setting} from '../analysis/setting.ts';
import {isSetHere} from '../model/scope.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const hintsBelowQueueWait: Rule = builtIn('RL318', {
  needs: ['retryAfter'],
  fields: ['quota', 'retryAfter', 'retryAfter.maxMs'],
  reads: ['deadlineMs', 'maxAttempts', 'retryOn'],

  *check(scope): Iterable<Draft> {
    const {quota, retryAfter, deadlineMs} = scope.policy;
    if (quota === null || quota.queue === 0 || !retryAfter.honor || !isSetHere(scope, 'retryAfter.maxMs')) return;
    if (!mayRetry(scope) || !retriesThrottled(scope.policy)) return;
    const waitMs = Math.min(quota.maxWaitMs, deadlineMs ?? Number.POSITIVE_INFINITY);
    // RL210 reports a limit below a second.
    if (retryAfter.maxMs < SECOND || retryAfter.maxMs * MUCH > waitMs) return;
    const {words} = scope.dialect;
    yield {
      at: 'retryAfter.maxMs',
      message: `A Retry-After above ${words.ms(retryAfter.maxMs)} ends the call, although calls wait up to ${words.ms(waitMs)} for the quota. A limit per minute asks for up to ${words.ms(MINUTE)}: raise maxMs.`,
      related: [{at: 'quota.maxWaitMs', message: 'The wait for the quota is set here.'}],
      fix: setting(scope, 'retryAfter.maxMs', Math.min(MINUTE, waitMs)),
    };
  },
});

const SECOND = 1000;
const MINUTE = 60_000;
/** The queue waits so many times as long. */
const MUCH = 10;
