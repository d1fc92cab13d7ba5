/** Fixes cost more than findings, and most are never looked at: their edits are computed when they are shown or applied. */

import type {Plan} from '../edit/plan.ts';
import type {Fix, FixSafety} from '../finding.ts';
import type {Range} from '../source/lines.ts';
import type {Span} from '../source/tree.ts';

export interface LazyFix {
  readonly title: string;
  /** Default: the safety of the rule's fixes. */
  readonly safety?: FixSafety;
  /** Undefined where the text cannot be changed like that. */
  readonly plan: () => Plan | undefined;
}

/** Computes the edits. `planOfFix` gives the plan again. */
export function fixOf(
  {title, plan, safety: own}: LazyFix,
  safety: FixSafety,
  rangeOf: (span: Span) => Range,
): Fix | undefined {
  const found = plan();
  if (found === undefined) return undefined;
  const edits = found.edits.map(edit => ({...edit, range: rangeOf(edit)}));
  const fix = {title, safety: own ?? safety, edits};
  plans.set(fix, found);
  return fix;
}

/** A fix is public data, and its plan is not. */
const plans = new WeakMap<Fix, Plan>();

/** @returns Undefined for a copy of a fix. */
export const planOfFix = (fix: Fix): Plan | undefined => plans.get(fix);

/** Calls a function the first time its result is asked for, and never again. */
export function once<T>(compute: () => T): () => T {
  let known: {readonly value: T} | undefined;
  return () => {
    known ??= {value: compute()};
    return known.value;
  };
}
