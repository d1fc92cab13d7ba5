/** Methods whose calls send a key and are hedged: both attempts reach the server before it can store the key. */

import {isSetByRoute, type Scope} from '../model/scope.ts';
import {isIdempotent} from './methods.ts';
import {effectOf, isBroad} from './path-effect.ts';
import {movesMoney} from './repeat-words.ts';
import {isKeyed, mayRetry, namedMethods} from './retryability.ts';

export interface HedgedKey {
  readonly scope: Scope;
  readonly method: string;
}

/**
 * Scopes where money moves, and those for a whole API, whose paths are not known. A hedge of the whole policy is named once, not in each route
 * that inherits it.
 *
 * @param scopes The policy and its routes.
 */
export function hedgedKeys(scopes: readonly Scope[]): HedgedKey[] {
  const found = scopes.flatMap(scope =>
    keyedOf(scope, scopes)
      .slice(0, 1)
      .map(method => ({scope, method})),
  );
  return found.filter(
    ({scope}, index) => index === 0 || found[0]?.scope.match !== undefined || isSetByRoute(scope, 'hedge'),
  );
}

function keyedOf(scope: Scope, scopes: readonly Scope[]): string[] {
  const {policy, match} = scope;
  if (policy.hedge === null || !mayRetry(scope)) return [];
  const methods = namedMethods(scope) ?? policy.idempotency?.methods ?? [];
  const keyed = methods.filter(method => isKeyed(policy, method) && isIdempotent(method) === false);
  if (movesMoney(match)) return keyed;
  // With failover.sharedKeys the author says that servers deduplicate at once.
  if (!isBroad(match) || effectOf(match).effect !== 'unknown' || policy.failover.sharedKeys) return [];
  return match === undefined ? keyed.filter(method => !scopes.some(isUnhedgedFor(method))) : keyed;
}

/** Whether a route takes the hedge from all calls of a method. */
const isUnhedgedFor =
  (method: string) =>
  ({match, policy}: Scope): boolean =>
    policy.hedge === null &&
    match?.origin === undefined &&
    isBroad(match) &&
    match?.methods?.includes(method) !== false;
