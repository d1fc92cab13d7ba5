import {isCodeName} from '../../src/decide/grpc-codes.ts';
import {singleAttempt} from '../analysis/lost-effects.ts';
import {mayRetry, retriesOf} from '../analysis/retryability.ts';
import {setting} from '../analysis/setting.ts';
import {timeoutForAll} from '../analysis/suggested-values.ts';
import {hasTemplate, isDefault, type Scope} from '../model/scope.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

const READS = ['backoff', 'deadlineMs', 'maxAttempts', 'retryOn'];

const ENDLESS = 'This request has no timeout: one that hangs never ends, and no retry is sent. Set timeout.';

const HOUR_MS = 3_600_000;

export const missingAttemptTimeout: Rule = builtIn('RL301', {
  needs: ['attemptTimeoutMs'],
  fields: ['attemptTimeoutMs'],
  reads: READS,
  bears: READS,

  *check(scope, scopes) {
    const endless = scope.file.shape?.code?.endless;
    if (endless !== undefined && mayRetry(scope)) yield {at: '', span: endless, message: ENDLESS};
    if (hangs(scope) && !READS.some(path => hasTemplate(scope, path))) yield hanging(scope, scopes);
  },
});

function hangs(scope: Scope): boolean {
  const {attemptTimeoutMs, deadlineMs, retryOn} = scope.policy;
  // gRPC does not retry timeouts: the deadline is the time limit.
  return (
    (attemptTimeoutMs === null || isHidden(scope)) &&
    mayRetry(scope) &&
    scope.file.shape?.times === undefined &&
    !(deadlineMs !== null && retryOn.every(isCodeName))
  );
}

/** A default of hours is no timeout for a user who waits. */
const isHidden = (scope: Scope): boolean =>
  (scope.policy.attemptTimeoutMs ?? 0) >= HOUR_MS && isDefault(scope, 'attemptTimeoutMs');

function hanging(scope: Scope, scopes: readonly Scope[]): Draft {
  const {attemptTimeoutMs, deadlineMs} = scope.policy;
  const retries = retriesOf(scope.policy);
  const lost =
    retries === 1 ? 'the retry is' : Number.isFinite(retries) ? `the ${retries} retries are` : 'the retries are';
  const {words, suggestedTimeoutMs} = scope.dialect;
  const takes = deadlineMs === null ? 'never ends' : `takes the whole deadline of ${words.ms(deadlineMs)}`;
  const value = isHidden(scope) ? suggestedTimeoutMs : timeoutForAll(scope, scopes);
  const advice = value === undefined ? setting(scope, 'maxAttempts', 1).title : `Set ${words.key('attemptTimeoutMs')}`;
  return {
    at: 'attemptTimeoutMs',
    message: isHidden(scope)
      ? `No timeout is set: an attempt that hangs takes ${words.ms(attemptTimeoutMs!)}, and ${lost} sent only then. ${advice}.`
      : `Attempts have no timeout: one that hangs ${takes}, and ${lost} never sent. ${advice}.`,
    ...(scope.dialect.capabilities.kind === 'workflow' ? {severity: 'warning'} : {}),
    // If the deadline has no time for a second attempt, suggest a single one.
    ...(value === undefined
      ? {suggestions: [singleAttempt(scope, scopes, setting(scope, 'maxAttempts', 1))]}
      : {fix: setting(scope, 'attemptTimeoutMs', value)}),
  };
}
