import {leastConcurrency} from '../../src/policy/least-concurrency.ts';
import {setting} from '../analysis/setting.ts';
import type {Scope} from '../model/scope.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const pacingWithoutQueue: Rule = builtIn('RL221', {
  needs: ['concurrency', 'quota'],
  fields: ['concurrency', 'concurrency.queue', 'quota', 'quota.queue'],
  reads: ['concurrency.min'],

  *check(scope): Iterable<Draft> {
    const {concurrency, quota} = scope.policy;
    // Where no call may wait, a queue holds none.
    if (quota?.queue === 0 && quota.maxWaitMs !== 0) yield refusing(scope, 'quota.queue', 'the quota');
    if (concurrency?.kind === 'adaptive' && concurrency.queue === 0)
      yield refusing(
        scope,
        'concurrency.queue',
        `the adaptive limit, which falls to ${leastConcurrency(concurrency)} if the server throttles,`,
      );
  },
});

/** The default of both fields in the schema. */
const DEFAULT_QUEUE = 1000;

const refusing = (scope: Scope, path: string, limit: string): Draft => ({
  at: path,
  message: `${path} is 0: an attempt beyond ${limit} fails at once instead of waiting in a queue. Set it to ${DEFAULT_QUEUE}, the default.`,
  fix: setting(scope, path, DEFAULT_QUEUE),
});
