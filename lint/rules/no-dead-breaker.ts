import {tripRule} from '../../src/policy/trip-rule.ts';
import type {Breaker, RatioBreaker} from '../../src/policy/types.ts';
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
    // The default breaker does no harm.
    if (breaker === null || isDefault(scope, 'breaker')) return;
    const rps = objective?.assume?.rps;
    if (breaker.kind !== 'ratio') return yield* tooLate(scope, breaker, rps);
    if (rps !== undefined && rps > 0 && isSure(scope, 'breaker.minCalls', 'breaker.windowMs'))
      yield* tooFew(scope, breaker, rps);
    if (breaker.failureRatio < 1) return;
    yield {
      at: 'breaker.failureRatio',
      message: `The breaker opens only if all of at least ${tripRule(breaker).least} attempts fail: one success keeps it closed. Lower ${scope.words.key('breaker.failureRatio')}.`,
      severity: 'warning',
      fix: setting(scope, 'breaker.failureRatio', 0.5),
    };
  },
});

/** More failures in a row than an adaptive breaker ever learns, and than a short outage has. */
function* tooLate(scope: Scope, {kind, failures}: Exclude<Breaker, RatioBreaker>, assumed?: number): Iterable<Draft> {
  const rps = assumed ?? BUSY_RPS;
  const attempts = retriesOf(scope.policy) + 1;
  const ms = Math.floor((failures / rps / attempts) * 1000);
  if (failures <= MOST_FAILURES || ms <= LATE_MS || !isSure(scope, 'breaker.failures')) return;
  yield {
    at: mostSpecific(scope, 'breaker.failures', 'objective.assume.rps'),
    message: `The breaker opens after ${formatNumber(failures)} failures in a row, which take at least ${scope.words.ms(ms)} of an outage${assumed === undefined ? ', even' : ''} at ${formatCalls(rps, attempts)}. Lower failures.`,
    severity: 'warning',
    related: relatedTo(scope, 'objective.assume.rps'),
    fix: setting(scope, 'breaker.failures', kind === 'adaptive' ? 8 : 5),
  };
}

const MOST_FAILURES = 200;
const LATE_MS = 10_000;
const BUSY_RPS = 1000;

const formatCalls = (rps: number, attempts: number): string =>
  `${formatCount(rps, 'call')} per second${attempts === 1 ? '' : ` of ${attempts} attempts each`}`;

function* tooFew(scope: Scope, breaker: RatioBreaker, rps: number): Iterable<Draft> {
  const {windowMs} = breaker;
  const {least} = tripRule(breaker);
  const attempts = retriesOf(scope.policy) + 1;
  if (!isNeverOpened(scope, breaker)) return;
  const held = windowAttempts(scope, breaker, rps);
  yield {
    at: mostSpecific(scope, 'breaker.minCalls', 'breaker.windowMs'),
    message: `The breaker never opens: it needs ${formatCount(least, 'attempt')} in ${scope.words.ms(windowMs)}, and has ${formatNumber(held)} at ${formatCalls(rps, attempts)}. Lower ${scope.words.key('breaker.minCalls')}.`,
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
