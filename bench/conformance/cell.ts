/** One cell, in a process of its own: `node cell.ts <library> <pitfall>`. Its verdict is its last line. */
import {libraries, pitfalls} from './catalogue.ts';
import {fail, nameOf, Scene, type Verdict} from './pitfall.ts';

const [, , name, id] = process.argv;
const library = libraries.find(library => library.name === name)!;
const pitfall = pitfalls.find(pitfall => pitfall.id === id)!;

let verdict: Verdict;
try {
  verdict = await pitfall.run(library, await Scene.open());
} catch (error) {
  verdict = fail(`threw ${nameOf(error)}: ${(error as Error).message}`);
}
process.stdout.write(`\n${JSON.stringify(verdict)}\n`, () => process.exit(0));
