/**
 * Fails where too few of the branches of a folder that decides are taken: by the tests of `npm test` that count
 * them, or by those that wrote their coverage into the folder that is named.
 */
import {spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

/** The folders that must reach the limit: the pure decisions, the guards, and the whole engine. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  decide: ['src/decide'],
  guards: ['src/guards'],
  engine: ['src/body', 'src/transport', 'src/client', 'src/call'],
};
const LEAST_PERCENT = 98;

interface Count {
  readonly total: number;
  readonly covered: number;
}

const root = fileURLToPath(new URL('../', import.meta.url));
const own = mkdtempSync(join(tmpdir(), 'steadfetch-coverage-'));
const run = (args: readonly string[], env: NodeJS.ProcessEnv = process.env): void => {
  const {status} = spawnSync(process.execPath, args, {cwd: root, stdio: 'inherit', env});
  if (status !== 0) process.exitCode = 1;
};

const [given] = process.argv.slice(2);
if (given === undefined) run(['scripts/test.ts', '--counted'], {...process.env, NODE_V8_COVERAGE: own});
const include = Object.values(PARTS).flatMap(folders => folders.flatMap(folder => ['--include', `${folder}/**`]));
run([
  'node_modules/c8/bin/c8.js',
  'report',
  ...['--temp-directory', given ?? own],
  ...['--reporter', 'text', '--reporter', 'json-summary'],
  ...include,
]);
rmSync(own, {recursive: true});

const files = JSON.parse(readFileSync(`${root}coverage/coverage-summary.json`, 'utf8')) as Record<
  string,
  {branches: Count}
>;
for (const [part, folders] of Object.entries(PARTS)) {
  const counts = Object.entries(files).filter(([path]) => folders.some(folder => path.startsWith(`${root}${folder}/`)));
  const sum = (of: keyof Count): number => counts.reduce((all, [, {branches}]) => all + branches[of], 0);
  const percent = (100 * sum('covered')) / sum('total');
  const holds = percent >= LEAST_PERCENT;
  console.log(`${holds ? 'ok  ' : 'FAIL'} ${part}: ${percent.toFixed(2)} % of ${sum('total')} branches`);
  if (!holds) process.exitCode = 1;
}
