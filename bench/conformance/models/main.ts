/** `npm run conformance:models`: measures every row and pitfall on every client, and writes results.json and its pages. */
import {execFile, execFileSync} from 'node:child_process';
import {existsSync, writeFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import type {ColumnResults} from './column.ts';
import {columns} from './columns.ts';
import type {Costs} from './costs.ts';
import {type Results, writePages} from './page.ts';

const root = new URL('../../../', import.meta.url);
/** Of a column, which takes a minute. */
const LIMIT_MS = 600_000;

if (!existsSync(new URL('bench/node_modules/openai', root)))
  execFileSync('npm', ['ci', '--prefix', 'bench', '--ignore-scripts'], {cwd: root, stdio: 'inherit'});

const results: Record<string, ColumnResults> = {};
for (const {id, name} of columns) {
  const {rows, pitfalls} = await measure<ColumnResults>('column.ts', id);
  const realTime = await measure<ColumnResults['pitfalls']>('real-time.ts', id);
  results[id] = {rows, pitfalls: {...pitfalls, ...realTime}};
  console.log(`${name}: measured`);
}
const kept: Results = {node: process.versions.node, results, costs: await measure<Costs>('costs.ts')};
writeFileSync(new URL('results.json', import.meta.url), `${JSON.stringify(kept, null, 2)}\n`);
writePages();

/** In a process of its own: a column replaces its clocks and timers. */
async function measure<T>(program: string, ...options: string[]): Promise<T> {
  const path = fileURLToPath(new URL(program, import.meta.url));
  const flags = ['--no-warnings', '--unhandled-rejections=warn'];
  const {stdout} = await promisify(execFile)(process.execPath, [...flags, path, ...options], {timeout: LIMIT_MS});
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as T;
}
