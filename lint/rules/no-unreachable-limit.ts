import {longestMs} from '../../src/math/schedule.ts';
import {formatCount} from '../analysis/format.ts';
import {heirsOf} from '../analysis/heirs.ts';
import {readsStreams} from '../analysis/model-route.ts';
import {isPredictable} from '../analysis/prediction.ts';
import {unreachableWait} from '../analysis/recovery-line.ts';
import {relatedTo} from '../analysis/related.ts';
import {mayRepeat, mayRetry, paysForTimeouts, retriesOf, retriesThrottled} from '../analysis/retryability.ts';
import {assign, setting} from '../analysis/setting.ts';
import {shorterLimit, type TimeLimit} from '../analysis/time-limit.ts';
import {isSetHere, mostSpecific, type Scope} from '../model/scope.ts';
import {setterOf} from '../model/setter.ts';
import type {Check, Draft, FormerCheck, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

const attemptAsLongAsCall: Check = {
  needs: ['attemptTimeoutMs', 'breaker', 'deadlineMs'],
  fields: ['attemptTimeoutMs', 'breaker.maxWaitMs', 'deadlineMs'],
  reads: ['breaker', 'maxAttempts', 'backoff', 'retryOn', 'hedge', 'objective'],

  *check(scope): Iterable<Draft> {
    const {attemptTimeoutMs, deadlineMs} = scope.policy;
    yield* tooLongWait(scope);
    if (attemptTimeoutMs === null || deadlineMs === null || attemptTimeoutMs < deadlineMs) return;
    if (!mayRetry(scope) || isPredictable(scope)) return;
    const retries = retriesOf(scope.policy);
    const lost = Number.isFinite(retries) ? formatCount(retries, 'retry') : 'retries';
    const at = mostSpecific(scope, 'attemptTimeoutMs', 'deadlineMs');
    yield {
      at,
      message: `The attempt timeout of ${scope.words.ms(attemptTimeoutMs)} never applies, because the deadline of ${scope.words.ms(deadlineMs)} ends the call: if the first attempt hangs, no time is left for ${lost}. Lower the attempt timeout, if answers come sooner, or raise the deadline.`,
      related: relatedTo(scope, 'attemptTimeoutMs', 'deadlineMs'),
    };
  },
};

function* tooLongWait(scope: Scope): Iterable<Draft> {
  const wait = unreachableWait(scope);
  if (wait === undefined) return;
  yield {
    at: 'breaker.maxWaitMs',
    message: `${wait.text} Lower maxWaitMs.`,
    severity: 'info',
    related: relatedTo(scope, 'attemptTimeoutMs', 'deadlineMs'),
    ...(wait.longestMs > 0 && {fix: setting(scope, 'breaker.maxWaitMs', wait.longestMs)}),
  };
}

const unreachableCap: FormerCheck = {
  formerly: 'RL306',
  severity: 'info',
  needs: ['backoff'],
  fields: ['backoff.baseMs', 'maxAttempts', 'deadlineMs'],
  reads: ['backoff', 'retryOn'],

  *check(scope, scopes): Iterable<Draft> {
    const {backoff, deadlineMs} = scope.policy;
    if (!('capMs' in backoff) || !mayRetry(scope) || !isSetHere(scope, 'backoff.capMs')) return;
    const {capMs, baseMs, throttledBaseMs} = backoff;
    const reachedMs = longestWaitMs(scope);
    const isPastDeadline = deadlineMs !== null && capMs >= deadlineMs && baseMs < deadlineMs;
    // Unlimited retries reach every cap.
    const {needsCap = false} = scope.dialect.capabilities;
    const isReached = reachedMs >= capMs || scope.policy.maxAttempts === 'unlimited' || needsCap;
    if (!isPastDeadline && isReached) return;
    const why = isPastDeadline
      ? `the deadline is ${scope.words.ms(deadlineMs)}`
      : `the longest, before retry ${retriesOf(scope.policy)}, is ${scope.words.ms(reachedMs)}`;
    const value = Math.ceil(reachedMs);
    // RL401 reports a cap below a wait after a throttled response that the file sets.
    const heirs = heirsOf(scope, scopes, 'backoff.capMs');
    const isThrottled = heirs.some(({policy}) => retriesThrottled(policy));
    const leastMs = isThrottled && isSetHere(scope, 'backoff.throttledBaseMs') ? throttledBaseMs : 1;
    const keepsWaits = !isReached && value >= leastMs && value < Math.min(capMs, deadlineMs ?? Infinity);
    const message = `No wait reaches the cap of ${scope.words.ms(capMs)}: ${why}. Lower the cap.`;
    yield {at: 'backoff.capMs', message, ...(keepsWaits ? {fix: setting(scope, 'backoff.capMs', value)} : {})};
  },
};

/** The longest wait of any retry, throttled waits included. */
function longestWaitMs({policy}: Scope): number {
  const retries = Math.min(retriesOf(policy), 1e9);
  const waits = [longestMs(policy.backoff, retries, false)];
  if (retriesThrottled(policy)) waits.push(longestMs(policy.backoff, retries, true));
  return Math.max(...waits);
}

const firstContentBeyondTimeout: FormerCheck = {
  formerly: 'RL314',
  needs: ['stream'],
  fields: ['stream', 'stream.firstContentMs', 'stream.commit', 'attemptTimeoutMs', 'deadlineMs'],
  reads: ['idempotency', 'idempotentMethods', 'match', 'maxAttempts', 'paid'],

  *check(scope, scopes): Iterable<Draft> {
    const {stream, attemptTimeoutMs, deadlineMs, paid} = scope.policy;
    // RL405 reports a limit for a stream that is not held.
    if (stream === null || stream.firstContentMs === null || stream.commit === 'headers') return;
    // The attempt timeout grows with the output that a request asks for.
    const grows = paid !== null && paid.attemptTimeoutPerOutputTokenMs !== null;
    const limit = shorterLimit(grows ? null : attemptTimeoutMs, deadlineMs);
    if (stream.firstContentMs < limit.ms) return;
    const isHere = isSetHere(scope, 'stream.firstContentMs');
    const preset = isHere ? undefined : unknowingly(scope, scopes, limit);
    if (!isHere && preset === undefined) return;
    yield {
      at: isHere ? 'stream.firstContentMs' : limit.path,
      message: `The first content may take ${scope.words.ms(stream.firstContentMs)}${isHere ? '' : ` by ${preset}`}, but the ${limit.name} ends the wait after ${scope.words.ms(limit.ms)}${isHere ? '' : ', and a stream of nothing but pings is not sent again'}. Raise ${limit.path} or lower firstContentMs.`,
      related: relatedTo(scope, limit.path),
      suggestions: [
        assign(`Set firstContentMs to null, so that only the ${limit.name} applies`, 'stream.firstContentMs', null),
      ],
    };
  },
};

/**
 * Who stated a time for the call may not know that of the preset, whose end is retried although a timeout may have to be paid for.
 *
 * @returns The name of the preset.
 */
function unknowingly(scope: Scope, scopes: readonly Scope[], limit: TimeLimit): string | undefined {
  const {attemptTimeoutMs, deadlineMs} = scope.policy;
  // With a longer attempt, no retry has time, which is reported above.
  if (attemptTimeoutMs === null || attemptTimeoutMs >= (deadlineMs ?? Infinity) || !mayRetry(scope)) return undefined;
  if (!paysForTimeouts(scope.policy) || !mayRepeat(scope) || !isSetHere(scope, limit.path)) return undefined;
  const setter = setterOf(scope, 'stream.firstContentMs');
  return setter.by === 'layer' && readsStreams(scope, scopes) ? setter.layer.name : undefined;
}

export const unreachableLimit: Rule = builtIn('RL304', attemptAsLongAsCall, unreachableCap, firstContentBeyondTimeout);
