/** The format for people: every finding with its lines, its fix, and a summary. */

import {documentationOf} from '../documentation.ts';
import type {Finding, Fix, RelatedPlace, Severity} from '../finding.ts';
import {fold, type ShownFinding} from '../report/fold.ts';
import {Lines} from '../source/lines.ts';
import {codeFrame} from './code-frame.ts';
import type {FormatOptions, Formatter, Run} from './formatter.ts';
import {harmless} from './harmless.ts';
import {type Colour, type Paint, painter} from './paint.ts';
import {counted, findingsOf, formatFixable, formatSum, sumOf} from './sum.ts';

export const stylish: Formatter = {
  name: 'stylish',
  summary: 'code frames, for people; the default',
  format: (run, options) => {
    const view = new View(run, options);
    return `${[...fold(findingsOf(run)).map(shown => view.finding(shown)), view.sum(run)].join('\n\n')}\n`;
  },
};

const COLOURS: Readonly<Record<Severity, Colour>> = {error: 'red', warning: 'yellow', info: 'blue'};

const flagsOf = ({safety}: Fix): string => (safety === 'safe' ? '--fix' : '--fix --unsafe-fixes');

class View {
  readonly #paint: Paint;
  readonly #width: number;
  readonly #texts: Run['texts'];
  readonly #lines = new Map<string, Lines>();

  constructor({texts}: Run, {colour, width}: FormatOptions) {
    this.#paint = painter(colour);
    this.#width = Math.min(width, 140);
    this.#texts = texts;
  }

  finding({finding, more}: ShownFinding): string {
    const {path, range, severity, code, name, message, related, fix, suggestions} = finding;
    const paint = this.#paint;
    const place = `${harmless(path)}:${range.start.line}:${range.start.column}`;
    const head = `${paint('bold', place)}  ${paint(COLOURS[severity], severity)}  ${paint('bold', code)} ${paint('dim', name)}`;
    const rows = [head, ...this.#wrapped(message), '', ...this.#frame(path, range, 1)];
    for (const place of related) rows.push(...this.#related(place));
    rows.push('');
    if (fix !== undefined)
      rows.push(`  ${paint('green', 'fix')}  ${harmless(fix.title)} ${paint('dim', `(${flagsOf(fix)})`)}`);
    for (const {title} of suggestions) rows.push(`  ${paint('cyan', 'or')}   ${harmless(title)}`);
    rows.push(`  ${paint('dim', `see  ${documentationOf({code}).command}`)}`);
    if (more > 0)
      rows.push('', `${counted(more, 'more finding')} of ${code} in ${harmless(path)}; --format json lists all.`);
    return rows.join('\n');
  }

  sum(run: Run): string {
    const sum = sumOf(run);
    const worst: Colour = sum.errors > 0 ? 'red' : sum.warnings > 0 ? 'yellow' : 'green';
    const rest = [
      ...(formatFixable(sum) === '' ? [] : [formatFixable(sum)]),
      ...(sum.suppressed > 0 ? [`${counted(sum.suppressed, 'finding')} suppressed.`] : []),
    ];
    return [this.#paint(worst, `${formatSum(sum)}.`), ...rest].join(' ');
  }

  #related({path, range, message}: RelatedPlace): string[] {
    const place = `${harmless(path)}:${range.start.line}:${range.start.column}`;
    return ['', `  ${this.#paint('dim', place)}  ${harmless(message)}`, ...this.#frame(path, range, 0)];
  }

  #frame(path: string, range: Finding['range'], context: number): string[] {
    const text = this.#texts[path];
    if (text === undefined) return [];
    const lines = this.#lines.get(path) ?? new Lines(text);
    this.#lines.set(path, lines);
    return codeFrame(lines, range, {paint: this.#paint, width: this.#width - 2, context}).map(row => `  ${row}`);
  }

  /** Broken at blanks, where the terminal has an edge. */
  #wrapped(message: string): string[] {
    const rows: string[] = [];
    let row = '';
    for (const word of harmless(message).split(' ')) {
      if (row !== '' && row.length + word.length + 3 > this.#width) {
        rows.push(row);
        row = '';
      }
      row += row === '' ? word : ` ${word}`;
    }
    return [...rows, row].map(line => `  ${line}`);
  }
}
