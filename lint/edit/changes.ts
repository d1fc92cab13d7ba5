/** A rule's changes, as edits of the text. */

import type {FieldChange, TreeChange} from '../dialects/dialect.ts';
import {below, isInvalidIn} from '../model/layer.ts';
import {type Scope, withoutIndex} from '../model/scope.ts';
import {setterOf, valueAt} from '../model/setter.ts';
import type {Change} from '../rule.ts';
import type {Shape} from '../shape/shape.ts';
import {Patch} from './patch.ts';
import {type Plan, planOf} from './plan.ts';

/** Undefined where the text cannot be changed like that, or where nothing would change. */
export function planOfChanges(scope: Scope, changes: readonly Change[]): Plan | undefined {
  const {shape} = scope.file;
  const {inverse} = scope.dialect;
  // A scope of another file is changed there.
  if (shape === undefined || inverse === undefined || scope.own.entry !== undefined) return undefined;
  const patch = new Patch(shape.unit);
  for (const change of changes) {
    const field = fieldChange(change, scope);
    const written = field === undefined ? [] : inverse(field, shape);
    if (!written?.every(each => !losesMistake(each, shape) && apply(each, patch))) return undefined;
  }
  const plan = planOf(patch);
  return plan?.edits.length === 0 ? undefined : plan;
}

/** What its author wrote wrong is still to be mended: no change takes it out with what is around it. */
const losesMistake = ({do: what, segments}: TreeChange, {problems}: Shape): boolean =>
  (what === 'set' || what === 'remove') &&
  problems.some(
    ({place}) =>
      place !== undefined &&
      place.segments.length > segments.length &&
      segments.every((segment, index) => segment === place.segments[index]),
  );

function apply(change: TreeChange, patch: Patch): boolean {
  const {segments} = change;
  switch (change.do) {
    case 'set':
      return patch.set(segments, change.value);
    case 'drop':
      return patch.drop(segments, change.entries) || patch.set(segments, change.left);
    case 'remove':
      return patch.remove(segments);
    case 'rename':
      return patch.rename(segments, change.to);
  }
}

/** The place of a change in the file; undefined if there is nothing to change. */
function fieldChange(change: Change, scope: Scope): FieldChange | undefined {
  const {path} = change;
  const own = below(scope.base, path);
  const here = whereSet(scope, path);
  switch (change.do) {
    case 'set':
      return {do: 'set', path: change.inScope ? own : (here ?? own), value: change.value};
    case 'drop':
      return drop(change, scope, own, here);
    case 'remove':
      return here === undefined ? undefined : {do: 'remove', path: here};
    case 'rename':
      return {do: 'rename', path: own, to: change.to};
  }
}

function drop(
  {path, entries, inScope}: Extract<Change, {do: 'drop'}>,
  scope: Scope,
  own: string,
  here: string | undefined,
): FieldChange {
  const list = valueAt(scope.policy, path.split('.'));
  const left = Array.isArray(list) ? list.filter(entry => !entries.includes(entry)) : [];
  if (here !== undefined && (here === own || !inScope)) return {do: 'drop', path: here, entries, left};
  return {do: 'set', path: inScope ? own : (here ?? own), value: left};
}

/** The path in the linted file that sets a value of the scope, mistakes included; for '' the path of the scope itself, a route. */
function whereSet(scope: Scope, path: string): string | undefined {
  if (path === '') return scope.base;
  const setter = setterOf(scope, withoutIndex(path));
  if (setter.by === 'default' || setter.layer.entry !== undefined) return undefined;
  return setter.by === 'layer' || isInvalidIn(setter.layer, path) ? below(setter.layer.base, path) : undefined;
}
