/** Fields that have no effect beside others, and why. */

import {defaultPolicy} from '../../src/policy/defaults.ts';
import type {Backoff, Policy} from '../../src/policy/types.ts';
import type {Scope} from '../model/scope.ts';
import {formatCount, formatList, formatNumber, formatShare} from './format.ts';
import {isIdempotent} from './methods.ts';
import {mayRetry, namedMethods, retriesThrottled} from './retryability.ts';

/** A field that may have no effect. */
export interface InertField {
  readonly path: string;
  /** The reason why the field has no effect, as a clause; undefined if it has an effect. */
  readonly inert: (scope: Scope) => string | undefined;
  /** The effect of the value, in place of `has no effect`. */
  readonly effect?: string;
  /** The fix removes the field. It is unsafe: a single call may override the field that disables this one. */
  readonly isRemovable?: true;
  /** The calls run as they would if it had an effect, or as a reader expects. */
  readonly isHarmless?: true;
}

/** The reason why no call is retried; undefined if calls may be retried. */
function notRetried(scope: Scope): string | undefined {
  if (mayRetry(scope)) return undefined;
  return scope.policy.maxAttempts === null
    ? 'maxAttempts is null, so nothing is retried'
    : `${scope.words.key('maxAttempts')} is ${scope.words.value('maxAttempts', 1)}, so nothing is retried`;
}

const withoutRetries = (path: 'backoff' | 'budget' | 'hedge'): InertField => ({
  path,
  isRemovable: true,
  inert: scope => (scope.policy[path] === null ? undefined : notRetried(scope)),
});

const whenNotHeld = (field: 'firstContentMs' | 'holdBytes'): InertField => ({
  path: `stream.${field}`,
  isRemovable: true,
  isHarmless: true,
  inert: ({policy: {stream}}) =>
    stream?.commit === 'headers' && stream[field] !== null
      ? 'stream.commit is "headers", so no stream is held'
      : undefined,
});

const whenIgnored = (field: 'maxMs' | 'scope'): InertField => ({
  path: `retryAfter.${field}`,
  isRemovable: true,
  inert: ({policy}) => (policy.retryAfter.honor ? undefined : 'retryAfter.honor is false, so Retry-After is ignored'),
});

const whenDecorrelated = (field: 'factor' | 'stepMs', kind: Backoff['kind']): InertField => ({
  path: `backoff.${field}`,
  isRemovable: true,
  isHarmless: true,
  inert: ({policy: {backoff}}) =>
    backoff.jitter === 'decorrelated' && backoff.kind === kind
      ? 'decorrelated jitter computes each wait from the previous one'
      : undefined,
});

const whenAllShared = (field: 'headers' | 'query'): InertField => ({
  path: `failover.${field}`,
  isRemovable: true,
  inert: ({policy: {endpoints, failover}}) =>
    endpoints !== null && failover.sharedCredentials && failover[field].length > 0
      ? 'failover.sharedCredentials lets everything go along'
      : undefined,
});

/** Without a wait, or a place to wait in, no call waits for the end of an outage. */
const whenNoneWaits = (field: 'maxAgeMs' | 'queue'): InertField => ({
  path: `breaker.${field}`,
  isRemovable: true,
  inert: ({policy: {breaker}}) => {
    if (breaker?.kind !== 'adaptive') return undefined;
    if (breaker.maxWaitMs === 0) return 'breaker.maxWaitMs is 0, so no call waits';
    return field === 'maxAgeMs' && breaker.queue === 0 ? 'breaker.queue is 0, so no call waits' : undefined;
  },
});

const beyondDeadline = ({policy: {deadlineMs}, words}: Scope, waitMs: number): string | undefined =>
  deadlineMs === null || waitMs < deadlineMs
    ? undefined
    : `no attempt waits beyond the deadline of ${words.ms(deadlineMs)}, and ${words.ms(waitMs)} is not below it`;

/** Whether a hint holds more than the call that got it, whose deadline does not bound it then. */
const holdsOthers = ({retryAfter, quota, concurrency, endpoints}: Policy): boolean =>
  retryAfter.scope === 'origin' || quota !== null || endpoints !== null || concurrency?.kind === 'adaptive';

/** With half a retry admitted on average, few windows hold enough calls for one. */
const HALF_A_RETRY = 0.5;

export const INERT_FIELDS: readonly InertField[] = [
  withoutRetries('backoff'),
  withoutRetries('budget'),
  withoutRetries('hedge'),
  whenIgnored('maxMs'),
  whenIgnored('scope'),
  {
    path: 'retryAfter.maxMs',
    isHarmless: true,
    inert: scope =>
      scope.policy.retryAfter.honor && !holdsOthers(scope.policy)
        ? beyondDeadline(scope, scope.policy.retryAfter.maxMs)
        : undefined,
  },
  whenDecorrelated('factor', 'exponential'),
  whenDecorrelated('stepMs', 'linear'),
  {
    path: 'backoff.throttledBaseMs',
    isRemovable: true,
    isHarmless: true,
    inert: scope =>
      !mayRetry(scope) || retriesThrottled(scope.policy) ? undefined : 'retryOn lists no throttled response',
  },
  {
    path: 'hedge',
    inert: ({policy: {hedge, attemptTimeoutMs}, words}) => {
      if (hedge?.maxLoadRatio === 0) return 'its maxLoadRatio is 0, so no hedge is ever sent';
      if (hedge?.delayMs === undefined || attemptTimeoutMs === null || hedge.delayMs < attemptTimeoutMs)
        return undefined;
      return `its delay of ${words.ms(hedge.delayMs)} is above the attempt timeout of ${words.ms(attemptTimeoutMs)}`;
    },
  },
  {
    path: 'budget',
    effect: 'refuses every retry',
    inert: scope => {
      const {budget} = scope.policy;
      if (budget === null || !mayRetry(scope)) return undefined;
      if (budget.kind === 'ratio') {
        const isEmpty = budget.ratio === 0 && budget.minPerSecond === 0;
        return isEmpty ? 'its ratio and its minPerSecond are 0. Raise one of them' : undefined;
      }
      const {capacity, retryCost, throttledCost} = budget;
      if (capacity >= Math.min(retryCost, throttledCost)) return undefined;
      return `a retry takes ${formatCount(retryCost, 'token')}, ${throttledCost} after a throttled response, and the bucket holds ${capacity}. Raise capacity`;
    },
  },
  {
    path: 'budget',
    effect: 'refuses almost every retry',
    inert: scope => {
      const {budget, objective} = scope.policy;
      const rps = objective?.assume?.rps ?? 0;
      if (budget?.kind !== 'ratio' || rps === 0 || !mayRetry(scope)) return undefined;
      const {ratio, windowMs, minPerSecond} = budget;
      const calls = (rps * windowMs) / 1000;
      const admitted = calls * ratio + (minPerSecond * windowMs) / 1000;
      // With ratio and minPerSecond at 0, it refuses every retry.
      if (admitted === 0 || admitted > HALF_A_RETRY) return undefined;
      const held = `${formatCount(Number(formatNumber(rps)), 'call')} per second make ${formatCount(Number(formatNumber(calls)), 'call')} in its window of ${scope.words.ms(windowMs)}`;
      return `${held}, and ${formatShare(ratio)} of them are ${formatNumber(calls * ratio)} retries. Raise windowMs or minPerSecond`;
    },
  },
  {
    path: 'idempotency.methods',
    effect: 'gives a key to no POST and no PATCH',
    inert: scope => {
      const methods = scope.policy.idempotency?.methods ?? [];
      const named = namedMethods(scope);
      if (methods.length === 0 || !methods.every(isIdempotent)) return undefined;
      if (named?.some(method => methods.includes(method))) return undefined;
      return `it lists ${formatList(methods)}, and ${methods.length === 1 ? 'that is' : 'those are'} retried without a key, too. List POST`;
    },
  },
  {
    path: 'idempotency',
    inert: ({policy: {idempotency}}) =>
      idempotency?.methods.length === 0 ? 'its list of methods is empty, so no key is sent' : undefined,
  },
  {
    path: 'nested',
    isRemovable: true,
    inert: scope => (scope.policy.nested === 'yield' ? notRetried(scope) : undefined),
  },
  {
    path: 'attemptHeader',
    isRemovable: true,
    effect: 'is 1 in every request',
    inert: scope => (scope.policy.attemptHeader === null ? undefined : notRetried(scope)),
  },
  {
    path: 'paid.maxPaidAttempts',
    isRemovable: true,
    inert: scope => (scope.policy.paid === null ? undefined : notRetried(scope)),
  },
  {
    path: 'paid.attemptTimeoutPerOutputTokenMs',
    isRemovable: true,
    inert: ({policy: {paid, attemptTimeoutMs}}) =>
      attemptTimeoutMs === null && paid !== null && paid.attemptTimeoutPerOutputTokenMs !== null
        ? 'attemptTimeoutMs is null, so there is no timeout that could grow'
        : undefined,
  },
  whenNoneWaits('maxAgeMs'),
  whenNoneWaits('queue'),
  whenNotHeld('firstContentMs'),
  whenNotHeld('holdBytes'),
  {
    path: 'quota.maxWaitMs',
    isRemovable: true,
    inert: scope => beyondDeadline(scope, scope.policy.quota?.maxWaitMs ?? 0),
  },
  {
    path: 'deadlineHeader',
    isRemovable: true,
    inert: ({policy: {deadlineMs, deadlineHeader}}) =>
      deadlineMs === null && deadlineHeader !== null ? 'deadlineMs is null, so the header is not sent' : undefined,
  },
  {
    path: 'failover',
    isRemovable: true,
    inert: ({policy: {endpoints, failover}}) =>
      endpoints === null && failover !== defaultPolicy.failover ? 'there are no endpoints to go to' : undefined,
  },
  {
    path: 'failover.ejection',
    isRemovable: true,
    inert: ({
      policy: {
        endpoints,
        failover: {ejection},
      },
    }) => {
      const {maxEjectedShare, ...others} = ejection;
      const {maxEjectedShare: _, ...defaults} = defaultPolicy.failover.ejection;
      return endpoints !== null && maxEjectedShare === 0 && JSON.stringify(others) !== JSON.stringify(defaults)
        ? 'its maxEjectedShare is 0, so no endpoint is ejected'
        : undefined;
    },
  },
  whenAllShared('headers'),
  whenAllShared('query'),
  {
    path: 'failover.balance',
    isRemovable: true,
    inert: ({policy: {endpoints, failover}}) => {
      const ranks = new Set(endpoints?.map(({rank}) => rank));
      return endpoints !== null && failover.balance !== 'weighted' && ranks.size === endpoints.length
        ? 'no two endpoints have one rank'
        : undefined;
    },
  },
  {
    path: 'endpoints',
    inert: ({dialect, policy: {endpoints}}) =>
      endpoints?.length === 1 && dialect.expresses('endpoints.readyPath') && !endpoints[0]!.readyPath
        ? 'it lists one alone, so a call can go nowhere else, and no readyPath to wait for'
        : undefined,
  },
];
