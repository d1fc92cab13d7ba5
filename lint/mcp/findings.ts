/** Findings as an agent gets them: as data, and as lines of text. */

import {type Confidence, type Finding, type FixSafety, type Report, type Severity, severities} from '../finding.ts';

/** An agent reads every one. After a fix it can ask again. */
export const mostFindings = 100;

export interface PlainFinding {
  readonly code: string;
  readonly rule: string;
  readonly severity: Severity;
  readonly confidence: Confidence;
  readonly message: string;
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly field: string;
  readonly fix: PlainFix | null;
  readonly suggestions: PlainFix[];
}

export interface PlainFix {
  readonly title: string;
  readonly safety: FixSafety;
}

export function plainFinding(finding: Finding): PlainFinding {
  const {code, name, severity, confidence, message, path, range, pointer, fix, suggestions} = finding;
  return {
    code,
    rule: name,
    severity,
    confidence,
    message,
    path,
    line: range.start.line,
    column: range.start.column,
    endLine: range.end.line,
    endColumn: range.end.column,
    field: pointer,
    fix: fix === undefined ? null : {title: fix.title, safety: fix.safety},
    suggestions: suggestions.map(({title, safety}) => ({title, safety})),
  };
}

/** The findings of all reports, the worst first, and how many were left out. */
export function worstFindings(reports: readonly Report[]): {findings: PlainFinding[]; omitted: number} {
  const all = reports.flatMap(({findings}) => findings);
  const sorted = all.toSorted((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity));
  return {
    findings: sorted.slice(0, mostFindings).map(plainFinding),
    omitted: Math.max(0, sorted.length - mostFindings),
  };
}

/** `a.retry.json:2:15 error RL203 no-synchronized-retries: …`, and the fix below it. */
export function findingText({path, line, column, severity, code, rule, message, fix}: PlainFinding): string {
  const where = `${path}:${line}:${column} ${severity} ${code} ${rule}: ${message}`;
  return fix === null ? where : `${where}\n  ${fix.safety} fix: ${fix.title}`;
}
