/** The entries of a list, each with its own place. */

import {isInvalidIn} from './layer.ts';
import type {Scope} from './scope.ts';
import {setterOf, valueAt} from './setter.ts';

export interface Entry {
  readonly value: unknown;
  /** A path of the scope, with the index it has in the text: `retryOn[2]`. */
  readonly at: string;
}

/** The entries of a list as they are written, with duplicates and without invalid ones; empty if the list is a default. */
export function entriesOf(scope: Scope, path: string): Entry[] {
  const setter = setterOf(scope, path);
  if (setter.by !== 'layer') return [];
  const {layer} = setter;
  const list = valueAt(layer.data, path.split('.'));
  if (!Array.isArray(list)) return [];
  let index = -1;
  return list.map(value => {
    do index++;
    while (isInvalidIn(layer, `${path}[${index}]`));
    return {value, at: `${path}[${index}]`};
  });
}
