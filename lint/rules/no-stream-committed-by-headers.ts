import {isModelRoute} from '../analysis/model-route.ts';
import {callsOf, mayRetry} from '../analysis/retryability.ts';
import {setting} from '../analysis/setting.ts';
import {mostSpecific} from '../model/scope.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const streamCommittedByHeaders: Rule = builtIn('RL414', {
  needs: ['stream'],
  fields: ['stream', 'stream.commit'],
  reads: ['match', 'maxAttempts'],

  *check(scope): Iterable<Draft> {
    if (scope.policy.stream?.commit !== 'headers' || !isModelRoute(scope) || !mayRetry(scope)) return;
    yield {
      at: mostSpecific(scope, 'stream.commit'),
      message: `stream.commit is "headers", so an overload inside the stream of ${callsOf(scope, 'POST')} reaches the caller and is not retried. Set it to "content".`,
      fix: setting(scope, 'stream.commit', 'content'),
    };
  },
});
