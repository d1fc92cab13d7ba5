import type {RatioBudget, TokenBucketBudget} from '../../src/policy/types.ts';
import {formatCount, formatShare} from '../analysis/format.ts';
import {isLight, paysByRatio} from '../analysis/rare-calls.ts';
import {relatedTo} from '../analysis/related.ts';
import {mayRetry, retriesOf, retriesThrottled} from '../analysis/retryability.ts';
import {setting} from '../analysis/setting.ts';
import {isPreset, type Scope} from '../model/scope.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const toothlessBudget: Rule = builtIn('RL208', {
  needs: ['budget', 'objective'],
  fields: ['budget'],
  reads: ['concurrency', 'deadlineMs', 'maxAttempts', 'objective', 'paid', 'retryOn'],

  *check(scope): Iterable<Draft> {
    const {budget, objective} = scope.policy;
    if (budget === null || !mayRetry(scope)) return;
    const rps = objective?.assume?.rps;
    // A process with a call in ten seconds has no budget that could hold, and the retries of few calls are no load.
    if ((rps !== undefined && rps <= 0.1) || isLight(scope)) return;
    const drafts = budget.kind === 'ratio' ? checkRatio(budget, rps, scope) : checkBucket(budget, rps, scope);
    for (const draft of drafts) if (!isPreset(scope, draft.at)) yield draft;
  },
});

function* checkRatio(budget: RatioBudget, rps: number | undefined, scope: Scope): Iterable<Draft> {
  const {ratio, windowMs, minPerSecond} = budget;
  const retries = retriesOf(scope.policy);
  if (ratio >= (scope.policy.paid?.maxFreeAttempts ? SDK_RETRIES : 1)) {
    const message = `The budget allows ${formatCount(ratio, 'retry')} per call, so the load can grow to ${formatShare(1 + Math.min(ratio, retries))} of the calls. Set a ratio below 1.`;
    yield {at: 'budget.ratio', message, fix: setting(scope, 'budget.ratio', 0.1)};
  } else if (rps !== 0 && minPerSecond >= (rps ?? BUSY_RPS)) {
    yield {
      ...always(scope, 'budget.minPerSecond', 'The budget', minPerSecond, rps),
      ...(paysByRatio(budget, rps) && {fix: setting(scope, 'budget.minPerSecond', 0)}),
    };
  } else if ((ratio * (rps ?? 1) * windowMs) / 1000 >= MANY_RETRIES) {
    // A window that filled in ordinary traffic, while every call fails.
    const lastsMs = (ratio * windowMs) / retries;
    if (lastsMs < LONG_MS) return;
    const message = `The budget allows ${formatShare(ratio)} of the calls in ${scope.words.ms(windowMs)}: it refuses no retry in the first ${scope.words.ms(Math.round(lastsMs))} of an outage. Lower ${scope.words.key('budget.windowMs')}.`;
    const pays = paysByRatio({...budget, windowMs: 10_000}, rps);
    yield {at: 'budget.windowMs', message, ...(pays && {fix: setting(scope, 'budget.windowMs', 10_000)})};
  }
}

/** Retries of a call by the SDKs of model endpoints. Refusals cost them no work. */
const SDK_RETRIES = 2;

/** As long, and as many, as RL218 reports of a fleet. */
const LONG_MS = 60_000;
const MANY_RETRIES = 100;

/** A full bucket that pays every retry of the first minute of an outage; where the traffic is not known, one that no traffic empties. */
function* largeBucket(budget: TokenBucketBudget, rps: number | undefined, scope: Scope): Iterable<Draft> {
  const {capacity, retryCost} = budget;
  const held = capacity / retryCost;
  const all = retriesOf(scope.policy);
  const isKnown = rps && all < Infinity;
  const lastsMs = (held * 1000) / ((rps || BUSY_RPS) * (isKnown ? all : Math.min(all, MOST_RETRIES)));
  // A limit of attempts in flight bounds the load of retries, too.
  if (held < MANY_RETRIES || lastsMs < LONG_MS || scope.policy.concurrency !== null) return;
  const until = isKnown ? `: it refuses no retry in the first ${scope.words.ms(Math.round(lastsMs))} of an outage` : '';
  yield {
    at: 'budget.capacity',
    message: `A full bucket of ${formatCount(capacity, 'token')} pays ${formatCount(Math.floor(held), 'retry')}${until}. Lower ${scope.words.key('budget.capacity')}.`,
    related: relatedTo(scope, 'objective.assume.rps'),
    fix: setting(scope, 'budget.capacity', 100),
  };
}

/** More calls per second than most processes make, and more retries than a call. */
const BUSY_RPS = 500;
const MOST_RETRIES = 5;

function always(scope: Scope, at: string, what: string, perSecond: number, rps: number | undefined): Draft {
  const calls = rps === undefined ? '' : ` at ${formatCount(rps, 'call')} per second`;
  const message = `${what} always allows ${formatCount(perSecond, 'retry')} per second${calls}: each call can be retried in an outage. Lower ${scope.words.key(at)}.`;
  return {at, message, related: relatedTo(scope, 'objective.assume.rps')};
}

function* checkBucket(budget: TokenBucketBudget, rps: number | undefined, scope: Scope): Iterable<Draft> {
  const {capacity, retryCost, refillPerMinute} = budget;
  const isFree = [
    ['A retry', 'retryCost', 14, true],
    ['A retry after a throttled response', 'throttledCost', 5, retriesThrottled(scope.policy)],
  ] as const;
  for (const [which, name, cost, isPaid] of isFree) {
    if (budget[name] !== 0 || !isPaid) continue;
    const at = `budget.${name}`;
    const message = `${which} takes 0 tokens, so the bucket is never empty and refuses no retry. Set a cost above 0.`;
    // A bucket that does not hold the cost would refuse these retries.
    yield {at, message, ...(capacity >= cost && {fix: setting(scope, at, cost)})};
  }
  if (retryCost > 0) yield* largeBucket(budget, rps, scope);
  const perSecond = refillPerMinute / 60 / retryCost;
  // One retry per minute is accepted for clients with few calls.
  if (retryCost === 0 || rps === 0 || perSecond < (rps ?? BUSY_RPS) || perSecond <= 1 / 60) return;
  const refill = `A refill of ${formatCount(refillPerMinute, 'token')} per minute at ${formatCount(retryCost, 'token')} per retry`;
  yield {
    ...always(scope, 'budget.refillPerMinute', refill, perSecond, rps),
    ...(14 / 60 / retryCost < Math.max(rps ?? BUSY_RPS, 1 / 60 + 1e-9) && {
      fix: setting(scope, 'budget.refillPerMinute', 14),
    }),
  };
}
