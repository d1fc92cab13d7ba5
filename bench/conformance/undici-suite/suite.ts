/** Runs undici's tests of its fetch in a checkout of undici. */
import {execFileSync} from 'node:child_process';
import {existsSync, readdirSync} from 'node:fs';
import {basename, join} from 'node:path';
import {run} from 'node:test';

/** As in undici's own package.json. */
const LIMIT_MS = 180_000;

export interface Result {
  readonly passed: Set<string>;
  readonly failed: Set<string>;
}

export function assertCheckout(path: string): void {
  if (existsSync(join(path, 'test/fetch/abort.js')) && existsSync(join(path, 'node_modules/@matteo.collina/tspl')))
    return;
  throw new Error(
    `Not a checkout of nodejs/undici in which \`npm install --ignore-scripts\` was run: ${path}. Run \`npm run conformance:undici -- <checkout>\`.`,
  );
}

/** Some of the tests need undici's bundle and a certificate. */
export function prepare(checkout: string): void {
  for (const script of ['build:node', 'generate-pem'])
    execFileSync('npm', ['run', '--silent', script], {cwd: checkout, stdio: ['ignore', 'ignore', 'inherit']});
}

/**
 * Files with a failure run a second time, since some tests measure time. A test that passes in either run has passed.
 *
 * @param preload URL of a module that is loaded before each test file.
 */
export async function runSuite(checkout: string, preload?: string): Promise<Result> {
  const folder = join(checkout, 'test/fetch');
  const all = readdirSync(folder).filter(name => name.endsWith('.js'));
  const first = await runFiles(folder, all, preload);
  const again = [...new Set([...first.failed].map(fileOf))];
  if (again.length === 0) return first;
  for (const title of (await runFiles(folder, again, preload)).passed) {
    first.failed.delete(title);
    first.passed.add(title);
  }
  return first;
}

/** One file at a time, each in a process of its own. */
async function runFiles(folder: string, files: readonly string[], preload: string | undefined): Promise<Result> {
  const result: Result = {passed: new Set(), failed: new Set()};
  const events = run({
    files: files.map(file => join(folder, file)),
    concurrency: 1,
    timeout: LIMIT_MS,
    execArgv: ['--no-warnings', '--expose-gc', ...(preload === undefined ? [] : [`--import=${preload}`])],
  });
  const names: string[] = [];
  events.on('test:start', ({name, nesting}) => {
    names.length = nesting;
    names.push(name);
  });
  /** Some files have two tests of one name. */
  const titles = new Map<string, number>();
  const titleOf = ({file, nesting, name}: {file?: string; nesting: number; name: string}): string => {
    const title = [basename(file ?? ''), ...names.slice(0, nesting), name].join(' › ');
    const count = (titles.get(title) ?? 0) + 1;
    titles.set(title, count);
    return count === 1 ? title : `${title} (${count})`;
  };
  events.on('test:pass', data => result.passed.add(titleOf(data)));
  events.on('test:fail', data => result.failed.add(titleOf(data)));
  await events.resume().toArray();
  return result;
}

const fileOf = (title: string): string => title.split(' › ')[0]!;
