/** One cell, in a process of its own: `node cell.ts <column> <pitfall>`. Its result is its last line. */
import {libraryOf, pitfalls} from './catalogue.ts';
import {type CellResult, fail, nameOf, Scene} from './pitfall.ts';

const [, , column, id] = process.argv;
const library = await libraryOf(column!);
const pitfall = pitfalls.find(pitfall => pitfall.id === id)!;

let result: CellResult;
try {
  const run = library.own?.[id!] ?? pitfall.run;
  result = await run(library, await Scene.open());
} catch (error) {
  result = fail(`threw ${nameOf(error)}: ${(error as Error).message}`);
}
process.stdout.write(`\n${JSON.stringify(result)}\n`, () => process.exit(0));
