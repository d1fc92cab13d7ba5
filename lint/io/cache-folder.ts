/** The folder of the user in which Node keeps what it has compiled of this program, for the next run. */

import {lstatSync, mkdirSync, realpathSync} from 'node:fs';
import {dirname, isAbsolute, join} from 'node:path';

/** The parts of a process that decide where its user keeps caches. */
export interface User {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
  /** The effective user id; undefined on Windows, which has none. */
  readonly id: number | undefined;
}

/** By the conventions of the platform: `$XDG_CACHE_HOME/retry-lint` or `~/.cache/retry-lint` on Linux. */
export function cacheFolderOf({env, platform}: User): string | undefined {
  const {XDG_CACHE_HOME: named = '', HOME: home = '', LOCALAPPDATA: local = ''} = env;
  if (isAbsolute(named)) return join(named, 'retry-lint');
  if (platform === 'win32') return isAbsolute(local) ? join(local, 'retry-lint', 'Cache') : undefined;
  if (!isAbsolute(home)) return undefined;
  return join(home, platform === 'darwin' ? 'Library/Caches' : '.cache', 'retry-lint');
}

/**
 * The cache folder, made if need be; undefined where there is none that this user alone can write to. What is kept there is run, so
 * another user who could write to it could run code as this user.
 */
export function usableCacheFolder(user: User): string | undefined {
  const folder = cacheFolderOf(user);
  if (folder === undefined) return undefined;
  try {
    mkdirSync(folder, {recursive: true, mode: 0o700});
    return isPrivate(folder, user.id) ? folder : undefined;
  } catch {
    // A full disk, a read-only file system, a file in the place of a folder: the program runs without a cache.
    return undefined;
  }
}

/** Whether others can neither read nor write the folder, nor put another in its place. */
function isPrivate(folder: string, id: number | undefined): boolean {
  if (id === undefined) return true;
  const {mode, uid} = lstatSync(folder);
  const isDirectory = (mode & 0o170000) === 0o040000;
  return isDirectory && uid === id && (mode & 0o077) === 0 && isSafePath(dirname(realpathSync(folder)), id);
}

/**
 * Whether the folders above belong to this user or to root, and no other user may rename files in them. sshd has the same rules for ~/.ssh.
 */
function isSafePath(folder: string, id: number): boolean {
  const {mode, uid} = lstatSync(folder);
  const isSticky = (mode & 0o1000) !== 0;
  if ((uid !== id && uid !== 0) || ((mode & 0o022) !== 0 && !isSticky)) return false;
  const above = dirname(folder);
  return above === folder || isSafePath(above, id);
}
