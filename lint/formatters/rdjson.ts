/** The format of Reviewdog. Its columns count bytes of UTF-8, those of findings UTF-16 units. */

import {guideUrl} from '../documentation.ts';
import {joinEdits} from '../edit/text-edit.ts';
import type {Finding, Fix, Severity} from '../finding.ts';
import {Lines, type Position, type Range} from '../source/lines.ts';
import type {Formatter, Run} from './formatter.ts';
import {jsonText} from './harmless.ts';
import {findingsOf} from './sum.ts';

const SEVERITIES: Readonly<Record<Severity, string>> = {error: 'ERROR', warning: 'WARNING', info: 'INFO'};

export const rdjson: Formatter = {
  name: 'rdjson',
  summary: "reviewdog's diagnostics",
  written: /^\{\s*"source": \{\s*"name": "retry-lint"/,
  format: run => {
    const view = new View(run.texts);
    const diagnostics = findingsOf(run).map(finding => view.diagnosticOf(finding));
    const url = guideUrl();
    const source = {name: 'retry-lint', ...(url === undefined ? {} : {url})};
    return jsonText({source, diagnostics});
  },
};

class View {
  readonly #texts: Run['texts'];
  readonly #ranges = new Map<string, ByteRanges>();

  constructor(texts: Run['texts']) {
    this.#texts = texts;
  }

  diagnosticOf({message, path, range, severity, code, docs, fix, related}: Finding): object {
    const relatedLocations = related.map(place => ({
      message: place.message,
      location: {path: place.path, range: this.#bytes(place.path, place.range)},
    }));
    return {
      message: fix?.safety === 'unsafe' ? `${message} ${NOTE} ${fix.title}.` : message,
      location: {path, range: this.#bytes(path, range)},
      severity: SEVERITIES[severity],
      code: {value: code, ...(docs === undefined ? {} : {url: docs})},
      ...(fix ? {suggestions: [this.#suggestionOf(fix, path)]} : {}),
      ...(relatedLocations.length > 0 ? {related_locations: relatedLocations} : {}),
    };
  }

  /** Each suggestion is applied without the others, so all edits of a fix are one. */
  #suggestionOf({edits}: Fix, path: string): object {
    const {text} = joinEdits(this.#texts[path] ?? '', edits);
    return {range: this.#bytes(path, {start: edits[0]!.range.start, end: edits.at(-1)!.range.end}), text};
  }

  #bytes(path: string, range: Range): Range {
    const ranges = this.#ranges.get(path) ?? byteRanges(this.#texts[path] ?? '');
    this.#ranges.set(path, ranges);
    return ranges(range);
  }
}

/** A suggestion has no text of its own, and a reviewer accepts it with one click. */
const NOTE = 'The suggestion is unsafe, since it may change what calls do:';

type ByteRanges = (range: Range) => Range;

function byteRanges(text: string): ByteRanges {
  const lines = new Lines(text);
  const encoder = new TextEncoder();
  const inBytes = ({line, column}: Position): Position => ({
    line,
    column: encoder.encode(lines.lineText(line).slice(0, column - 1)).length + 1,
  });
  return ({start, end}) => ({start: inBytes(start), end: inBytes(end)});
}
