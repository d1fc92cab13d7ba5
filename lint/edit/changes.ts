/** A rule's changes, as edits of the text. */

import type {Fix} from '../finding.ts';
import {below, isInvalidIn} from '../model/layer.ts';
import {type Scope, withoutIndex} from '../model/scope.ts';
import {setterOf, valueAt} from '../model/setter.ts';
import type {Change, FixDraft} from '../rule.ts';
import {Lines} from '../source/lines.ts';
import {placesOf} from '../source/places.ts';
import {type Unit, unitAt} from '../source/unit.ts';
import {dropEntries, removeEntry, renameKey, setValue} from './edit-tree.ts';
import {applyEdits, editBetween, type TextEdit} from './text-edit.ts';

/** Undefined where the text cannot be changed like that, or where nothing would change. */
export function fixOf(scope: Scope, {title, changes}: FixDraft): Fix | undefined {
  const unit = scope.file.shape?.unit;
  // A scope of another file is mended there.
  if (unit === undefined || scope.own.entry !== undefined) return undefined;
  const {source} = unit;
  let current: Unit | undefined = unit;
  for (const change of changes) {
    const edits = editsOf(current, scope, change);
    if (edits === undefined) return undefined;
    if (edits.length === 0) continue;
    const reread = source.reread(applyEdits(current.source.text, edits));
    current = unitAt(reread, unit);
    if (current === undefined) return undefined;
  }
  const {text, problems} = current.source;
  if (text === source.text || problems.length > source.problems.length) return undefined;
  const edit = editBetween(source.text, text);
  return {title, edits: [{...edit, range: new Lines(source.text).rangeOf(edit)}]};
}

function editsOf(unit: Unit, scope: Scope, change: Change): readonly TextEdit[] | undefined {
  const {path} = change;
  const here = whereSet(scope, path);
  switch (change.do) {
    case 'set':
      return setValue(
        unit,
        segmentsOf(unit, scope, change.inScope ? below(scope.base, path) : (here ?? below(scope.base, path))),
        change.value,
      );
    case 'drop':
      return drop(unit, scope, change, here);
    case 'remove':
      return here === undefined ? [] : removeEntry(unit, segmentsOf(unit, scope, here));
    case 'rename':
      return renameKey(unit, segmentsOf(unit, scope, below(scope.base, path)), change.to);
  }
}

function drop(
  unit: Unit,
  scope: Scope,
  change: Extract<Change, {do: 'drop'}>,
  here: string | undefined,
): readonly TextEdit[] | undefined {
  const own = below(scope.base, change.path);
  if (here !== undefined && (here === own || !change.inScope)) {
    const edits = dropEntries(unit, segmentsOf(unit, scope, here), change.entries);
    if (edits !== undefined) return edits;
  }
  const list = valueAt(scope.policy, change.path.split('.'));
  const left = Array.isArray(list) ? list.filter(entry => !change.entries.includes(entry)) : [];
  return setValue(unit, segmentsOf(unit, scope, change.inScope ? own : (here ?? own)), left);
}

/** The path in the linted file that sets a value of the scope, slips included; of '' the scope itself: a route. */
function whereSet(scope: Scope, path: string): string | undefined {
  if (path === '') return scope.base;
  const setter = setterOf(scope.layers, withoutIndex(path));
  if (setter.by === 'default' || setter.layer.entry !== undefined) return undefined;
  return setter.by === 'layer' || isInvalidIn(setter.layer, path) ? below(setter.layer.base, path) : undefined;
}

/** `routes[0].backoff.jitter` as keys and indexes; a misspelt field is found under the name it has in the text. */
function segmentsOf(unit: Unit, scope: Scope, path: string): readonly (string | number)[] {
  const written = scope.file.shape?.places.get(path)?.path ?? path;
  const place = placesOf(unit).get(written);
  if (place !== undefined) return place.segments;
  return [...path.matchAll(/([^.[\]]+)|\[(\d+)\]/g)].map(([, key, index]) => key ?? Number(index));
}
