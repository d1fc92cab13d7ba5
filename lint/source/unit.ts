/** The policies of a file. A file has any number of them: YAML has documents, and other dialects nest policies in objects. */

import {joinPath} from '../../src/policy/format.ts';
import {type Node, propertyOf, type Source, type Span} from './tree.ts';

/** A policy in a file. */
export interface Unit {
  /** The file. */
  readonly source: Source;
  /** The index of the document in the file, from 0. */
  readonly document: number;
  /** Keys and indexes from the root of the document to the policy. */
  readonly segments: readonly (string | number)[];
  /** The same as a path: '' if the whole document is the policy, else `retryPolicy` or `spec.http[0]`. */
  readonly base: string;
  /** The root node of the policy. */
  readonly root: Node;
  /** The span of the key whose value is the policy; undefined if there is none. */
  readonly keySpan: Span | undefined;
  /** Identifies the policy among those of the file, even after they are moved; '' for the only one. */
  readonly id: string;
}

/** Every document of a file as a policy. Of several, each is identified by its name, else by its number. */
export function documentsOf(source: Source): Unit[] {
  const isOnly = source.documents.length < 2;
  return source.documents.flatMap((root, document) => {
    const name = propertyOf(root, 'name')?.value;
    const known = name?.kind === 'scalar' && typeof name.value === 'string' ? name.value : document + 1;
    return unitAt(source, {document, segments: [], id: isOnly ? '' : `document[${known}]`}) ?? [];
  });
}

/** The policy at a place of a file; undefined if the file has nothing there. */
export function unitAt(source: Source, at: Pick<Unit, 'document' | 'segments' | 'id'>): Unit | undefined {
  let root = source.documents[at.document];
  let keySpan: Span | undefined;
  for (const segment of at.segments) {
    const property = typeof segment === 'string' ? propertyOf(root, segment) : undefined;
    root = root?.kind === 'list' ? root.items[Number(segment)] : property?.value;
    keySpan = property?.keySpan;
  }
  if (root === undefined) return undefined;
  const {document, segments, id} = at;
  return {source, document, segments, base: segments.reduce<string>(joinPath, ''), root, keySpan, id};
}
