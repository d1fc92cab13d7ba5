/** The entries of a list, each with its own place. */

import {below, isInvalidIn} from './layer.ts';
import type {Scope} from './scope.ts';
import {setterOf, valueAt} from './setter.ts';

export interface Entry {
  readonly value: unknown;
  /** A path of the scope, with the index it has in the text: `retryOn[2]`. */
  readonly at: string;
}

/** What a list has as it is written, with duplicates and in its own spelling; nothing where the list is a default. Slips are left out. */
export function entriesOf({layers}: Scope, path: string): Entry[] {
  const setter = setterOf(layers, path);
  if (setter.by !== 'layer') return [];
  const {shape, base, data} = setter.layer;
  if (shape === undefined) {
    const list = valueAt(data, path.split('.'));
    return Array.isArray(list) ? list.map((value, index) => ({value, at: `${path}[${index}]`})) : [];
  }
  const entries: Entry[] = [];
  for (let index = 0; ; index++) {
    const at = `${path}[${index}]`;
    const node = shape.places.get(below(base, at))?.node;
    if (node === undefined) return entries;
    if (node.kind === 'scalar' && !isInvalidIn(setter.layer, at)) entries.push({value: node.value, at});
  }
}
