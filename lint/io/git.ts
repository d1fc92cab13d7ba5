/** Asks git which files are not as they were. */

import {execFileSync} from 'node:child_process';
import {resolve} from 'node:path';
import {CliError} from './cli-error.ts';

/**
 * Files that differ from a commit, deleted and untracked ones too, as absolute paths.
 *
 * @param ref A branch, tag or commit; what happened there since the histories parted does not count. Without it: what is not
 * committed.
 */
export function changedFiles(cwd: string, ref: string | undefined): Set<string> {
  const toTop = git(cwd, 'rev-parse', '--show-cdup').trim();
  const base = ref === undefined ? headOf(cwd) : mergeBase(cwd, ref);
  const names = [
    ...git(cwd, 'diff', '--name-only', '--no-renames', '--no-ext-diff', '-z', base, '--').split('\0'),
    ...git(cwd, 'ls-files', '--others', '--exclude-standard', '--full-name', '-z', '--', ':/').split('\0'),
  ];
  return new Set(names.filter(name => name !== '').map(name => resolve(cwd, toTop, name)));
}

/** Before the first commit everything is new. */
function headOf(cwd: string): string {
  try {
    return git(cwd, 'rev-parse', '--verify', '--quiet', 'HEAD').trim();
  } catch {
    return git(cwd, 'hash-object', '-t', 'tree', '--stdin').trim();
  }
}

function mergeBase(cwd: string, ref: string): string {
  let commit: string;
  try {
    commit = git(cwd, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`).trim();
  } catch {
    throw new CliError(`--changed: git knows no commit ${JSON.stringify(ref)}. In CI, fetch it first.`);
  }
  try {
    return git(cwd, 'merge-base', commit, 'HEAD').trim();
  } catch {
    throw new CliError(`--changed: HEAD and ${ref} have no common commit here. In CI, fetch more of the history.`);
  }
}

function git(cwd: string, ...args: readonly string[]): string {
  try {
    return execFileSync('git', args, {cwd, encoding: 'utf8', input: '', stdio: 'pipe', maxBuffer: 2 ** 28});
  } catch (error) {
    const {code, stderr} = error as NodeJS.ErrnoException & {stderr?: string};
    if (code === 'ENOENT') throw new CliError('--changed needs git, which is not installed.');
    throw new CliError(`--changed: git says: ${(stderr ?? String(error)).trim() || 'nothing'}`);
  }
}
