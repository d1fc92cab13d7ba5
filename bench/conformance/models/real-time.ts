/** The pitfalls in real time for one column, in a process of its own: `node real-time.ts <column> [pitfall]`. Its results are its last line. */
import {type CellResult, fail} from '../pitfall.ts';
import {columns} from './columns.ts';
import {realTimePitfalls} from './pitfalls-real-time.ts';

const [, , id, only] = process.argv;
const column = columns.find(column => column.id === id)!;
const results: Record<string, CellResult> = {};
for (const {id, run} of realTimePitfalls.filter(({id}) => only === undefined || id === only))
  results[id] = await run(column).catch(error => fail(`threw ${error}`));
process.stdout.write(`\n${JSON.stringify(results)}\n`, () => process.exit(0));
