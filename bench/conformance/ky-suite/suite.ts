/** Runs ky's tests, in a copy of a checkout, against the published ky with something in its place. */
import {spawn} from 'node:child_process';
import {cpSync, existsSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {text} from 'node:stream/consumers';
import {fileURLToPath} from 'node:url';
import type {Run} from './runs.ts';

/** They need browsers. */
const LEFT_OUT = ['browser.ts', 'with-page.ts'];
/** A test that has not ended by then hangs. ava looks at the time since the last test that ended. */
const LIMIT = '2m';

/** Several of ky's tests measure time. A file with a failure is run again, so often in all, and what passes once has passed. */
const TURNS = 3;

export interface Result {
  readonly passed: Set<string>;
  /** Those that were reported. One that hangs is in neither. */
  readonly failed: Set<string>;
}

/**
 * @param checkout Of sindresorhus/ky, with its development dependencies installed.
 */
export async function runSuite(checkout: string, run: Run): Promise<Result> {
  const copy = mkdtempSync(join(tmpdir(), 'ky-suite-'));
  try {
    for (const part of ['package.json', 'tsconfig.json', 'test'])
      cpSync(join(checkout, part), join(copy, part), {recursive: true});
    symlinkSync(join(checkout, 'node_modules'), join(copy, 'node_modules'));
    const published = fileURLToPath(new URL('./', import.meta.resolve('ky')));
    cpSync(published, join(copy, 'source'), {recursive: true, dereference: true});
    replaceKy(join(copy, 'source'), run);
    const all = await ava(copy, testFiles(copy));
    for (let round = 1; round < TURNS && all.failed.size > 0; round++) {
      const {passed} = await ava(copy, [...new Set([...all.failed].map(title => `${title.split(' › ')[0]}.ts`))]);
      for (const title of passed) all.failed.delete(title);
      for (const title of passed) all.passed.add(title);
    }
    return all;
  } finally {
    rmSync(copy, {recursive: true, force: true});
  }
}

/** The tests import ../source/index.js, and steadfetch imports `ky`: both must be given the same error classes. */
function replaceKy(source: string, run: Run): void {
  renameSync(join(source, 'index.js'), join(source, 'ky.js'));
  writeFileSync(
    join(source, 'index.js'),
    `export * from './ky.js';
import ky from './ky.js';
import {standIn} from ${JSON.stringify(new URL('stand-in.ts', import.meta.url).href)};
export default standIn(ky, ${JSON.stringify(run)});
`,
  );
  writeFileSync(
    join(source, 'one-ky.mjs'),
    `import {registerHooks} from 'node:module';
const ky = new URL('ky.js', import.meta.url).href;
registerHooks({resolve: (name, context, next) => next(name === 'ky' ? ky : name, context)});
`,
  );
}

const testFiles = (copy: string): string[] =>
  readdirSync(join(copy, 'test')).filter(name => name.endsWith('.ts') && !LEFT_OUT.includes(name));

/** One file at a time. Its TAP reporter falls over values that YAML cannot write, so the other one is read. */
async function ava(copy: string, files: readonly string[]): Promise<Result> {
  const cli = join(copy, 'node_modules/ava/entrypoints/cli.mjs');
  const {FORCE_COLOR: _, CI: _ci, ...env} = process.env;
  const child = spawn(
    process.execPath,
    [cli, '--concurrency=1', `--timeout=${LIMIT}`, ...files.map(name => join('test', name))],
    {
      cwd: copy,
      env: {...env, NO_COLOR: '1', NODE_OPTIONS: `--no-warnings --import=${join(copy, 'source/one-ky.mjs')}`},
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const passed = new Set<string>();
  const failed = new Set<string>();
  for (const [, mark, title] of (await text(child.stdout)).matchAll(TEST_LINE))
    (mark === '✔' ? passed : failed).add(files.length > 1 ? title! : `${files[0]!.replace('.ts', '')} › ${title}`);
  return {passed, failed};
}

/** `✔ file › title (12ms)`, `✘ [fail]: file › title What went wrong`; without the file where there is only one. */
const TEST_LINE =
  /^ {2}([✔✘]) (?:\[[^\]]*\]:? )?(\S.*?)(?: \([\d.]+m?s\)| Rejected promise returned by test| Promise returned by test never resolved| Error thrown in test| Test timeout exceeded| Duration of [\d.]+ms is not .*)?$/gmu;

export function assertCheckout(path: string | undefined): asserts path is string {
  if (path !== undefined && existsSync(join(path, 'test/retry.ts')) && existsSync(join(path, 'node_modules/ava')))
    return;
  throw new Error(
    `This takes the path of a checkout of sindresorhus/ky in which \`npm install --ignore-scripts\` was run; got ${path ?? 'none'}.`,
  );
}
