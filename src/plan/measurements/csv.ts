/** Lines of comma-separated values. A first line of names says what the columns are; without one, the first column is the duration. */

import {type FieldNames, measuredOf, namesAmong} from './fields.ts';
import type {Measured} from './measurements.ts';

export class CsvLines {
  #columns: readonly Column[] | undefined;
  #names: FieldNames | undefined;

  /** @returns undefined for the line of names, and for a line without a duration. `isNames` says which. */
  read(line: string): {readonly measured: Measured | undefined; readonly isNames: boolean} {
    const cells = cellsOf(line);
    if (this.#columns === undefined) {
      const isNames = cells.some(cell => cell !== '' && Number.isNaN(Number(cell)));
      const names = isNames ? cells : ['ms', 'status', 'error'];
      this.#names = namesAmong(names);
      this.#columns = columnsOf(names, this.#names);
      if (isNames) return {measured: undefined, isNames};
    }
    const record: Record<string, string> = {};
    for (const {name, index} of this.#columns) record[name] = cells[index] ?? '';
    return {measured: measuredOf(record, this.#names), isNames: false};
  }
}

interface Column {
  readonly name: string;
  readonly index: number;
}

/** Those that say something of an attempt: a log has others, whose cells would take time. Of two with one name, the last counts. */
function columnsOf(names: readonly string[], {durations, statuses, errors}: FieldNames): Column[] {
  const read = new Set([...durations, ...statuses, ...errors, 'sent']);
  return names.flatMap((name, index) => (read.has(name) ? [{name, index}] : []));
}

/** Quoted cells may hold commas and doubled quotes. @see RFC 4180 */
function cellsOf(line: string): string[] {
  if (!line.includes('"')) return line.split(/[,;\t]/).map(cell => cell.trim());
  const cells = line.matchAll(/(?:^|[,;\t])(?:"((?:[^"]|"")*)"|([^,;\t]*))/g);
  return Array.from(cells, ([, quoted, bare = '']) => quoted?.replaceAll('""', '"') ?? bare.trim());
}
