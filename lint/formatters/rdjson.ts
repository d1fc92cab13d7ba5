/** Reviewdog's diagnostics. Its columns count bytes of UTF-8, ours UTF-16 units. */

import {joinEdits} from '../edit/text-edit.ts';
import type {Finding, Fix, Severity} from '../finding.ts';
import {Lines, type Position, type Range} from '../source/lines.ts';
import type {Formatter, Run} from './formatter.ts';

const SEVERITIES: Readonly<Record<Severity, string>> = {error: 'ERROR', warning: 'WARNING', info: 'INFO'};

export const rdjson: Formatter = {
  name: 'rdjson',
  summary: "reviewdog's diagnostics",
  format: run => {
    const diagnostics = run.reports.flatMap(({path, findings}) => {
      const bytes = byteRanges(run.texts[path] ?? '');
      return findings.map(finding => diagnosticOf(finding, bytes, run));
    });
    const source = {name: 'retry-lint', url: 'https://steadfetch.dev/retry-lint'};
    return `${JSON.stringify({source, diagnostics}, null, 2)}\n`;
  },
};

type ByteRanges = (range: Range) => Range;

function diagnosticOf(
  {message, path, range, severity, code, docs, fix, related}: Finding,
  bytes: ByteRanges,
  run: Run,
): object {
  return {
    message,
    location: {path, range: bytes(range)},
    severity: SEVERITIES[severity],
    code: {value: code, url: docs},
    ...(fix ? {suggestions: [suggestionOf(fix, run.texts[path] ?? '', bytes)]} : {}),
    ...(related.length > 0
      ? {
          related_locations: related.map(place => ({
            message: place.message,
            location: {path: place.path, range: byteRanges(run.texts[place.path] ?? '')(place.range)},
          })),
        }
      : {}),
  };
}

/** Each suggestion is applied without the others, so all edits of a fix are one. */
function suggestionOf({edits}: Fix, text: string, bytes: ByteRanges): object {
  const edit = joinEdits(text, edits);
  return {range: bytes({start: edits[0]!.range.start, end: edits.at(-1)!.range.end}), text: edit.text};
}

function byteRanges(text: string): ByteRanges {
  const lines = new Lines(text);
  const encoder = new TextEncoder();
  const inBytes = ({line, column}: Position): Position => ({
    line,
    column: encoder.encode(lines.lineText(line).slice(0, column - 1)).length + 1,
  });
  return ({start, end}) => ({start: inBytes(start), end: inBytes(end)});
}
