/** Lines of comma-separated values. A first line of names says what the columns are; without one, the first column is the duration. */

import {measuredOf} from './fields.ts';
import type {Measured} from './measurements.ts';

export class CsvLines {
  #names: readonly string[] | undefined;

  /** @returns undefined for the line of names, and for a line without a duration. `isNames` says which. */
  read(line: string): {readonly measured: Measured | undefined; readonly isNames: boolean} {
    const cells = cellsOf(line);
    if (this.#names === undefined) {
      const isNames = cells.some(cell => cell !== '' && Number.isNaN(Number(cell)));
      this.#names = isNames ? cells : ['ms', 'status', 'error'];
      if (isNames) return {measured: undefined, isNames};
    }
    const names = this.#names;
    const record = Object.fromEntries(names.map((name, index) => [name, cells[index] ?? '']));
    return {measured: measuredOf(record), isNames: false};
  }
}

/** Quoted cells may hold commas and doubled quotes. @see RFC 4180 */
function cellsOf(line: string): string[] {
  const cells = line.matchAll(/(?:^|[,;\t])(?:"((?:[^"]|"")*)"|([^,;\t]*))/g);
  return Array.from(cells, ([, quoted, bare = '']) => quoted?.replaceAll('""', '"') ?? bare.trim());
}
