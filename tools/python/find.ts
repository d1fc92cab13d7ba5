/** Installs a program from PyPI: a virtual environment in the user's cache, once for each version. */
import {execFile} from 'node:child_process';
import {access, constants, mkdir, rm} from 'node:fs/promises';
import {homedir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';

const run = promisify(execFile);

export interface PythonTool {
  /** On PyPI, and of the program. */
  readonly name: string;
  readonly version: string;
}

export const preCommit: PythonTool = {name: 'pre-commit', version: '4.7.0'};
export const zizmor: PythonTool = {name: 'zizmor', version: '1.32.0'};

/** A program, or why there is none. */
export type FoundTool = {readonly binary: string} | {readonly missing: string};

export async function findPythonTool({name, version}: PythonTool): Promise<FoundTool> {
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'steadfetch', `${name}-${version}`);
  const binary = join(folder, 'bin', name);
  if (await isExecutable(binary)) return {binary};
  try {
    await run('python3', ['--version']);
  } catch {
    return {missing: `there is no python3, which installs ${name}`};
  }
  try {
    await install(folder, `${name}==${version}`);
    return {binary};
  } catch (error) {
    await rm(folder, {recursive: true, force: true});
    const {stderr = '', message} = error as Error & {stderr?: string};
    return {
      missing: `${name} ${version} cannot be installed from PyPI: ${stderr.trim().split('\n').at(-1) || message}`,
    };
  }
}

/** Programs of an environment know its path, so it is made where it stays, and marked as whole by its program alone. */
async function install(folder: string, requirement: string): Promise<void> {
  await rm(folder, {recursive: true, force: true});
  await mkdir(folder, {recursive: true});
  await run('python3', ['-m', 'venv', folder], {timeout: 120_000});
  const pip = ['install', '--quiet', '--disable-pip-version-check', '--no-input', requirement];
  await run(join(folder, 'bin/pip'), pip, {timeout: 300_000, maxBuffer: 1e7});
}

const isExecutable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
