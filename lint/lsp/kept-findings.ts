/**
 * Keeps findings while a syntax error is in the text. A text is invalid after nearly every key press, and no rule runs on an invalid text:
 * without this, all findings would disappear and come back while a value is typed.
 */

import type {Finding, Report} from '../finding.ts';
import {Lines} from '../source/lines.ts';
import {changeBetween} from './text-change.ts';

interface Whole {
  readonly text: string;
  readonly findings: readonly Finding[];
}

export class KeptFindings {
  /** The last report without a syntax error, by path. */
  readonly #whole = new Map<string, Whole>();

  /**
   * @returns The findings of the report. After a syntax error, also those of the last report without one, at their new places; findings in
   *   the changed part of the text are left out.
   */
  with({isWhole, path, findings}: Report, text: string): readonly Finding[] {
    if (isWhole) {
      this.#whole.set(path, {text, findings});
      return findings;
    }
    const whole = this.#whole.get(path);
    return whole === undefined ? findings : [...findings, ...moved(whole, text)];
  }

  forget(path: string): void {
    this.#whole.delete(path);
  }
}

function moved({text: before, findings}: Whole, after: string): Finding[] {
  const change = changeBetween(before, after);
  const by = change.text.length - (change.end - change.start);
  const [lines, newLines] = [new Lines(before), new Lines(after)];
  return findings.flatMap(finding => {
    const start = lines.startOf(finding.range.start.line) + finding.range.start.column - 1;
    const end = lines.startOf(finding.range.end.line) + finding.range.end.column - 1;
    if (end <= change.start) return [copyOf(finding, finding.range)];
    return start < change.end ? [] : [copyOf(finding, newLines.rangeOf({start: start + by, end: end + by}))];
  });
}

/** A fix is for the text that its finding is from, and so are the related places. */
function copyOf(finding: Finding, range: Finding['range']): Finding {
  const {code, name, severity, confidence, message, path, tags, pointer, fingerprint, acceptance, docs} = finding;
  const rest = {code, name, severity, confidence, message, path, tags, pointer, fingerprint, acceptance, docs};
  return {...rest, range, related: [], fix: undefined, suggestions: []};
}
