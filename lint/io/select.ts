/** From the arguments of a command to the files it is about. */

import {statSync} from 'node:fs';
import {basename, resolve} from 'node:path';
import {CliError, whyNot} from './cli-error.ts';
import type {Searched} from './dependencies.ts';
import {shownPath} from './paths.ts';
import {isOfLinter, isPolicyFile} from './policy-file.ts';
import {specialKind} from './regular-file.ts';
import {walk} from './walk.ts';

export interface Selection {
  /** As reports show them, sorted, each once. */
  readonly paths: readonly string[];
  /** A sentence for each folder that could not be read. */
  readonly unreadable: readonly string[];
  /** What was looked through, for a watch that waits for new files. */
  readonly searched: readonly Searched[];
}

export interface SelectOptions {
  readonly cwd: string;
  /** Files that somebody declared to be policies, though nothing in them says so. */
  readonly isDeclared?: (path: string) => boolean;
  /** Files that no folder and no glob brings in. */
  readonly isLeftOut?: (path: string) => boolean;
}

/**
 * @param operands Files, folders and globs. A file is taken as it is; of a folder its policies are; a glob takes what it matches,
 * and hidden files only where it writes their dot, as in a shell.
 * @throws CliError where a file does not exist.
 */
export async function select(operands: readonly string[], options: SelectOptions): Promise<Selection> {
  const paths = new Set<string>();
  const searched: Searched[] = [];
  const unreadable = new Set<string>();
  for (const operand of operands) {
    const found = await selectOne(operand, options);
    for (const path of found.paths) paths.add(shownPath(options.cwd, path));
    searched.push(...found.searched);
    for (const each of found.unreadable) unreadable.add(each);
  }
  return {paths: [...paths].sort(), unreadable: [...unreadable], searched};
}

async function selectOne(operand: string, options: SelectOptions): Promise<Selection> {
  const path = resolve(options.cwd, operand);
  const stat = statIfThere(path, operand);
  if (stat?.isDirectory()) return selectFolder(path, options);
  const kind = stat && specialKind(stat);
  if (kind !== undefined)
    throw new CliError(`${operand} is ${kind}, and only regular files are linted; retry-lint - reads standard input.`);
  if (stat !== undefined) return {...NOTHING, paths: [path]};
  if (!/[*?[\]{}!]/.test(operand)) throw new CliError(`${operand} does not exist.`);
  return selectGlob(operand, options);
}

const NOTHING: Selection = {paths: [], unreadable: [], searched: []};

function statIfThere(path: string, operand: string) {
  try {
    return statSync(path, {throwIfNoEntry: false});
  } catch (error) {
    throw new CliError(`${operand} ${whyNot(error)}.`);
  }
}

async function selectFolder(folder: string, options: SelectOptions): Promise<Selection> {
  const {isDeclared} = options;
  return search(folder, options, path => isDeclared?.(path) === true || isPolicyFile(path, basename(path)));
}

async function selectGlob(operand: string, options: SelectOptions): Promise<Selection> {
  const {default: picomatch} = await import('picomatch');
  const pattern = process.platform === 'win32' ? operand.replaceAll('\\', '/') : operand;
  const {base, glob} = picomatch.scan(pattern);
  const folder = resolve(options.cwd, base);
  if (statIfThere(folder, operand)?.isDirectory() !== true) return NOTHING;
  const matches = picomatch(glob);
  return search(folder, options, path => matches(shownPath(folder, path)));
}

async function search(
  folder: string,
  {cwd, isLeftOut = () => false}: SelectOptions,
  isPolicy: (path: string) => boolean,
): Promise<Selection> {
  const isWanted = (path: string): boolean => !isLeftOut(path) && !isOfLinter(basename(path)) && isPolicy(path);
  const {files, folders, unreadable, sees} = await walk(folder);
  const takes = (path: string, isFolder: boolean): boolean => sees(path, isFolder) && (isFolder || isWanted(path));
  return {
    paths: files.filter(isWanted),
    unreadable: [...unreadable].map(([path, why]) => `${shownPath(cwd, path)} ${why}.`),
    searched: [{folders, takes}],
  };
}
