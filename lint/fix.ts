/** Applies fixes to a policy, until there is nothing left to fix. */

import {applyEdits} from './edit/text-edit.ts';
import type {Edit, Finding, Report} from './finding.ts';
import {type LintRequest, lintText} from './lint.ts';

/** A fix may bring to light what it hid. More rounds mean two fixes that undo each other. */
const maxRounds = 10;

export interface FixOptions {
  /** Applies unsafe fixes too. */
  readonly unsafe?: boolean;
}

export interface FixResult {
  readonly text: string;
  /** Findings whose fix was applied, in order. */
  readonly fixed: readonly Finding[];
  /** Of the text as it is now. */
  readonly report: Report;
}

/**
 * Lints, applies fixes, and lints again. Suggestions are left alone: they need a decision.
 *
 * @example
 * const {text} = await fixText({path: 'policy.json', files: {'policy.json': before}});
 */
export async function fixText(request: LintRequest, {unsafe = false}: FixOptions = {}): Promise<FixResult> {
  const {path} = request;
  const fixed: Finding[] = [];
  let files = request.files;
  let report = await lintText(request);
  for (let round = 0; round < maxRounds; round++) {
    const applicable = report.findings.filter(({fix}) => fix?.safety === 'safe' || (unsafe && fix !== undefined));
    const chosen = withoutOverlap(applicable);
    if (chosen.length === 0) break;
    const text = applyEdits(
      files[path]!,
      chosen.flatMap(({fix}) => fix?.edits ?? []),
    );
    fixed.push(...chosen);
    files = {...files, [path]: text};
    report = await lintText({...request, files});
  }
  return {text: files[path]!, fixed, report};
}

/** Of fixes that touch the same stretch the first; the others have their turn in the next round. */
function withoutOverlap(findings: readonly Finding[]): Finding[] {
  const chosen: Finding[] = [];
  const taken: Edit[] = [];
  for (const finding of findings) {
    const edits = finding.fix?.edits ?? [];
    if (edits.length === 0 || edits.some(edit => taken.some(other => touches(edit, other)))) continue;
    chosen.push(finding);
    taken.push(...edits);
  }
  return chosen;
}

/** Neighbours touch too: two insertions at one place would have no order. */
const touches = (a: Edit, b: Edit): boolean => a.start <= b.end && b.start <= a.end;
