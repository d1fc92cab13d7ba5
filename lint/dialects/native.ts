/** Policies of steadfetch itself. */

import {defaultPolicy} from '../../src/policy/defaults.ts';
import {type Shape, shapeOf} from '../shape/shape.ts';
import {parentPath} from '../source/places.ts';
import {isPython} from '../source/python-path.ts';
import {documentsOf} from '../source/unit.ts';
import type {Dialect, FieldChange, TreeChange} from './dialect.ts';
import {formatMs} from './format-number.ts';
import {Words} from './words.ts';

export const native: Dialect = {
  name: 'native',
  capabilities: {
    gatesByMethod: true,
    jitter: 'field',
    attemptTimeout: true,
    honorsHint: true,
    defaultBudget: true,
    kind: 'call',
  },
  defaults: defaultPolicy,
  expresses: () => true,
  words: new Words(path => ({name: path}), formatMs),
  layer: 'policy',
  // Any file that is named on the command line, whatever its name, except for programs.
  wants: path => !isPython(path),
  unit: 'milliseconds',
  unitsOf: documentsOf,
  shapeOf,
  inverse: (change, shape) => [treeChange(change, shape)],
  ignoresExtensions: true,
};

/** Whether a dialect is steadfetch's own, for policies in any position of a file. */
export const isNative = ({name}: Dialect): boolean => name === native.name;

function treeChange(change: FieldChange, shape: Shape): TreeChange {
  const segments = segmentsOf(shape, change.path);
  switch (change.do) {
    case 'set':
      return {do: 'set', segments, value: change.value};
    case 'drop':
      return {do: 'drop', segments, entries: change.entries, left: change.left};
    case 'remove':
      return {do: 'remove', segments};
    case 'rename':
      return {do: 'rename', segments, to: change.to};
  }
}

/** `routes[0].backoff.jitter` as keys and indexes; a misspelt field is found under the name it has in the text. */
function segmentsOf(shape: Shape, path: string): readonly (string | number)[] {
  const place = shape.places.get(path);
  if (place !== undefined) return place.segments;
  const last = /(?:\.|^)([^.[\]]+)$|\[(\d+)\]$/.exec(path);
  if (last === null) return [];
  return [...segmentsOf(shape, parentPath(path)), last[1] ?? Number(last[2])];
}
