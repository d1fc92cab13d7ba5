import {longestMs} from '../../src/math/schedule.ts';
import {mayRetry, retriesThrottled} from '../analysis/retryability.ts';
import {setting} from '../analysis/setting.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const ignoredHints: Rule = builtIn('RL210', {
  needs: ['retryAfter'],
  fields: [],
  reads: ['backoff', 'deadlineMs', 'maxAttempts', 'retryAfter', 'retryOn'],

  *check(scope): Iterable<Draft> {
    const {backoff, retryAfter, deadlineMs} = scope.policy;
    if (!mayRetry(scope) || !retriesThrottled(scope.policy)) return;
    if (!retryAfter.honor && longestMs(backoff, 1, true) < PAUSE) {
      yield {
        at: 'retryAfter.honor',
        message:
          'Retry-After is ignored: calls are retried before the server accepts them, and are refused again. Set honor to true.',
        fix: setting(scope, 'retryAfter.honor', true),
      };
    }
    // Within a shorter deadline no call waits a second and has time for another attempt, whatever the maximum.
    const mayWait = deadlineMs === null || deadlineMs > 2 * SECOND;
    if (retryAfter.honor && retryAfter.maxMs < SECOND && mayWait) {
      yield {
        at: 'retryAfter.maxMs',
        message: `A Retry-After above ${scope.dialect.words.ms(retryAfter.maxMs)} ends the call. The header counts in seconds, so every value except 0 is too long. Set maxMs to at least ${SECOND}.`,
        fix: setting(scope, 'retryAfter.maxMs', 60_000),
      };
    }
  },
});

const SECOND = 1000;
/** As long as most servers ask for. */
const PAUSE = 10_000;
