/** One cell, in a process of its own: `node cell.ts <column> <pitfall>`. Its verdict is its last line. */
import {libraryOf, pitfalls} from './catalogue.ts';
import {fail, nameOf, Scene, type Verdict} from './pitfall.ts';

const [, , column, id] = process.argv;
const library = await libraryOf(column!);
const pitfall = pitfalls.find(pitfall => pitfall.id === id)!;

let verdict: Verdict;
try {
  const run = library.own?.[id!] ?? pitfall.run;
  verdict = await run(library, await Scene.open());
} catch (error) {
  verdict = fail(`threw ${nameOf(error)}: ${(error as Error).message}`);
}
process.stdout.write(`\n${JSON.stringify(verdict)}\n`, () => process.exit(0));
