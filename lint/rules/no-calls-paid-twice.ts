import {formatShare} from '../analysis/format.ts';
import {isModelRoute} from '../analysis/model-route.ts';
import {callsOf, mayRepeat, mayRetry, namedMethods, retriesOf} from '../analysis/retryability.ts';
import {assign, setting} from '../analysis/setting.ts';
import {isDefault, isSet, type Scope} from '../model/scope.ts';
import type {Check, Draft, FormerCheck, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

const retriesPaidTwice: Check = {
  needs: ['paid', 'routes'],
  fields: ['paid', 'retryOn', 'attemptTimeoutMs'],
  reads: ['deadlineMs', 'idempotency', 'idempotentMethods', 'match', 'maxAttempts'],

  *check(scope): Iterable<Draft> {
    const {paid, attemptTimeoutMs, deadlineMs, retryOn} = scope.policy;
    if (attemptTimeoutMs === null || (deadlineMs !== null && attemptTimeoutMs >= deadlineMs)) return;
    if (!retryOn.includes('timeout') || !mayRetry(scope) || !mayRepeat(scope)) return;
    const timesOut = `times out after ${scope.words.ms(attemptTimeoutMs)} is retried, although it may have to be paid for`;
    if (paid?.afterTimeout === true && paid.maxPaidAttempts > 1)
      yield {
        at: 'paid.afterTimeout',
        message: `An attempt that ${timesOut}${formatTimes(scope, paid.maxPaidAttempts)}. Set paid.afterTimeout to false.`,
        // Who says how many attempts may be paid for has decided to pay.
        ...(isSet(scope, 'paid.maxPaidAttempts') && {severity: 'info'}),
        fix: setting(scope, 'paid.afterTimeout', false),
      };
    if (paid === null && isDefault(scope, 'paid') && isModelRoute(scope))
      yield {
        at: 'paid',
        message: `An attempt of ${callsOf(scope, 'POST')} that ${timesOut}${formatTimes(scope)}. Set paid.`,
        severity: 'info',
        fix: assign('Count paid attempts, and end a call at a timeout', 'paid', {}),
      };
  },
};

function formatTimes({policy}: Scope, most = Infinity): string {
  const attempts = Math.min(most, retriesOf(policy) + 1);
  return Number.isFinite(attempts) ? `: up to ${attempts} times in a call` : ', any number of times in a call';
}

const hedgesPaidTwice: FormerCheck = {
  formerly: 'RL115',
  confidence: 'high',
  needs: ['hedge'],
  fields: ['hedge'],
  reads: ['idempotency', 'idempotentMethods', 'match', 'maxAttempts', 'paid'],

  *check(scope): Iterable<Draft> {
    const {hedge, paid} = scope.policy;
    if (hedge === null || hedge.maxLoadRatio === 0 || !mayRetry(scope) || !mayRepeat(scope)) return;
    if (paid === null ? !isModelRoute(scope) : paid.maxPaidAttempts < 2) return;
    if (namedMethods(scope)?.every(method => READS.includes(method))) return;
    const most = Math.min(hedge.maxLoadRatio, 1 - (hedge.quantile ?? 0));
    yield {
      at: 'hedge',
      message: `A hedge of a paid call is a second call: up to ${formatShare(most)} of the calls are paid for twice, and one of the answers is thrown away. Remove the hedge.`,
      fix: assign('Remove the hedge', 'hedge', null),
    };
  },
};

/** Models generate in answer to a POST. */
const READS: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

export const callsPaidTwice: Rule = builtIn('RL111', retriesPaidTwice, hedgesPaidTwice);
