/** Paths as reports show them: relative to where the command runs, with slashes on every system. */

import {existsSync, lstatSync, realpathSync, statSync} from 'node:fs';
import {dirname, isAbsolute, relative, resolve, sep} from 'node:path';

export function shownPath(cwd: string, path: string): string {
  const near = relative(cwd, resolve(cwd, path));
  // On Windows a path of another drive stays absolute.
  return near === '' ? '.' : withSlashes(near);
}

/** Elsewhere than on Windows, a backslash is a part of a name. */
export const withSlashes = (path: string): string => (sep === '\\' ? path.replaceAll('\\', '/') : path);

/** Whether a path is in a folder, or is the folder. */
export function isBelow(folder: string, path: string): boolean {
  const near = relative(folder, path);
  return !/^\.\.(?:[/\\]|$)/.test(near) && !isAbsolute(near);
}

/** Whether a path is a link, and nothing is where it leads: a file that is written there begins to exist. */
export const leadsNowhere = (file: string): boolean =>
  !existsSync(file) && lstatSync(file, {throwIfNoEntry: false}) !== undefined;

/** Without links. Of a path that does not exist, the nearest folder above it that does decides. */
export function realPathOf(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    const folder = dirname(file);
    return folder === file ? file : realPathOf(folder);
  }
}

/** What a file is, whichever of its links names it; its path where nothing is there. */
export function identityOf(file: string): string {
  const stat = statSync(file, {bigint: true, throwIfNoEntry: false});
  return stat === undefined ? file : `${stat.dev}:${stat.ino}`;
}
