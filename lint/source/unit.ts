/** A policy in a file. A file holds any number of them: YAML has documents, and other languages of configuration nest theirs. */

import {joinPath} from '../../src/policy/format.ts';
import {type Node, propertyOf, type Source, type Span} from './tree.ts';

export interface Unit {
  readonly source: Source;
  /** Which document of the file; 0 for the first, and for the only one. */
  readonly document: number;
  /** Keys and indexes from the root of the document to the policy. */
  readonly segments: readonly (string | number)[];
  /** The same as a path: '' where the whole document is the policy, else `retryPolicy` or `spec.http[0]`. */
  readonly base: string;
  readonly root: Node;
  /** The key of the policy, where it has one. */
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
