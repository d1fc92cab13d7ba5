/**
 * `npm test`: every test that needs no network, in several processes. `npm test -- FILE|FOLDER…` runs those alone, and any option of
 * mocha works: `--grep`, `--watch`, `--reporter spec`. `--counted` runs the files whose branches `npm run coverage` counts, `--uncounted` all
 * others.
 *
 * Mocha adds the files of the command line to those of its configuration, so the configuration names none.
 */
import {spawn} from 'node:child_process';
import {existsSync, statSync} from 'node:fs';
import {availableParallelism} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {suiteLines} from '../test/support/other-suites.ts';
import {type Part, testFiles} from './test-files.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const given = process.argv.slice(2);
const part = (['counted', 'uncounted'] satisfies Part[]).find(name => given.includes(`--${name}`));
const args = given.filter(arg => arg !== `--${part}`);

/** Other paths are values of options: `--reporter ./mine.cjs`. */
const named = args.filter(arg => existsSync(arg) && (/\.test\.\w+$/.test(arg) || statSync(arg).isDirectory()));
const files = named.map(path => (statSync(path).isDirectory() ? join(path, '**/*.test.ts') : path));

// One file needs no second process. Under --watch mocha loads changed modules only in a new process.
const isWatching = args.some(arg => arg === '--watch' || arg === '-w');
const isAlone = files.length === 1 && files[0] === named[0] && !isWatching;
// One more than cores: many tests wait for sockets and processes.
const parallel = isAlone ? [] : ['--parallel', '--jobs', String(availableParallelism() + 1)];

if (named.length === 0) console.log(`${suiteLines().join('\n')}\n`);
const child = spawn(
  process.execPath,
  [
    join(root, 'node_modules/mocha/bin/mocha.js'),
    ...parallel,
    ...args.filter(arg => !named.includes(arg)),
    ...(named.length > 0 ? files : testFiles(root, part)),
  ],
  {cwd: root, stdio: 'inherit', env: await environment()},
);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void child.kill(signal));
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === null ? 0 : 1);
});

/**
 * Tests start some 300 processes, which compile the same modules. V8's coverage is less exact for modules from the cache, so where it is measured,
 * test/support/own-coverage.ts hands the cache to those processes alone.
 */
async function environment(): Promise<NodeJS.ProcessEnv> {
  const cache = join(root, 'node_modules/.cache/tests');
  const isMeasured = process.env.NODE_V8_COVERAGE !== undefined;
  const own: NodeJS.ProcessEnv = {[isMeasured ? 'TEST_COMPILE_CACHE' : 'NODE_COMPILE_CACHE']: cache, ...process.env};
  // The sources may change while mocha watches, and one file starts few processes.
  if (isAlone || isWatching || own.TEST_PROGRAMS !== undefined) return own;
  const {testPrograms} = await import('./test-programs.ts');
  return {TEST_PROGRAMS: await testPrograms(), ...own};
}
