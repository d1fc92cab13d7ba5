/** Policies of steadfetch inside other files, such as `retryPolicy` in package.json, found by JSON pointers (RFC 6901). */

import {type Node, propertyOf, type Source} from '../source/tree.ts';
import {documentsOf, type Unit, unitAt} from '../source/unit.ts';
import type {Dialect} from './dialect.ts';
import {native} from './native.ts';

/**
 * A dialect whose policies are at the given pointers, and nowhere else in a file.
 *
 * @param pointers `/retryPolicy`, `/clients/0/retry`; '' is the whole document.
 */
export const policiesAt = (pointers: readonly string[]): Dialect => ({
  ...native,
  unitsOf: source => pointers.flatMap(pointer => unitsAt(source, pointer)),
});

/** The units at a pointer, in each document that has it. */
export function unitsAt(source: Source, pointer: string): Unit[] {
  return documentsOf(source).flatMap(whole => {
    const segments = segmentsOf(whole.root, pointer);
    const unit = segments && unitAt(source, {document: whole.document, segments, id: ''});
    return unit === undefined ? [] : {...unit, id: whole.id === '' ? unit.base : `${whole.id}.${unit.base}`};
  });
}

/** Keys and indexes from a node to the target of a pointer; undefined if it does not exist. */
function segmentsOf(root: Node, pointer: string): (string | number)[] | undefined {
  const segments: (string | number)[] = [];
  let node: Node | undefined = root;
  for (const escaped of pointer.split('/').slice(1)) {
    const key = escaped.replaceAll('~1', '/').replaceAll('~0', '~');
    segments.push(node?.kind === 'list' ? Number(key) : key);
    node = node?.kind === 'list' ? node.items[Number(key)] : propertyOf(node, key)?.value;
  }
  return node === undefined ? undefined : segments;
}
