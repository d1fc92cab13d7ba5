/** `npm run conformance`: every pitfall against every library, and the page that says how it went. */
import {execFile, execFileSync} from 'node:child_process';
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {libraries, pitfalls} from './catalogue.ts';
import {pageOf} from './page.ts';
import {fail, type Verdict} from './pitfall.ts';

const root = new URL('../../', import.meta.url);
/** A cell that takes longer hangs; the longest waits 10 s on purpose. */
const LIMIT_MS = 20_000;
/** Cells wait more than they work. More at a time would disturb each other's clocks. */
const AT_ONCE = 4;

if (!existsSync(new URL('bench/node_modules', root)))
  execFileSync('npm', ['ci', '--prefix', 'bench', '--ignore-scripts'], {cwd: root, stdio: 'inherit'});

const results = new Map<string, Verdict>();
const cells = pitfalls.flatMap(pitfall => libraries.map(library => [library.name, pitfall.id] as const));
const only = process.argv[2];
const work = cells.filter(([library, id]) => only === undefined || id === only || library === only);
await Promise.all(
  Array.from({length: AT_ONCE}, async () => {
    for (let next = work.shift(); next !== undefined; next = work.shift()) {
      const verdict = await run(...next);
      results.set(next.join(' '), verdict);
      if (verdict.cell === 'fail' || only !== undefined)
        console.log(`${next.join(' ')}: ${verdict.cell} ${verdict.note}`);
    }
  }),
);
if (only === undefined) {
  const json = (path: string): never => JSON.parse(readFileSync(new URL(path, root), 'utf8')) as never;
  const page = pageOf(
    results,
    json('bench/package.json'),
    json('package.json'),
    json('bench/conformance/ky-suite.json'),
  );
  writeFileSync(new URL('docs/conformance.md', root), page);
}

function run(library: string, id: string): Promise<Verdict> {
  return new Promise(done => {
    const cell = fileURLToPath(new URL('cell.ts', import.meta.url));
    // An unhandled rejection is what one of the rows looks for; it must not end the process before.
    const flags = ['--expose-gc', '--no-warnings', '--unhandled-rejections=warn'];
    execFile(
      process.execPath,
      [...flags, cell, library, id],
      {timeout: LIMIT_MS, killSignal: 'SIGKILL'},
      (error, out) => {
        const last = out.trim().split('\n').at(-1) ?? '';
        if (last.startsWith('{')) done(JSON.parse(last) as Verdict);
        else done(fail(error?.killed ? `hung for ${LIMIT_MS / 1000} s` : 'the process ended without a word'));
      },
    );
  });
}
