/** The format for people: every finding with its lines, its fix, and a summary. */

import {documentationOf} from '../documentation.ts';
import type {Finding, Fix, RelatedPlace, Severity} from '../finding.ts';
import {Lines} from '../source/lines.ts';
import {codeFrame} from './code-frame.ts';
import type {FormatOptions, Formatter, Run} from './formatter.ts';
import {dialectLines, type Group, type GroupedFinding, groupsOf, hiddenIn} from './groups.ts';
import {harmless} from './harmless.ts';
import {type Colour, type Paint, painter} from './paint.ts';
import {counted, formatFixable, formatSum, sumOf} from './sum.ts';

export const stylish: Formatter = {
  name: 'stylish',
  summary: 'code frames, for people; the default',
  written:
    /^(?:(?:[A-Z][\w ]+\n\n)?[^\n]*:\d+:\d+ {2}(?:error|warning|info) {2}[\s\S]*\n\n)?(?:[^\n]*: \d+ polic(?:y|ies) in \d+ files?, \d+ findings?\.\n)*(?:No findings|\d+ (?:error|warning|info)[^\n]*) in \d+ files?\.[^\n]*\n$/,
  format: (run, options) => {
    const view = new View(run, options);
    return `${[...groupsOf(run).flatMap(group => view.group(group)), view.end(run)].join('\n\n')}\n`;
  },
};

const COLOURS: Readonly<Record<Severity, Colour>> = {error: 'red', warning: 'yellow', info: 'blue'};

const flagsOf = ({safety}: Fix): string => (safety === 'safe' ? '--fix' : '--fix --unsafe-fixes');

/** The places of further findings that say the same. */
function alikeLine(alike: readonly Finding[]): string {
  const places = alike.slice(0, MOST_PLACES).map(({path, range}) => `${harmless(path)}:${range.start.line}`);
  const files = new Set(alike.map(({path}) => path)).size;
  const others = alike.length > MOST_PLACES ? ' …' : '';
  return `${counted(alike.length, 'more finding')} of ${alike[0]!.code} with this message in ${counted(files, 'file')}: ${places.join(', ')}${others}; --all shows each.`;
}

const MOST_PLACES = 3;

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

  group({title, shown}: Group): string[] {
    const findings = shown.map(each => this.finding(each));
    return title === undefined ? findings : [this.#paint('bold', title), ...findings];
  }

  finding({finding, more, alike}: GroupedFinding): string {
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
      rows.push('', `${counted(more, 'more finding')} of ${code} in ${harmless(path)}; --format json lists them.`);
    if (alike.length > 0) rows.push('', alikeLine(alike));
    return rows.join('\n');
  }

  /** The last lines. */
  end(run: Run): string {
    const hidden = hiddenIn(run);
    const infos = hidden === 0 ? '' : ` ${counted(hidden, 'info')} not shown; --all shows everything.`;
    return [...dialectLines(run), this.#sum(run) + infos].join('\n');
  }

  #sum(run: Run): string {
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
