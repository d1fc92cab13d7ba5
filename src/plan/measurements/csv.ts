/** Lines of separated values. A first line of names says what the columns are; without one, the first column is the duration. */

import {PlanInputError} from '../input-error.ts';
import {durationOf, type Field, type FieldValue, fieldOf, measuredOf} from './fields.ts';
import {type Measured, TOO_LONG_MS} from './measurements.ts';

export class CsvLines {
  #columns: readonly Column[] | undefined;
  /** How many the first line names; Infinity where it names none. */
  #most = Infinity;
  /** Of the first line, so that a decimal comma is not a separator. */
  #separator = ',';

  /**
   * @returns undefined for the line of names, and for a line without a duration. `isNames` says which.
   * @throws PlanInputError if no column is a duration, two have one name, a row has more cells than names, or a status cannot be read.
   */
  read(line: string): {readonly measured: Measured | undefined; readonly isNames: boolean} {
    if (this.#columns === undefined) {
      this.#separator = separatorOf(line);
      const cells = cellsOf(line, this.#separator);
      // A header has no number; a line of values has one at least.
      const isNames = cells.every(cell => durationOf(cell) === undefined);
      this.#columns = columnsOf(isNames ? cells : ['ms', 'status', 'error']);
      if (isNames) {
        if (!this.#columns.some(({field}) => field.kind === 'duration'))
          throw new PlanInputError(
            `No column is a duration. Name one ms, latency_ms or seconds; the columns are ${cells.join(', ')}.`,
          );
        refuseTwice(this.#columns);
        this.#most = cells.length;
        return {measured: undefined, isNames};
      }
    }
    const cells = cellsOf(line, this.#separator);
    if (cells.length > this.#most && cells.slice(this.#most).some(cell => cell !== ''))
      throw new PlanInputError(
        `This row has ${cells.length} cells, and the names ${this.#most}. Put a cell with a comma in quotes.`,
      );
    const values: FieldValue[] = [];
    for (const {field, index} of this.#columns) {
      const text = cells[index] ?? (field.kind === 'duration' ? '' : undefined);
      if (text === undefined) continue;
      if (field.kind === 'duration' && this.#separator === ',') refuseAmbiguous(field, text);
      values.push([field, text]);
    }
    const measured = measuredOf(values);
    if (this.#most === Infinity && measured !== undefined && measured.durationMs >= TOO_LONG_MS)
      throw new PlanInputError(
        `The first column is ${cells[0]}, which looks like a time. Without a line of names it must be the duration: add one, such as ms,status.`,
      );
    return {measured, isNames: false};
  }
}

/** Which of two columns counts would be a guess. */
function refuseTwice(columns: readonly Column[]): void {
  const names = columns.map(({field}) => field.name.toLowerCase());
  const twice = columns.find((_, index) => names.indexOf(names[index]!) < index);
  if (twice !== undefined) throw new PlanInputError(`Two columns are named ${twice.field.name}.`);
}

/** Between commas, a comma in a quoted number may be either one. */
function refuseAmbiguous({name}: Field, text: string): void {
  if (/^\s*\d{1,3},\d{3}\s*$/.test(text))
    throw new PlanInputError(`${name} is ${JSON.stringify(text)}, which may be thousands or a decimal comma.`);
}

interface Column {
  readonly field: Field;
  readonly index: number;
}

/** Those that say something of an attempt: a log has others, whose cells would take time. */
function columnsOf(names: readonly string[]): Column[] {
  return names.flatMap((name, index) => {
    const field = fieldOf(name);
    return field === undefined || field.kind === 'response' ? [] : [{field, index}];
  });
}

/** A semicolon or a tab outside of quotes comes before a comma, which may be in a number. */
function separatorOf(line: string): string {
  const bare = line.replace(/"(?:[^"]|"")*"/g, '');
  return ['\t', ';'].find(separator => bare.includes(separator)) ?? ',';
}

/** Quoted cells may hold separators and doubled quotes. @see RFC 4180 */
function cellsOf(line: string, separator: string): string[] {
  if (!line.includes('"')) return line.split(separator).map(cell => cell.trim());
  const cells = line.matchAll(CELLS[separator]!);
  return Array.from(cells, ([, quoted, bare = '']) => quoted?.replaceAll('""', '"') ?? bare.trim());
}

const CELLS: Readonly<Record<string, RegExp>> = {
  ',': /(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g,
  ';': /(?:^|;)(?:"((?:[^"]|"")*)"|([^;]*))/g,
  '\t': /(?:^|\t)(?:"((?:[^"]|"")*)"|([^\t]*))/g,
};
