/** Applies fixes to a policy, until there is nothing left to fix. */

import {applyEdits} from './edit/text-edit.ts';
import type {Edit, Finding, Report} from './finding.ts';
import {type LintRequest, lintText} from './lint.ts';

/** A fix may bring to light what it hid. More rounds mean two fixes that undo each other. */
const maxRounds = 10;

/** The options of `fixText`. */
export interface FixOptions {
  /** Applies unsafe fixes too. Default: false. */
  readonly unsafe?: boolean;
}

/** The fixed text. */
export interface FixResult {
  /** The text after the fixes. */
  readonly text: string;
  /** The findings whose fix was applied, in the order in which they were applied. */
  readonly fixed: readonly Finding[];
  /** The report of the fixed text. */
  readonly report: Report;
}

/**
 * Lints a file, applies fixes, and lints again. Suggestions are not applied: they need a decision.
 *
 * @param request As for `lintText`.
 * @param options Which fixes to apply. Default: safe fixes only.
 * @throws TypeError if `files` does not have `path`; the reason of `signal` if it aborts.
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

/** Keeps only the first of fixes that overlap. The others are applied in the next round. */
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
