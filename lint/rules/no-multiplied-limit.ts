import type {Budget} from '../../src/policy/types.ts';
import {formatCount, formatNumber, formatShare} from '../analysis/format.ts';
import {formatLimits} from '../analysis/format-limits.ts';
import {isRare, paysByRatio} from '../analysis/rare-calls.ts';
import {relatedTo} from '../analysis/related.ts';
import {mayRetry, retriesOf} from '../analysis/retryability.ts';
import {assign, setting} from '../analysis/setting.ts';
import {splitLimit} from '../analysis/split-limit.ts';
import {mostSpecific, type Scope} from '../model/scope.ts';
import type {Check, Draft, FixDraft, FormerCheck, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

const multipliedBudget: Check = {
  worse: 'higher',
  needs: ['objective'],
  fields: ['budget', 'maxAttempts', 'objective'],

  *check(scope): Iterable<Draft> {
    const {budget, objective} = scope.policy;
    const instances = objective?.instances ?? 1;
    const rps = objective?.assume?.rps ?? 0;
    if (budget === null || instances < 2 || rps === 0 || isRare(scope) || !mayRetry(scope)) return;
    const fleet = {instances, rps};
    const draft = always(scope, budget, fleet) ?? atFirst(scope, budget, fleet);
    if (draft !== undefined) yield draft;
  },
};

interface Fleet {
  readonly instances: number;
  /** Calls per second of each process. */
  readonly rps: number;
}

/** Share of the calls: the default of Finagle and of GEP-3388. */
const MOST_SHARE = 0.2;
/** Retries per second of all processes; fewer are not reported. */
const LEAST_PER_SECOND = 1;
const LONG_SECONDS = 60;
/** Retries in the buckets of all processes; fewer are not reported. */
const LEAST_RETRIES = 100;
/** Retries of a fleet that an overloaded server notices, although they end after seconds. */
const MANY_RETRIES = 1000;
const MANY_SECONDS = 5;

/** Retries per second that the budget allows whether or not calls succeed. */
function always(scope: Scope, budget: Budget, {instances, rps}: Fleet): Draft | undefined {
  const each = budget.kind === 'ratio' ? budget.minPerSecond : budget.refillPerMinute / 60 / budget.retryCost;
  const all = each * instances;
  const isToothless = each >= rps && (budget.kind === 'ratio' || each > 1 / 60);
  // RL208 reports a budget that is too large for one process.
  if (!Number.isFinite(all) || isToothless || each / rps <= MOST_SHARE || all < LEAST_PER_SECOND) return undefined;
  const field = budget.kind === 'ratio' ? 'budget.minPerSecond' : 'budget.refillPerMinute';
  return {
    at: mostSpecific(scope, field, 'objective.instances'),
    message: `${instances} processes may each retry ${formatCount(each, 'time')} per second, however few calls they make: together ${formatCount(all, 'retry')} per second, ${formatShare(each / rps)} of their ${formatNumber(instances * rps)} calls. The limit is ${formatShare(MOST_SHARE)}.`,
    // As many as the default budget refills.
    ...(each <= 1 / 60 && {severity: 'info'}),
    related: related(scope, field),
    ...(budget.kind === 'ratio' && paysByRatio(budget, rps)
      ? {fix: setting(scope, field, 0)}
      : {suggestions: [asShare(rps)]}),
  };
}

/** Retries from a full bucket at the beginning of an outage. */
function atFirst(scope: Scope, budget: Budget, {instances, rps}: Fleet): Draft | undefined {
  if (budget.kind === 'ratio' || budget.retryCost === 0) return undefined;
  const each = Math.floor(budget.capacity / budget.retryCost);
  const seconds = each / (rps * retriesOf(scope.policy));
  const calls = formatCount(Number(formatNumber(rps)), 'call');
  const isBurst = each * instances >= MANY_RETRIES && each >= rps * MANY_SECONDS;
  const isLong = seconds >= LONG_SECONDS;
  // Unlimited retries empty the buckets at once.
  if (isLong ? each * instances < LEAST_RETRIES : seconds === 0 || !isBurst) return undefined;
  const buckets = `${instances} processes each have a bucket of ${formatCount(each, 'retry')}, together ${formatNumber(each * instances)}`;
  return {
    at: mostSpecific(scope, 'budget.capacity', 'objective.instances'),
    message: isLong
      ? `${buckets}: at ${calls} per second each, the buckets refuse no retry in the first ${formatNumber(seconds)} s of an outage. The limit is ${LONG_SECONDS} s.`
      : `${buckets}: more than their ${formatNumber(instances * rps)} calls per second make in ${MANY_SECONDS} s. In the first ${formatNumber(seconds)} s of an outage no retry is refused. Lower capacity.`,
    ...(!isLong && {severity: 'info'}),
    related: related(scope, 'budget.capacity'),
    suggestions: [asShare(rps)],
  };
}

const related = (scope: Scope, field: string): NonNullable<Draft['related']> =>
  relatedTo(scope, 'objective.instances', 'objective.assume.rps', field);

/** A window has to hold at least twenty calls, because ten percent of fewer is no retry. */
function asShare(rps: number): FixDraft {
  const windowMs = Math.min(Math.ceil(20 / rps) * 1000, DAY_MS);
  const value = {kind: 'ratio', ratio: 0.1, ...(windowMs > DEFAULT_WINDOW_MS ? {windowMs} : {})};
  return assign('Allow retries for 10 % of the calls instead', 'budget', value);
}

const DEFAULT_WINDOW_MS = 10_000;
const DAY_MS = 86_400_000;

const quotaMultipliedByInstances: FormerCheck = {
  formerly: 'RL223',
  severity: 'info',
  needs: ['objective'],
  fields: ['quota', 'objective.instances'],

  *check(scope): Iterable<Draft> {
    const {quota, objective} = scope.policy;
    const instances = objective?.instances ?? 1;
    if (quota === null || quota.limits.length === 0 || instances < 2) return;
    yield {
      at: mostSpecific(scope, 'quota.limits', 'objective.instances'),
      message: `${instances} processes may each take ${formatLimits(scope)}, together ${instances} times as much. If the account has one limit for all of them, state a part for each, or share the quota through steadfetch/redis.`,
      related: relatedTo(scope, 'objective.instances'),
    };
  },
};

export const multipliedLimit: Rule = builtIn('RL218', multipliedBudget, quotaMultipliedByInstances, splitLimit);
