/** Lines of separated values. A first line of names says what the columns are; without one, the first column is the duration. */

import {PlanInputError} from '../input-error.ts';
import {durationOf, type Field, type FieldValue, fieldOf, measuredOf} from './fields.ts';
import type {Measured} from './measurements.ts';

export class CsvLines {
  #columns: readonly Column[] | undefined;
  /** Of the first line, so that a decimal comma is not a separator. */
  #separator = ',';

  /**
   * @returns undefined for the line of names, and for a line without a duration. `isNames` says which.
   * @throws PlanInputError if no column is a duration, or if a status cannot be read.
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
        return {measured: undefined, isNames};
      }
    }
    const cells = cellsOf(line, this.#separator);
    const values: FieldValue[] = [];
    for (const {field, index} of this.#columns) {
      const text = cells[index] ?? (field.kind === 'duration' ? '' : undefined);
      if (text === undefined) continue;
      if (field.kind === 'duration' && this.#separator === ',') refuseAmbiguous(field, text);
      values.push([field, text]);
    }
    return {measured: measuredOf(values), isNames: false};
  }
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
