/** Installs a program from PyPI: a virtual environment in the user's cache, once for each version. */
import {execFile} from 'node:child_process';
import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {access, constants, mkdir, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {cacheFolder} from '../go/find.ts';

const run = promisify(execFile);

export interface PythonTool {
  /** On PyPI, and of the program. */
  readonly name: string;
  /** Or the file that lists it and all that it needs, with the hash of each. */
  readonly version: string | {readonly lock: string};
}

export const preCommit: PythonTool = {name: 'pre-commit', version: '4.7.0'};
export const zizmor: PythonTool = {name: 'zizmor', version: '1.32.0'};
export const uv: PythonTool = {name: 'uv', version: '0.13.9'};
/** Locked, because its wheel is published. */
export const hatchling: PythonTool = {
  name: 'hatchling',
  version: {lock: fileURLToPath(new URL('requirements.txt', import.meta.url))},
};

/** A program, or why there is none. */
export type FoundTool = {readonly binary: string} | {readonly missing: string};

export async function findPythonTool({name, version}: PythonTool): Promise<FoundTool> {
  const isLocked = typeof version !== 'string';
  const shown = isLocked ? `locked-${sumOf(version.lock)}` : version;
  const folder = join(cacheFolder(), `${name}-${shown}`);
  const binary = join(folder, 'bin', name);
  if (await isExecutable(binary)) return {binary};
  try {
    // Debian has both of these in a package of their own.
    await run('python3', ['-c', 'import ensurepip, venv']);
  } catch {
    return {missing: `there is no python3 with venv (Debian: apt-get install python3-venv), which installs ${name}`};
  }
  try {
    await install(folder, isLocked ? ['--require-hashes', '--requirement', version.lock] : [`${name}==${version}`]);
    return {binary};
  } catch (error) {
    await rm(folder, {recursive: true, force: true});
    const {stderr = '', message} = error as Error & {stderr?: string};
    return {
      missing: `${name} ${shown} cannot be installed from PyPI: ${stderr.trim().split('\n').at(-1) || message}`,
    };
  }
}

/** Programs of an environment know its path, so it is made where it stays, and marked as whole by its program alone. */
async function install(folder: string, requirements: readonly string[]): Promise<void> {
  await rm(folder, {recursive: true, force: true});
  await mkdir(folder, {recursive: true});
  await run('python3', ['-m', 'venv', folder], {timeout: 120_000});
  const pip = ['install', '--quiet', '--disable-pip-version-check', '--no-input', ...requirements];
  await run(join(folder, 'bin/pip'), pip, {timeout: 300_000, maxBuffer: 1e7});
}

const sumOf = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 12);

const isExecutable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
