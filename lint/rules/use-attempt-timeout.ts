import {isCodeName} from '../../src/decide/grpc-codes.ts';
import {mayRetry, retriesOf} from '../analysis/retryability.ts';
import {setting} from '../analysis/setting.ts';
import {suggestedTimeoutMs} from '../analysis/suggested-values.ts';
import type {Scope} from '../model/scope.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

/** What the policy would have without its null: a preset knows what a model takes. */
const hiddenTimeoutMs = ({layers}: Scope): number | undefined =>
  layers.map(({data}) => data.attemptTimeoutMs).find(ms => typeof ms === 'number');

export const missingAttemptTimeout: Rule = builtIn('RL301', {
  needs: ['attemptTimeoutMs'],
  fields: ['attemptTimeoutMs'],
  reads: ['backoff', 'deadlineMs', 'maxAttempts', 'retryOn'],

  *check(scope): Iterable<Draft> {
    const {attemptTimeoutMs, deadlineMs, retryOn} = scope.policy;
    if (attemptTimeoutMs !== null || !mayRetry(scope)) return;
    // gRPC does not retry timeouts: the deadline is the time limit.
    if (deadlineMs !== null && retryOn.every(isCodeName)) return;
    const retries = retriesOf(scope.policy);
    const lost =
      retries === 1 ? 'the retry is' : Number.isFinite(retries) ? `the ${retries} retries are` : 'the retries are';
    const takes =
      deadlineMs === null ? 'never ends' : `takes the whole deadline of ${scope.dialect.words.ms(deadlineMs)}`;
    const value = suggestedTimeoutMs(scope.policy, hiddenTimeoutMs(scope));
    const {words} = scope.dialect;
    const advice =
      value === undefined ? setting(scope, 'maxAttempts', 1).title : `Set ${words.key('attemptTimeoutMs')}`;
    yield {
      at: 'attemptTimeoutMs',
      message: `Attempts have no timeout: one that hangs ${takes}, and ${lost} never sent. ${advice}.`,
      ...(scope.dialect.capabilities.kind === 'workflow' ? {severity: 'warning'} : {}),
      // If the deadline has no time for a second attempt, suggest a single one.
      ...(value === undefined
        ? {suggestions: [setting(scope, 'maxAttempts', 1)]}
        : {fix: setting(scope, 'attemptTimeoutMs', value)}),
    };
  },
});
