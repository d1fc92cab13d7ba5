/** A rule's changes, as edits of the text. */

import type {Fix} from '../finding.ts';
import {below, isInvalidIn} from '../model/layer.ts';
import {type Scope, withoutIndex} from '../model/scope.ts';
import {setterOf, valueAt} from '../model/setter.ts';
import type {Change, FixDraft} from '../rule.ts';
import {Lines} from '../source/lines.ts';
import {placesOf} from '../source/places.ts';
import type {Source} from '../source/tree.ts';
import {dropEntries, removeEntry, renameKey, setValue} from './edit-tree.ts';
import {applyEdits, editBetween, type TextEdit} from './text-edit.ts';

/** Undefined where the text cannot be changed like that, or where nothing would change. */
export function fixOf(scope: Scope, {title, changes}: FixDraft): Fix | undefined {
  const source = scope.file.shape?.source;
  // A scope of another file is mended there.
  if (source === undefined || scope.own.entry !== undefined) return undefined;
  let current = source;
  for (const change of changes) {
    const edits = editsOf(current, scope, change);
    if (edits === undefined) return undefined;
    current = edits.length === 0 ? current : current.reread(applyEdits(current.text, edits));
  }
  if (current.text === source.text || current.problems.length > source.problems.length) return undefined;
  const edit = editBetween(source.text, current.text);
  return {title, edits: [{...edit, range: new Lines(source.text).rangeOf(edit)}]};
}

function editsOf(source: Source, scope: Scope, change: Change): readonly TextEdit[] | undefined {
  const {path} = change;
  const here = whereSet(scope, path);
  switch (change.do) {
    case 'set':
      return setValue(
        source,
        segmentsOf(source, scope, change.inScope ? below(scope.base, path) : (here ?? below(scope.base, path))),
        change.value,
      );
    case 'drop':
      return drop(source, scope, change, here);
    case 'remove':
      return here === undefined ? [] : removeEntry(source, segmentsOf(source, scope, here));
    case 'rename':
      return renameKey(source, segmentsOf(source, scope, below(scope.base, path)), change.to);
  }
}

function drop(
  source: Source,
  scope: Scope,
  change: Extract<Change, {do: 'drop'}>,
  here: string | undefined,
): readonly TextEdit[] | undefined {
  const own = below(scope.base, change.path);
  if (here !== undefined && (here === own || !change.inScope)) {
    const edits = dropEntries(source, segmentsOf(source, scope, here), change.entries);
    if (edits !== undefined) return edits;
  }
  const list = valueAt(scope.policy, change.path.split('.'));
  const left = Array.isArray(list) ? list.filter(entry => !change.entries.includes(entry)) : [];
  return setValue(source, segmentsOf(source, scope, change.inScope ? own : (here ?? own)), left);
}

/** The path in the linted file that sets a value of the scope, slips included; of '' the scope itself: a route. */
function whereSet(scope: Scope, path: string): string | undefined {
  if (path === '') return scope.base;
  const setter = setterOf(scope.layers, withoutIndex(path));
  if (setter.by === 'default' || setter.layer.entry !== undefined) return undefined;
  return setter.by === 'layer' || isInvalidIn(setter.layer, path) ? below(setter.layer.base, path) : undefined;
}

/** `routes[0].backoff.jitter` as keys and indexes; a misspelt field is found under the name it has in the text. */
function segmentsOf(source: Source, scope: Scope, path: string): readonly (string | number)[] {
  const written = scope.file.shape?.places.get(path)?.path ?? path;
  const place = placesOf(source).get(written);
  if (place !== undefined) return place.segments;
  return [...path.matchAll(/([^.[\]]+)|\[(\d+)\]/g)].map(([, key, index]) => key ?? Number(index));
}
