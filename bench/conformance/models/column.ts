/** All rows for one column, in a process of its own: `node column.ts <column> [row]`. Its results are its last line. */
import {VirtualClock} from '../../../src/testing.ts';
import {type CellResult, fail} from '../pitfall.ts';
import {columns} from './columns.ts';
import {Lab} from './lab.ts';
import {virtualPitfalls} from './pitfalls.ts';
import {type Measured, rows} from './rows.ts';
import {install} from './virtual-globals.ts';

const SEED = 1;

export interface ColumnResults {
  readonly rows: Readonly<Record<string, Measured | null>>;
  readonly pitfalls: Readonly<Record<string, CellResult>>;
}

const [, , id, only] = process.argv;
const column = columns.find(column => column.id === id)!;
const chosen = ({id}: {readonly id: string}): boolean => only === undefined || id === only;

const rowResults: Record<string, Measured | null> = {};
for (const {id, measure} of rows.filter(chosen)) rowResults[id] = await experiment(measure).catch(threw);
const verdicts: Record<string, CellResult> = {};
for (const {id, run} of virtualPitfalls.filter(chosen))
  verdicts[id] = await experiment(run).catch(error => fail(`threw ${error}`));
const results: ColumnResults = {rows: rowResults, pitfalls: verdicts};
process.stdout.write(`\n${JSON.stringify(results)}\n`, () => process.exit(0));

function threw(error: unknown): Measured {
  return {calls: 0, answered: 0, requests: 0, paid: 0, ms: null, goalMet: false, note: `threw ${error}`};
}

/** Each with a clock of its own: what an earlier one left behind never fires. */
function experiment<T>(work: (lab: Lab) => Promise<T>): Promise<T> {
  const clock = new VirtualClock();
  install(clock, SEED);
  return clock.run(() => work(new Lab(column, SEED, clock)));
}
