/**
 * Runs the tests of the engine under c8, and fails where too few of the branches of a folder that decides are taken.
 */
import {spawnSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';

/** The folders that must reach the limit: the pure decisions, the guards, and the whole engine. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  decide: ['src/decide'],
  guards: ['src/guards'],
  engine: ['src/body', 'src/transport', 'src/client', 'src/call'],
};
const LEAST_PERCENT = 98;
/** Tests of programs around these folders: half of the time, and few branches of them that other tests do not take. */
const AROUND = ['cli', 'examples', 'lint', 'plan'];

interface Count {
  readonly total: number;
  readonly covered: number;
}

const root = fileURLToPath(new URL('../', import.meta.url));
const at = (path: string): string => `${root}node_modules/${path}`;
const include = Object.values(PARTS).flatMap(folders => folders.flatMap(folder => ['--include', `${folder}/**`]));
const {status} = spawnSync(
  process.execPath,
  [
    at('c8/bin/c8.js'),
    ...include,
    '--reporter',
    'text',
    '--reporter',
    'json-summary',
    process.execPath,
    at('mocha/bin/mocha.js'),
    ...AROUND.flatMap(folder => ['--ignore', `test/${folder}/**`]),
  ],
  {cwd: root, stdio: 'inherit'},
);
if (status !== 0) process.exitCode = 1;

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
