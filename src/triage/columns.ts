/** Tables with a header, as spreadsheets and databases export them (CSV, TSV), and as IIS and CloudFront log (W3C). */
import type {Fields} from './fields.ts';
import {canonical, ERROR, STATUS} from './record.ts';

const SEPARATORS = [',', '\t', ';', '|'] as const;
/** One of the columns has to be one of these. */
const TELLING: ReadonlySet<string> = new Set([...STATUS, ...ERROR]);
const NAME = /^[\w @.()#%/[\]-]{1,60}$/;
/** Rows of a quoted field that goes on over lines. */
const MOST_LINES = 1000;
const LONGEST_ROW = 65_536;

export interface Row {
  readonly record: Fields;
  readonly number: number;
}

export class Columns {
  readonly #names: readonly string[];
  readonly #header: string;
  /** Null where any white space separates, as in W3C's format. */
  readonly #separator: string | null;
  /** The lines of the row that goes on. */
  #open: string[] = [];
  #size = 0;
  #isInQuotes = false;
  /** The line at which the open row began. */
  #number = 0;

  private constructor(names: readonly string[], header: string, separator: string | null) {
    this.#names = names;
    this.#header = header;
    this.#separator = separator;
  }

  /** @returns Null where the log does not begin with the header of a table. */
  static of(beginning: string): Columns | null {
    const fields = /^#Fields:[ \t]*(.+)$/m.exec(beginning)?.[1];
    if (fields !== undefined && beginning.startsWith('#')) return new Columns(fields.trim().split(/\s+/), '#', null);
    const header = /^[^\r\n]+/.exec(beginning)?.[0] ?? '';
    for (const separator of SEPARATORS) {
      const names = cells(header, separator).map(name => name.trim());
      const isHeader = names.length >= 2 && names.every(name => NAME.test(name) && !/^\d+$/.test(name));
      if (isHeader && names.some(name => TELLING.has(canonical(name)))) return new Columns(names, header, separator);
    }
    return null;
  }

  /** @returns The rows that this line completes. */
  take(line: string, number: number): readonly Row[] {
    if (this.#open.length === 0) this.#number = number;
    this.#open.push(line);
    this.#size += line.length;
    if (this.#separator !== null && hasOddQuotes(line)) this.#isInQuotes = !this.#isInQuotes;
    if (this.#isInQuotes && this.#open.length < MOST_LINES && this.#size < LONGEST_ROW) return [];
    return this.end();
  }

  /** The rows of what is open. A quote that was never closed does not make one row of all lines behind it. */
  end(): readonly Row[] {
    const texts = this.#isInQuotes ? this.#open : this.#open.length === 0 ? [] : [this.#open.join('\n')];
    this.#open = [];
    this.#size = 0;
    this.#isInQuotes = false;
    return texts.flatMap((text, index) => this.#rowOf(text, this.#number + index) ?? []);
  }

  /** Null for the header, and for what cannot be a row. */
  #rowOf(row: string, number: number): Row | null {
    if (row.trim() === '' || (this.#separator === null ? row.startsWith('#') : row === this.#header)) return null;
    const values = this.#separator === null ? row.trim().split(/[\t ]+/) : cells(row, this.#separator);
    if (values.length < 2) return null;
    const pairs = this.#names.map((name, index) => [name, values[index] ?? ''] as const);
    return {record: Object.fromEntries(pairs.filter(([, value]) => value !== '' && value !== '-')), number};
  }
}

function hasOddQuotes(line: string): boolean {
  let isOdd = false;
  for (let at = line.indexOf('"'); at >= 0; at = line.indexOf('"', at + 1)) isOdd = !isOdd;
  return isOdd;
}

/** RFC 4180: a field may stand in quotes, and a quote in it is written twice. */
function cells(row: string, separator: string): string[] {
  if (!row.includes('"')) return row.split(separator);
  const found: string[] = [];
  let at = 0;
  while (at <= row.length) {
    if (row[at] !== '"') {
      const end = row.indexOf(separator, at);
      found.push(row.slice(at, end < 0 ? undefined : end));
      if (end < 0) break;
      at = end + 1;
      continue;
    }
    let end = row.indexOf('"', at + 1);
    while (end >= 0 && row[end + 1] === '"') end = row.indexOf('"', end + 2);
    const close = end < 0 ? row.length : end;
    found.push(row.slice(at + 1, close).replaceAll('""', '"'));
    const next = row.indexOf(separator, close);
    if (next < 0) break;
    at = next + 1;
  }
  return found;
}
