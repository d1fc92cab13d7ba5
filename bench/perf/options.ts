/** The arguments of `npm run bench` and `npm run bench:compare`. */
import {parseArgs} from 'node:util';

export interface BenchOptions {
  /** Empty: every group. */
  readonly groups: readonly string[];
  /** Texts of which a row's name must contain one; empty: every row. */
  readonly rows: readonly string[];
  readonly processes: number;
  readonly rounds: number | undefined;
  readonly list: boolean;
  /** Keep the results of the groups, and write the pages anew. */
  readonly save: boolean;
}

export function benchOptions(args: readonly string[], known: readonly string[]): BenchOptions {
  const {values, positionals} = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      row: {type: 'string', multiple: true, default: []},
      processes: {type: 'string', default: '5'},
      rounds: {type: 'string'},
      list: {type: 'boolean', default: false},
      save: {type: 'boolean', default: false},
    },
  });
  const unknown = positionals.find(name => !known.includes(name));
  if (unknown !== undefined) throw new Error(`Unknown group: ${unknown}. The groups are ${known.join(', ')}.`);
  if (values.save && values.row.length > 0) throw new Error('--save keeps whole groups: leave out --row.');
  return {
    groups: positionals,
    rows: values.row,
    processes: positive(values.processes, '--processes'),
    rounds: values.rounds === undefined ? undefined : positive(values.rounds, '--rounds'),
    list: values.list,
    save: values.save,
  };
}

/** Whether a row is asked for by its name. */
export function isWanted(name: string, rows: readonly string[]): boolean {
  return rows.length === 0 || rows.some(text => name.includes(text));
}

function positive(text: string, option: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`${option} must be an integer of at least 1, not ${text}.`);
  return value;
}
