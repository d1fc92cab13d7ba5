/** What a scope sends, and how often: questions that many rules ask. */

import {defaultPolicy} from '../../src/policy/defaults.ts';
import type {Policy, RetryTrigger} from '../../src/policy/types.ts';
import {isSure, type Scope} from '../model/scope.ts';
import type {Change} from '../rule.ts';

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

const SAFE_OR_IDEMPOTENT: ReadonlySet<string> = new Set('GET HEAD OPTIONS TRACE PUT DELETE QUERY'.split(' '));

/** Methods that RFC 9110 does not call idempotent, as far as a route names them. */
export function namedNonIdempotent({match}: Scope): string[] {
  return [...new Set((match?.methods ?? []).map(method => method.toUpperCase()))].filter(
    method => !SAFE_OR_IDEMPOTENT.has(method),
  );
}

/** A key goes on calls of this method. */
export const isKeyed = ({idempotency}: Policy, method: string): boolean =>
  idempotency?.methods.includes(method) === true;

/** Every last literal segment that names a question rather than a deed. */
const READ_LIKE =
  /^(?:predict|infer|inference|embeddings?|completions?|responses|messages|search|query|rank|rerank|classify|moderations|tokenize|score)$/i;

/** gRPC's methods are POSTs, and say in their first word whether they ask: `/shop.Orders/GetOrder`. */
const GRPC_READ =
  /^\/(?:\w+\.)*[A-Z]\w*\/(?:Batch)?(?:Get|List|Search|Query|Find|Lookup|Read|Watch|Check|Count|Describe|Predict|Infer|Embed|Rank|Classify)(?![a-z])/;

/** A POST there asks and changes nothing: `/v1/predict/*`, `/**\/chat/completions`, `/pkg.Search/Query`. */
export function isReadLike(path: string | undefined): boolean {
  if (GRPC_READ.test(path ?? '')) return true;
  const literal = (path ?? '').split('/').findLast(segment => segment !== '' && !segment.includes('*'));
  return literal !== undefined && READ_LIKE.test(literal.replace(/^.*:/, ''));
}

/** A path that says a second send costs something. */
export const isMutating = (path: string | undefined): boolean =>
  /pay|charge|transfer|deposit|refund|order|send|sms|mail|create|publish/i.test(path ?? '') && !isReadLike(path);

/** After these the server may have done the work: 408, 421, 425 and 429 say that it has not. */
const GREEN_STATUSES: ReadonlySet<RetryTrigger> = new Set<RetryTrigger>([408, 421, 425, 429]);

/**
 * The triggers of a policy after which a call of this method may have been acted on.
 *
 * "network" has both kinds in it. The client tells them apart, so it counts only where the method is declared harmless to repeat:
 * then a reset is sent again as well.
 */
export function ambiguousTriggers({retryOn, idempotentMethods}: Policy, method: string): RetryTrigger[] {
  return retryOn.filter(trigger => {
    if (trigger === 'network') return idempotentMethods.includes(method);
    if (trigger === 'timeout' || trigger === '5xx') return true;
    return typeof trigger === 'number' && trigger >= 500 && !GREEN_STATUSES.has(trigger);
  });
}

/** Whether some call of the scope may be sent again although the server may have acted: after a timeout, a reset or a 500. */
export function mayRepeat({policy, match}: Scope): boolean {
  const {idempotentMethods, idempotency} = policy;
  const repeatable = [...idempotentMethods, ...(idempotency?.methods ?? [])];
  const methods = match?.methods?.map(method => method.toUpperCase());
  return methods === undefined ? repeatable.length > 0 : methods.some(method => repeatable.includes(method));
}

/** Whether an attempt that timed out is sent again. */
export const retriesTimeouts = (scope: Scope): boolean =>
  scope.policy.retryOn.includes('timeout') && mayRepeat(scope) && mayRetry(scope);

/** Answers that ask for less. A 503 is one where it says when to come back. */
const THROTTLING: readonly RetryTrigger[] = [429, 529, 503, '4xx', '5xx', 'RESOURCE_EXHAUSTED'];

/** Whether a resend may be a throttled one, which waits from `throttledBaseMs`. */
export const retriesThrottled = ({retryOn}: Policy): boolean => retryOn.some(trigger => THROTTLING.includes(trigger));

/** `POST /v1/orders`, `GET or HEAD on every path`: the calls of a scope. */
export const callsOf = ({match}: Scope, method?: string): string =>
  `${method ?? match?.methods?.join(' or ').toUpperCase() ?? 'every method'} ${match?.path ?? match?.origin ?? 'on every path'}`;

/** Gives `retryOn` back its default: by taking out the only list there is, or by writing the default over the others. */
export const defaultTriggers = ({layers}: Scope): Change =>
  layers.filter(({data}) => data.retryOn !== undefined).length > 1
    ? {do: 'set', path: 'retryOn', value: defaultPolicy.retryOn, inScope: true}
    : {do: 'remove', path: 'retryOn'};
