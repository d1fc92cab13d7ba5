/** What a scope may retry, and how often. */

import {defaultPolicy} from '../../src/policy/defaults.ts';
import type {Policy, RetryTrigger} from '../../src/policy/types.ts';
import {isDefault, isSure, type Scope} from '../model/scope.ts';
import type {Change, FixDraft} from '../rule.ts';
import {isGrpcPath} from './grpc-path.ts';

/** Whether more than one attempt is possible. True if `maxAttempts` is invalid, because it was meant to be a number. */
export function mayRetry(scope: Scope): boolean {
  const {maxAttempts} = scope.policy;
  if (!isSure(scope, 'maxAttempts')) return true;
  return maxAttempts === 'unlimited' || (maxAttempts !== null && maxAttempts > 1);
}

/** Whether no failure is retried, whatever number of attempts is allowed: a hedge is one more attempt at most. RL408 reports it. */
export const isIdle = ({policy: {retryOn}}: Scope): boolean => retryOn.length === 0;

/** Attempts after the first; Infinity if unlimited. */
export function retriesOf({maxAttempts}: Policy): number {
  if (maxAttempts === 'unlimited') return Infinity;
  return maxAttempts === null ? 0 : maxAttempts - 1;
}

/** The methods of a route; POST for a gRPC path. Undefined if the route matches every method. */
export function namedMethods({match}: Scope): string[] | undefined {
  if (match?.methods === undefined) return isGrpcPath(match?.path) ? ['POST'] : undefined;
  return [...new Set(match.methods.map(method => method.toUpperCase()))];
}

/** Methods of a route that are not idempotent by default. */
export const namedNonIdempotent = (scope: Scope): string[] =>
  (namedMethods(scope) ?? []).filter(method => !defaultPolicy.idempotentMethods.includes(method));

/** Whether calls with this method send an idempotency key. */
export const isKeyed = ({idempotency}: Policy, method: string): boolean =>
  idempotency?.methods.includes(method) === true;

/** Whether a call of the scope may be retried after the server may have processed it: after a timeout, a reset or a 500. */
export function mayRepeat(scope: Scope): boolean {
  const {idempotentMethods, idempotency} = scope.policy;
  const repeatable = [...idempotentMethods, ...(idempotency?.methods ?? [])];
  const methods = namedMethods(scope);
  return methods === undefined ? repeatable.length > 0 : methods.some(method => repeatable.includes(method));
}

/** Whether a timeout would be paid for again, and is not retried for that reason. */
export const paysForTimeouts = ({paid}: Policy): boolean => paid?.afterTimeout === false;

/** The fields that `retriesTimeouts` reads. */
export const TIMEOUT_FIELDS: readonly string[] = [
  'idempotency',
  'idempotentMethods',
  'match',
  'maxAttempts',
  'paid',
  'retryOn',
];

/** Whether a timeout is retried. */
export const retriesTimeouts = (scope: Scope): boolean =>
  scope.policy.retryOn.includes('timeout') && !paysForTimeouts(scope.policy) && mayRepeat(scope) && mayRetry(scope);

/** Triggers for throttled responses. A 503 is throttled if it has Retry-After. */
const THROTTLING: readonly RetryTrigger[] = [429, 529, 503, '4xx', '5xx', 'RESOURCE_EXHAUSTED'];

/** Whether a throttled response is retried, with waits from `throttledBaseMs`. */
export const retriesThrottled = ({retryOn}: Policy): boolean => retryOn.some(trigger => THROTTLING.includes(trigger));

/** `POST /v1/orders`, `GET or HEAD on every path`: the calls of a scope. */
export const callsOf = ({match}: Scope, method?: string): string =>
  `${method ?? match?.methods?.join(' or ').toUpperCase() ?? 'every method'} ${match?.path ?? match?.origin ?? 'on every path'}`;

/** Restores the default of `retryOn`: removes the only list, or writes the default over several. */
export const defaultTriggers = ({layers}: Scope): Change =>
  layers.filter(({data}) => data.retryOn !== undefined).length > 1
    ? {do: 'set', path: 'retryOn', value: defaultPolicy.retryOn, inScope: true}
    : {do: 'remove', path: 'retryOn'};

export const asByDefault = (scope: Scope): FixDraft => ({
  title: 'Use the default retryOn',
  changes: [defaultTriggers(scope)],
});

/** The methods of the scope that have a body and may be retried. */
export function repeatedWithBody(scope: Scope): string[] {
  const {policy} = scope;
  const called = namedMethods(scope);
  return ['PUT', 'POST', 'PATCH', 'QUERY'].filter(
    method =>
      (called === undefined || called.includes(method)) &&
      (policy.idempotentMethods.includes(method) || isKeyed(policy, method)),
  );
}

/** Parts of an upload. In S3 and its kind a part has at least 5 MiB. */
const UPLOAD = /\/uploads?\/.*\/(?:parts|chunks)(?:\/|$)/;

/** Whether the route sends parts of an upload, and the policy has the default limit. */
export const isUpload = (scope: Scope): boolean =>
  isDefault(scope, 'replayLimitBytes') && UPLOAD.test(scope.match?.path ?? '');
