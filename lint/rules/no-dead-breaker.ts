import {tripRule} from '../../src/policy/trip-rule.ts';
import type {RatioBreaker} from '../../src/policy/types.ts';
import {isNeverOpened, windowAttempts} from '../analysis/breaker-attempts.ts';
import {formatCount, formatNumber} from '../analysis/format.ts';
import {relatedTo} from '../analysis/related.ts';
import {retriesOf} from '../analysis/retryability.ts';
import {setting} from '../analysis/setting.ts';
import {isDefault, isSet, isSure, mostSpecific, type Scope} from '../model/scope.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const deadBreaker: Rule = builtIn('RL212', {
  needs: ['breaker'],
  fields: ['breaker'],
  reads: ['maxAttempts', 'objective'],

  *check(scope): Iterable<Draft> {
    const {breaker, objective} = scope.policy;
    if (breaker === null || breaker.kind !== 'ratio') return;
    // The default breaker is made for more traffic, and does no harm with less.
    if (isDefault(scope, 'breaker')) return;
    const rps = objective?.assume?.rps;
    if (rps !== undefined && rps > 0 && isSure(scope, 'breaker.minCalls', 'breaker.windowMs'))
      yield* tooFew(scope, breaker, rps);
    if (breaker.failureRatio < 1) return;
    yield {
      at: 'breaker.failureRatio',
      message: `The breaker opens only if all of at least ${tripRule(breaker).least} attempts fail: one success keeps it closed. Lower ${scope.dialect.words.key('breaker.failureRatio')}.`,
      severity: 'warning',
      fix: setting(scope, 'breaker.failureRatio', 0.5),
    };
  },
});

function* tooFew(scope: Scope, breaker: RatioBreaker, rps: number): Iterable<Draft> {
  const {windowMs} = breaker;
  const {least} = tripRule(breaker);
  const {words} = scope.dialect;
  const attempts = retriesOf(scope.policy) + 1;
  if (!isNeverOpened(scope, breaker)) return;
  const held = windowAttempts(scope, breaker, rps);
  const each = attempts === 1 ? '' : ` of ${attempts} attempts each`;
  yield {
    at: mostSpecific(scope, 'breaker.minCalls', 'breaker.windowMs'),
    message: `The breaker never opens: it needs ${formatCount(least, 'attempt')} in ${words.ms(windowMs)}, and has ${formatNumber(held)} at ${formatCount(rps, 'call')} per second${each}. Lower ${words.key('breaker.minCalls')}.`,
    severity: DECIDING.some(path => isSet(scope, path)) ? 'error' : 'warning',
    related: relatedTo(scope, 'objective.assume.rps'),
    ...suggestedMinCalls(scope, windowMs, rps),
  };
}

/** Fields that decide how many attempts are needed. If the policy sets none of them, the finding is a warning. */
const DECIDING = ['breaker.minCalls', 'breaker.windowMs', 'breaker.failureRatio'];

/** Half of the first attempts in a window, so that the breaker opens in an outage with a margin. */
function suggestedMinCalls(scope: Scope, windowMs: number, rps: number): Pick<Draft, 'fix'> {
  const count = Math.floor((rps * windowMs) / 2000);
  return count < LEAST ? {} : {fix: setting(scope, 'breaker.minCalls', count)};
}

/** Least value that is suggested: with fewer attempts a breaker opens by chance. */
const LEAST = 5;
