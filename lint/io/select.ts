/** From the arguments of a command to the files it is about. */

import {statSync} from 'node:fs';
import {resolve} from 'node:path';
import {CliError, whyNot} from './cli-error.ts';
import {shownPath} from './paths.ts';
import {isPolicyFile} from './policy-file.ts';
import {walk} from './walk.ts';

export interface Selection {
  /** As reports show them, sorted, each once. */
  readonly paths: readonly string[];
  /** Every folder that was looked through, for those who wait for new files. */
  readonly folders: readonly string[];
}

export interface SelectOptions {
  readonly cwd: string;
  /** Files that somebody declared to be policies, though nothing in them says so. */
  readonly isDeclared?: (path: string) => boolean;
}

/**
 * @param operands Files, folders and globs. A file is taken as it is; of a folder its policies are; a glob takes what it matches.
 * @throws CliError where a file does not exist.
 */
export async function select(operands: readonly string[], options: SelectOptions): Promise<Selection> {
  const paths = new Set<string>();
  const folders = new Set<string>();
  for (const operand of operands) {
    const found = await selectOne(operand, options);
    for (const path of found.paths) paths.add(shownPath(options.cwd, path));
    for (const folder of found.folders) folders.add(folder);
  }
  return {paths: [...paths].sort(), folders: [...folders]};
}

async function selectOne(operand: string, options: SelectOptions): Promise<Selection> {
  const path = resolve(options.cwd, operand);
  const stat = statIfThere(path, operand);
  if (stat?.isDirectory()) return selectFolder(path, options);
  if (stat !== undefined) return {paths: [path], folders: []};
  if (!/[*?[\]{}!]/.test(operand)) throw new CliError(`${operand} does not exist.`);
  return selectGlob(operand, options);
}

function statIfThere(path: string, operand: string) {
  try {
    return statSync(path, {throwIfNoEntry: false});
  } catch (error) {
    throw new CliError(`${operand} ${whyNot(error)}.`);
  }
}

async function selectFolder(folder: string, {isDeclared}: SelectOptions): Promise<Selection> {
  const {files, folders} = await walk(folder);
  const policies = files.filter(({path, name}) => isDeclared?.(path) || isPolicyFile(path, name));
  return {paths: policies.map(({path}) => path), folders};
}

async function selectGlob(operand: string, {cwd}: SelectOptions): Promise<Selection> {
  const {default: picomatch} = await import('picomatch');
  const pattern = process.platform === 'win32' ? operand.replaceAll('\\', '/') : operand;
  const {base, glob} = picomatch.scan(pattern);
  const folder = resolve(cwd, base);
  if (statIfThere(folder, operand)?.isDirectory() !== true) return {paths: [], folders: []};
  const matches = picomatch(glob, {dot: true});
  const {files, folders} = await walk(folder);
  const isMatch = (path: string): boolean => matches(shownPath(folder, path));
  return {paths: files.map(({path}) => path).filter(isMatch), folders};
}
