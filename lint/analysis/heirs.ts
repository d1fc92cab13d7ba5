/** Which scopes a change of a field reaches. */

import type {Layer} from '../model/layer.ts';
import {isSetByRoute, type Scope} from '../model/scope.ts';
import {setterOf, valueAt} from '../model/setter.ts';

const layerOf = (scope: Scope, path: string): Layer | undefined => setterOf(scope, path).layer;

/** The scope, and those whose value is from the same layer: a fix of the top of a file changes its routes, too. */
export function heirsOf(scope: Scope, scopes: readonly Scope[], path: string): readonly Scope[] {
  if (scope.match !== undefined && isSetByRoute(scope, path)) return [scope];
  const layer = layerOf(scope, path);
  return scopes.filter(other => other === scope || layerOf(other, path) === layer);
}

/** The scopes of each layer of this file that sets their value, or a field of it. */
export function usersOf(path: string, scopes: readonly Scope[]): ReadonlyMap<Layer, readonly Scope[]> {
  const users = new Map<Layer, Scope[]>();
  for (const scope of scopes) {
    for (const layer of settersOf(path, scope)) {
      const known = users.get(layer);
      if (known === undefined) users.set(layer, [scope]);
      else known.push(scope);
    }
  }
  return users;
}

/** A route that sets one field of a budget inherits the others. */
function settersOf(path: string, scope: Scope): ReadonlySet<Layer> {
  const fields = Object.keys(Object(valueAt(scope.policy, path.split('.')))).map(field => `${path}.${field}`);
  const setters = [path, ...fields].map(each => setterOf(scope, each));
  return new Set(
    setters.flatMap(setter => (setter.by === 'layer' && setter.layer.entry === undefined ? [setter.layer] : [])),
  );
}
