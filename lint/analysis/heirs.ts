/** Which scopes a change of a field reaches. */

import type {Layer} from '../model/layer.ts';
import {isSetByRoute, type Scope} from '../model/scope.ts';
import {setterOf} from '../model/setter.ts';

const layerOf = (scope: Scope, path: string): Layer | undefined => setterOf(scope, path).layer;

/** The scope, and those whose value is from the same layer: a fix of the top of a file changes its routes, too. */
export function heirsOf(scope: Scope, scopes: readonly Scope[], path: string): readonly Scope[] {
  if (scope.match !== undefined && isSetByRoute(scope, path)) return [scope];
  const layer = layerOf(scope, path);
  return scopes.filter(other => other === scope || layerOf(other, path) === layer);
}
