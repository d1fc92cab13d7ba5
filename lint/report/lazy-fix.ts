/** Fixes cost more than findings, and most are never looked at: their edits are computed when they are shown or applied. */

import type {TextEdit} from '../edit/text-edit.ts';
import type {Fix, FixSafety} from '../finding.ts';
import type {Range} from '../source/lines.ts';
import type {Span} from '../source/tree.ts';

export interface LazyFix {
  readonly title: string;
  /** Default: the safety of the rule's fixes. */
  readonly safety?: FixSafety;
  /** Undefined where the text cannot be changed like that. */
  readonly edits: () => readonly TextEdit[] | undefined;
}

/** Computes the edits. */
export function fixOf(
  {title, edits, safety: own}: LazyFix,
  safety: FixSafety,
  rangeOf: (span: Span) => Range,
): Fix | undefined {
  const found = edits();
  return found && {title, safety: own ?? safety, edits: found.map(edit => ({...edit, range: rangeOf(edit)}))};
}

/** Calls a function the first time its result is asked for, and never again. */
export function once<T>(compute: () => T): () => T {
  let known: {readonly value: T} | undefined;
  return () => {
    known ??= {value: compute()};
    return known.value;
  };
}
