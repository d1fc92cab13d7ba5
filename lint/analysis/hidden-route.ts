/** A route of a preset that gets none of its calls, because the file has a route for them: the first that matches wins. */

import {modelHostOf} from '../../src/decide/model-host.ts';
import {isSetHere, type Scope} from '../model/scope.ts';
import type {Draft} from '../rule.ts';
import {isKeyed} from './retryability.ts';
import {covers, mayMeet} from './route-cover.ts';

/** Reports a route that does not let a method be repeated, where the other one does. */
export function* hiddenRoute(scope: Scope, scopes: readonly Scope[]): Iterable<Draft> {
  const {match, policy, own} = scope;
  if (match === undefined || own.entry !== undefined || isSetHere(scope, 'idempotentMethods')) return;
  // At the origin of a model vendor there are the paths of models.
  const {origin, ...atAll} = match;
  const reach = modelHostOf(origin ?? '') === undefined ? match : atAll;
  const others = scopes.flatMap(each =>
    each.own.entry !== undefined && each.match ? [{...each, match: each.match}] : [],
  );
  // A route of the file for one of those calls may be the only one that is needed.
  const isServed = scopes
    .slice(0, scopes.indexOf(scope))
    .some(each => others.some(other => covers(other.match, {...other.match, path: '/', ...each.match})));
  for (const other of others) {
    const method = other.policy.idempotentMethods.find(
      each =>
        mayMeet(match, {methods: [each]}) &&
        mayMeet(other.match, {methods: [each]}) &&
        !policy.idempotentMethods.includes(each) &&
        !isKeyed(policy, each),
    );
    if (method === undefined) continue;
    const methods = [method];
    const isInside = covers(other.match, {...match, methods});
    // One of the paths that end so.
    const path = other.match.path?.replace(/^\/\*\*/, '/v1') ?? '/';
    if (!isInside && (isServed || !covers(reach, {...other.match, methods, path}))) continue;
    const what = isInside ? 'replaces one' : `takes ${path} from one`;
    const remedy = isInside ? 'Set it here, too' : 'Match fewer paths, or move its fields to the top of the policy';
    return yield {
      at: 'match',
      message: `This route ${what} of ${other.own.name} that has idempotentMethods: ${method} is not retried when the server may have processed it. ${remedy}.`,
      severity: 'warning',
    };
  }
}
