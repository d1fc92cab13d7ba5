/** `npm run conformance`: tries every pitfall on every library, and writes results.json and docs/conformance.md. */
import {execFile, execFileSync} from 'node:child_process';
import {existsSync, writeFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {columns, libraryOf, pitfalls} from './catalogue.ts';
import {currentPage, type Results} from './page.ts';
import {type CellResult, fail} from './pitfall.ts';

const root = new URL('../../', import.meta.url);
/** A cell that takes longer hangs; the longest waits 10 s on purpose. */
const LIMIT_MS = 20_000;
/** Cells wait more than they work. More at a time would disturb each other's clocks. */
const AT_ONCE = 4;

if (!existsSync(new URL('bench/node_modules', root)))
  execFileSync('npm', ['ci', '--prefix', 'bench', '--ignore-scripts'], {cwd: root, stdio: 'inherit'});

interface Cell {
  readonly column: string;
  readonly library: string;
  readonly id: string;
}

const only = process.argv[2];
const libraries = await Promise.all(columns.map(libraryOf));
const cells = pitfalls
  .flatMap(({id}) => columns.map((column, index): Cell => ({column, library: libraries[index]!.name, id})))
  .filter(({library, id}) => only === undefined || id === only || library === only);
const results = new Map<string, CellResult>();
const keyOf = ({library, id}: Pick<Cell, 'library' | 'id'>): string => `${library} ${id}`;

await tryAll(cells, AT_ONCE);
// A busy machine fails rows that look at the clock: what failed is tried again, with nothing beside it.
await tryAll(
  cells.filter(cell => results.get(keyOf(cell))!.cell === 'fail'),
  1,
);
for (const cell of cells) {
  const result = results.get(keyOf(cell))!;
  if (result.cell === 'fail' || only !== undefined) console.log(`${keyOf(cell)}: ${result.cell} ${result.note}`);
}
if (only === undefined) {
  const ofLibrary = ({name}: {readonly name: string}) =>
    Object.fromEntries(pitfalls.map(({id}) => [id, results.get(keyOf({library: name, id}))!]));
  const kept: Results = {
    node: process.versions.node,
    results: Object.fromEntries(libraries.map(library => [library.name, ofLibrary(library)])),
  };
  writeFileSync(new URL('results.json', import.meta.url), `${JSON.stringify(kept, null, 2)}\n`);
  writeFileSync(new URL('docs/conformance.md', root), await currentPage());
}

async function tryAll(cells: readonly Cell[], atOnce: number): Promise<void> {
  const work = [...cells];
  await Promise.all(
    Array.from({length: atOnce}, async () => {
      for (let next = work.shift(); next !== undefined; next = work.shift())
        results.set(keyOf(next), await run(next.column, next.id));
    }),
  );
}

function run(column: string, id: string): Promise<CellResult> {
  return new Promise(done => {
    const cell = fileURLToPath(new URL('cell.ts', import.meta.url));
    // An unhandled rejection is what one of the rows looks for; it must not end the process before.
    const flags = ['--expose-gc', '--no-warnings', '--unhandled-rejections=warn'];
    execFile(
      process.execPath,
      [...flags, cell, column, id],
      {timeout: LIMIT_MS, killSignal: 'SIGKILL'},
      (error, out) => {
        const last = out.trim().split('\n').at(-1) ?? '';
        if (last.startsWith('{')) done(JSON.parse(last) as CellResult);
        else done(fail(error?.killed ? `hung for ${LIMIT_MS / 1000} s` : 'the process ended without a word'));
      },
    );
  });
}
