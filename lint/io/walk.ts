/** Goes through a folder as git would: what is ignored is not looked at. */

import {readdirSync} from 'node:fs';
import {basename, dirname, join, relative} from 'node:path';
import type {Ignore} from 'ignore';
import {whyNot} from './cli-error.ts';
import {withSlashes} from './paths.ts';
import {readRegularFile} from './regular-file.ts';
import {isRepository} from './repository.ts';

/** Folders of other people's files, often larger than all the rest. */
const NEVER: ReadonlySet<string> = new Set(['node_modules', '.git', '.hg', '.svn']);

export interface Walk {
  /** Absolute. */
  readonly files: readonly string[];
  /** Links, to whatever. Absolute. */
  readonly links: readonly string[];
  /** Every folder that was looked at. */
  readonly folders: readonly string[];
  /** Folders that could not be read, and why: `is not accessible: permission denied`. */
  readonly unreadable: ReadonlyMap<string, string>;
  /** Whether the walk would have seen a file or a folder in one of them, had it been there. Absolute. */
  readonly sees: (path: string, isFolder: boolean) => boolean;
}

/** The files that one .gitignore ignores, relative to its folder. */
interface Refusal {
  readonly folder: string;
  readonly rules: Ignore;
}

/**
 * @param folder Absolute. Links are not followed, so no circle is.
 * @param mayRead Whether a .gitignore may be read, in the folder or above. Absolute.
 */
export async function walk(folder: string, mayRead?: (file: string) => boolean): Promise<Walk> {
  const {default: ignore} = await import('ignore');
  // The later decide.
  const refusalsOf = (at: string): Refusal[] =>
    [...(isRepository(at) ? [join(at, '.git/info/exclude')] : []), join(at, '.gitignore')].flatMap(file =>
      mayRead?.(file) === false ? [] : refusalsIn(at, file, ignore, mayRead),
    );
  const files: string[] = [];
  const links: string[] = [];
  const unreadable = new Map<string, string>();
  const byFolder = new Map<string, readonly Refusal[]>();
  const sees = (path: string, isFolder: boolean): boolean => {
    const refusals = byFolder.get(dirname(path));
    return refusals !== undefined && !NEVER.has(basename(path)) && !isRefused(path, isFolder, refusals);
  };
  const enter = (at: string, above: readonly Refusal[]): void => {
    byFolder.set(at, [...above, ...refusalsOf(at)]);
    for (const entry of entriesOf(at, unreadable)) {
      const path = join(at, entry.name);
      if (!sees(path, entry.isDirectory())) continue;
      if (entry.isDirectory()) enter(path, byFolder.get(at)!);
      else if (entry.isFile()) files.push(path);
      else if (entry.isSymbolicLink()) links.push(path);
    }
  };
  enter(folder, refusalsAbove(folder, refusalsOf));
  return {files, links, folders: [...byFolder.keys()], unreadable, sees};
}

function entriesOf(folder: string, unreadable: Map<string, string>) {
  try {
    return readdirSync(folder, {withFileTypes: true}).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    unreadable.set(folder, whyNot(error));
    return [];
  }
}

type MakeIgnore = (options: {allowRelativePaths: true; ignorecase: boolean}) => Ignore;

/** As git does where it makes a repository: by the file systems that are usual there. */
const IGNORES_CASE = process.platform === 'win32' || process.platform === 'darwin';

function refusalsIn(
  folder: string,
  file: string,
  ignore: MakeIgnore,
  mayRead: ((file: string) => boolean) | undefined,
): Refusal[] {
  try {
    const text = readRegularFile(file, mayRead);
    return [{folder, rules: ignore({allowRelativePaths: true, ignorecase: IGNORES_CASE}).add(text)}];
  } catch {
    return [];
  }
}

/** A repository's .gitignore rules in all of it, also when only a part is walked. */
function refusalsAbove(folder: string, refusalsOf: (folder: string) => Refusal[]): Refusal[] {
  if (isRepository(folder)) return [];
  const found: Refusal[] = [];
  for (let at = folder, parent = dirname(at); parent !== at; at = parent, parent = dirname(at)) {
    found.unshift(...refusalsOf(parent));
    if (isRepository(parent)) return found;
  }
  // Outside of a repository, a .gitignore in a parent folder does not apply.
  return [];
}

/** The nearest file that has an opinion decides, as in git. */
function isRefused(path: string, isFolder: boolean, refusals: readonly Refusal[]): boolean {
  for (const {folder, rules} of refusals.toReversed()) {
    const seen = withSlashes(relative(folder, path)) + (isFolder ? '/' : '');
    const {ignored, unignored} = rules.test(seen);
    if (ignored || unignored) return ignored;
  }
  return false;
}
