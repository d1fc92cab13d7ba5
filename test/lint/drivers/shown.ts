/** A finding as every driver of the linter must show it, in one form. */
import type {Edit, Finding, Fix} from '../../../lint/finding.ts';

export interface ShownFix {
  readonly title: string;
  readonly safety: string;
  /** The whole text after the fix. */
  readonly text: string;
}

export interface ShownFinding {
  readonly code: string;
  readonly severity: string;
  /** `line:column-line:column`, from 1, in UTF-16 units. */
  readonly range: string;
  readonly message: string;
  readonly link: string | null;
  readonly tags: readonly string[];
  /** `path line:column-line:column message` of each related place. */
  readonly related: readonly string[];
  readonly fingerprint: string;
  readonly fixes: readonly ShownFix[];
}

/** What a driver shows of one file. */
export interface ShownFile {
  readonly findings: readonly ShownFinding[];
}

/** Of a driver that applies all safe fixes at once. */
export interface FixedFile extends ShownFile {
  /** The text after all safe fixes. */
  readonly fixed: string;
}

/** Of a driver that reports what is suppressed. */
export interface ReportedFile extends ShownFile {
  /** `code range by reason`. */
  readonly suppressed: readonly string[];
}

/** A finding as reports and workers write it: as JSON, with null or nothing for what it does not have. */
export interface PlainFinding extends Omit<Finding, 'fix' | 'docs'> {
  readonly fix?: Fix | null;
  readonly docs?: string | null;
}

/** @param text The text that was linted. */
export function shownOf(finding: PlainFinding, text: string): ShownFinding {
  const {code, severity, range, message, docs, tags, related, fingerprint, fix, suggestions} = finding;
  return {
    code,
    severity,
    range: rangeText(range),
    message,
    link: docs ?? null,
    tags,
    related: related.map(place => `${place.path} ${rangeText(place.range)} ${place.message}`),
    fingerprint,
    fixes: [...(fix ? [fix] : []), ...suggestions].map(({title, safety, edits}) => ({
      title,
      safety,
      text: applied(text, edits),
    })),
  };
}

export const suppressedText = (
  {code, range}: Pick<Finding, 'code' | 'range'>,
  by: string,
  reason: string | null | undefined,
): string => `${code} ${rangeText(range)} ${by} ${reason ?? ''}`;

const rangeText = ({start, end}: Finding['range']): string => `${start.line}:${start.column}-${end.line}:${end.column}`;

/** By offsets alone: the places of the same edits as lines and columns are what the language server sends. */
function applied(text: string, edits: readonly Edit[]): string {
  let result = '';
  let at = 0;
  // In the order of the text, as `Fix.edits` says.
  for (const {start, end, text: insert} of edits) {
    result += text.slice(at, start) + insert;
    at = end;
  }
  return result + text.slice(at);
}
