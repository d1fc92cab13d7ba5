/** What a scope sends, and how often: questions that many rules ask. */

import {defaultPolicy} from '../../src/policy/defaults.ts';
import type {Policy, RetryTrigger} from '../../src/policy/types.ts';
import {isSure, type Scope} from '../model/scope.ts';
import type {Change} from '../rule.ts';
import {isGrpcPath} from './grpc-path.ts';

/** More than one send is possible. Where `maxAttempts` is a slip, it was meant to be something, so it is. */
export function mayRetry(scope: Scope): boolean {
  const {maxAttempts} = scope.policy;
  if (!isSure(scope, 'maxAttempts')) return true;
  return maxAttempts === 'unlimited' || (maxAttempts !== null && maxAttempts > 1);
}

/** Sends beyond the first; Infinity where nothing bounds their number. */
export function retriesOf({maxAttempts}: Policy): number {
  if (maxAttempts === 'unlimited') return Number.POSITIVE_INFINITY;
  return maxAttempts === null ? 0 : maxAttempts - 1;
}

/** The methods that a route names: POST where its path is one of gRPC. Undefined where it takes every method. */
export function namedMethods({match}: Scope): string[] | undefined {
  if (match?.methods === undefined) return isGrpcPath(match?.path) ? ['POST'] : undefined;
  return [...new Set(match.methods.map(method => method.toUpperCase()))];
}

/** Those of them that are retried after the server may have acted only if the policy says so. */
export const namedNonIdempotent = (scope: Scope): string[] =>
  (namedMethods(scope) ?? []).filter(method => !defaultPolicy.idempotentMethods.includes(method));

/** A key goes on calls of this method. */
export const isKeyed = ({idempotency}: Policy, method: string): boolean =>
  idempotency?.methods.includes(method) === true;

/** Whether some call of the scope may be sent again although the server may have acted: after a timeout, a reset or a 500. */
export function mayRepeat(scope: Scope): boolean {
  const {idempotentMethods, idempotency} = scope.policy;
  const repeatable = [...idempotentMethods, ...(idempotency?.methods ?? [])];
  const methods = namedMethods(scope);
  return methods === undefined ? repeatable.length > 0 : methods.some(method => repeatable.includes(method));
}

/** Whether an attempt that timed out is sent again. */
export const retriesTimeouts = (scope: Scope): boolean =>
  scope.policy.retryOn.includes('timeout') && mayRepeat(scope) && mayRetry(scope);

/** Answers that ask for less. A 503 is one where it says when to come back. */
const THROTTLING: readonly RetryTrigger[] = [429, 529, 503, '4xx', '5xx', 'RESOURCE_EXHAUSTED'];

/** Whether a retry may be a throttled one, which waits from `throttledBaseMs`. */
export const retriesThrottled = ({retryOn}: Policy): boolean => retryOn.some(trigger => THROTTLING.includes(trigger));

/** `POST /v1/orders`, `GET or HEAD on every path`: the calls of a scope. */
export const callsOf = ({match}: Scope, method?: string): string =>
  `${method ?? match?.methods?.join(' or ').toUpperCase() ?? 'every method'} ${match?.path ?? match?.origin ?? 'on every path'}`;

/** Gives `retryOn` back its default: by taking out the only list there is, or by writing the default over the others. */
export const defaultTriggers = ({layers}: Scope): Change =>
  layers.filter(({data}) => data.retryOn !== undefined).length > 1
    ? {do: 'set', path: 'retryOn', value: defaultPolicy.retryOn, inScope: true}
    : {do: 'remove', path: 'retryOn'};
