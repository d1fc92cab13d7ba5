/** Writes a file atomically and keeps its mode. */

import {chmodSync, realpathSync, renameSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {CliError, whyNot} from './cli-error.ts';

/**
 * @param path Absolute. Of a link, what it points to is written.
 * @param shown How messages call it.
 */
export function writeFileAtomically(path: string, text: string, shown: string): void {
  let draft: string | undefined;
  try {
    const target = resolveLinks(path);
    const mode = statSync(target, {throwIfNoEntry: false})?.mode;
    draft = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
    writeFileSync(draft, text, {flag: 'wx'});
    if (mode !== undefined) chmodSync(draft, mode & 0o7777);
    renameSync(draft, target);
  } catch (error) {
    if (draft !== undefined) rmSync(draft, {force: true});
    throw new CliError(`${shown} could not be written: it ${whyNot(error)}.`);
  }
}

function resolveLinks(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
