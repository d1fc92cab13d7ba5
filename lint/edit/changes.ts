/** A rule's changes, as edits of the text. */

import {below, isInvalidIn} from '../model/layer.ts';
import {type Scope, withoutIndex} from '../model/scope.ts';
import {setterOf, valueAt} from '../model/setter.ts';
import type {Change} from '../rule.ts';
import type {Shape} from '../shape/shape.ts';
import {parentPath} from '../source/places.ts';
import {Patch, type Segments} from './patch.ts';
import type {TextEdit} from './text-edit.ts';

/** Undefined where the text cannot be changed like that, or where nothing would change. */
export function editsOf(scope: Scope, changes: readonly Change[]): readonly TextEdit[] | undefined {
  const {shape} = scope.file;
  // A scope of another file is changed there.
  if (shape === undefined || scope.own.entry !== undefined) return undefined;
  const patch = new Patch(shape.unit);
  if (!changes.every(change => apply(change, patch, scope, shape))) return undefined;
  const edits = patch.edits();
  return edits?.length === 0 ? undefined : edits;
}

function apply(change: Change, patch: Patch, scope: Scope, shape: Shape): boolean {
  const {path} = change;
  const own = below(scope.base, path);
  const here = whereSet(scope, path);
  switch (change.do) {
    case 'set':
      return patch.set(segmentsOf(shape, change.inScope ? own : (here ?? own)), change.value);
    case 'drop':
      return drop(change, patch, scope, shape);
    case 'remove':
      return here === undefined || patch.remove(segmentsOf(shape, here));
    case 'rename':
      return patch.rename(segmentsOf(shape, own), change.to);
  }
}

function drop(change: Extract<Change, {do: 'drop'}>, patch: Patch, scope: Scope, shape: Shape): boolean {
  const own = below(scope.base, change.path);
  const here = whereSet(scope, change.path);
  const canDrop = here !== undefined && (here === own || !change.inScope);
  if (canDrop && patch.drop(segmentsOf(shape, here), change.entries)) return true;
  const list = valueAt(scope.policy, change.path.split('.'));
  const left = Array.isArray(list) ? list.filter(entry => !change.entries.includes(entry)) : [];
  return patch.set(segmentsOf(shape, change.inScope ? own : (here ?? own)), left);
}

/** The path in the linted file that sets a value of the scope, slips included; of '' the scope itself: a route. */
function whereSet(scope: Scope, path: string): string | undefined {
  if (path === '') return scope.base;
  const setter = setterOf(scope.layers, withoutIndex(path));
  if (setter.by === 'default' || setter.layer.entry !== undefined) return undefined;
  return setter.by === 'layer' || isInvalidIn(setter.layer, path) ? below(setter.layer.base, path) : undefined;
}

/** `routes[0].backoff.jitter` as keys and indexes; a misspelt field is found under the name it has in the text. */
function segmentsOf(shape: Shape, path: string): Segments {
  const place = shape.places.get(path);
  if (place !== undefined) return shape.written.get(place.path)?.segments ?? place.segments;
  const last = /(?:\.|^)([^.[\]]+)$|\[(\d+)\]$/.exec(path);
  if (last === null) return [];
  return [...segmentsOf(shape, parentPath(path)), last[1] ?? Number(last[2])];
}
