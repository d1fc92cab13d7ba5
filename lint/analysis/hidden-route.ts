/** A route of a preset that gets none of its calls, because the file has a route for them: the first that matches wins. */

import {modelHostOf} from '../../src/decide/model-host.ts';
import {defaultPolicy} from '../../src/policy/defaults.ts';
import type {Match, PolicyInput, RouteInput} from '../../src/policy/types.ts';
import {isSetHere, type Scope} from '../model/scope.ts';
import type {Draft} from '../rule.ts';
import {isKeyed} from './retryability.ts';
import {covers} from './route-cover.ts';

/** Reports a route that does not let a method be repeated, where the other one does. */
export function* hiddenRoute(scope: Scope, scopes: readonly Scope[]): Iterable<Draft> {
  const {match, layers, own} = scope;
  if (match === undefined || own.entry !== undefined || isSetHere(scope, 'idempotentMethods')) return;
  for (const {data, entry, name} of layers) {
    const routes = entry === undefined ? [] : ((data as PolicyInput).routes ?? []);
    for (const {match: other, idempotentMethods = []} of routes)
      for (const method of idempotentMethods) {
        if (!isLost(scope, method)) continue;
        if (covers(other, {...match, methods: [method]}))
          return yield finding(`replaces one of ${name}`, method, 'Set it here, too');
        const path = typicalPath(other);
        if (path === undefined || !covers(atModels(match), {...other, methods: [method], path})) continue;
        if (!isServed(routes, scopes.slice(0, scopes.indexOf(scope)), method))
          return yield finding(`takes ${path} from one of ${name}`, method, WIDE);
      }
  }
}

const WIDE = 'Match fewer paths, or move its fields to the top of the policy';

const finding = (what: string, method: string, remedy: string): Draft => ({
  at: 'match',
  message: `This route ${what} that has idempotentMethods: ${method} is not retried when the server may have processed it. ${remedy}.`,
  severity: 'warning',
});

/** Whether an earlier route is for calls of the layer: it may be the only one that is needed. */
const isServed = (routes: readonly RouteInput[], earlier: readonly Scope[], method: string): boolean =>
  earlier.some(({match}) => match && routes.some(({match: other}) => covers(other, {methods: [method], ...match})));

/** Whether the scope gets calls with the method, and repeats none that the server may have acted on. */
function isLost({policy, match}: Scope, method: string): boolean {
  const isRepeated = [...defaultPolicy.idempotentMethods, ...policy.idempotentMethods].includes(method);
  const methods = match?.methods?.map(each => each.toUpperCase());
  return !isRepeated && !isKeyed(policy, method) && methods?.includes(method) !== false;
}

/** `/v1/embeddings` of all paths that end so. */
const typicalPath = ({path}: Match): string | undefined =>
  path?.replace(/^\/\*\*(?=\/)(?!\/v\d)/, '/v1').replace(/^\/\*\*/, '');

/** At the origin of a model vendor there are the paths of models. */
function atModels({origin, ...match}: Match): Match {
  return origin === undefined || modelHostOf(origin) !== undefined ? match : {...match, origin};
}
