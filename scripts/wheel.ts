/**
 * Builds the wheel of retry-lint, for users of Python, from packages/python and what `npm run build` has written into packages/retry-lint:
 * `node scripts/wheel.ts [FOLDER]` writes it into FOLDER (default: packages/python/dist).
 *
 * The same files give the same bytes: hatchling writes neither times, unless SOURCE_DATE_EPOCH names one, nor modes of files.
 */
import {execFile} from 'node:child_process';
import {cpSync, existsSync, mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {promisify} from 'node:util';
import {findPythonTool, hatchling} from '../tools/python/find.ts';
import {root} from './bundle/root.ts';

/** Of packages/retry-lint, what the commands read: no declarations (below), and of the documents the pages of the rules. */
const BUNDLED = ['package.json', 'dist', 'schema', 'docs/rules'];

/** What stands beside the package in the wheel. */
const BESIDE = {
  'packages/python/pyproject.toml': 'pyproject.toml',
  'packages/python/README.md': 'README.md',
  'packages/python/retry_lint/__init__.py': 'retry_lint/__init__.py',
  'packages/python/retry_lint/__main__.py': 'retry_lint/__main__.py',
  'packages/retry-lint/dist/licenses.txt': 'licenses.txt',
  LICENSE: 'LICENSE',
};

/**
 * @param folder Gets the wheel.
 * @throws Error where packages/retry-lint is not built, or there is no Python that can build a wheel.
 */
export async function buildWheel(folder: string): Promise<void> {
  const builder = await findPythonTool(hatchling);
  if ('missing' in builder) throw new Error(`The wheel is not built: ${builder.missing}.`);
  const linter = join(root, 'packages/retry-lint');
  const leftOut = ['types', 'licenses.txt'].map(name => join(linter, 'dist', name));
  if (!leftOut.every(existsSync)) throw new Error('packages/retry-lint is not built. Run `npm run build`.');
  const stage = mkdtempSync(join(tmpdir(), 'retry-lint-wheel-'));
  try {
    for (const [from, to] of Object.entries(BESIDE)) cpSync(join(root, from), join(stage, to));
    for (const path of BUNDLED)
      cpSync(join(linter, path), join(stage, 'retry_lint/bundle', path), {
        recursive: true,
        filter: source => !leftOut.includes(source),
      });
    mkdirSync(folder, {recursive: true});
    await promisify(execFile)(builder.binary, ['build', '--target', 'wheel', '--directory', resolve(folder)], {
      cwd: stage,
    });
  } finally {
    rmSync(stage, {recursive: true, force: true});
  }
}

if (import.meta.main) {
  try {
    await buildWheel(process.argv[2] ?? join(root, 'packages/python/dist'));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
