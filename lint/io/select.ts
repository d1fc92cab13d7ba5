/** From the arguments of a command to the files it is about. */

import {statSync} from 'node:fs';
import {basename, dirname, resolve} from 'node:path';
import {CliError, whyNot} from './cli-error.ts';
import type {Searched} from './dependencies.ts';
import {commandHabit} from './habits.ts';
import {linksOf} from './links.ts';
import {type Operand, readOperand} from './operand.ts';
import {realPathOf, shownPath, withSlashes} from './paths.ts';
import {hasPolicyName, isOfLinter, isPolicyFile} from './policy-file.ts';
import {specialKind} from './regular-file.ts';
import {walk} from './walk.ts';

export interface Selection {
  /** As reports show them, sorted, each once. */
  readonly paths: readonly string[];
  /** JSON pointers to the policies in a file, for files that are not policies as a whole. */
  readonly pointers: ReadonlyMap<string, readonly string[]>;
  /** A sentence for each file that is missing, and each folder that could not be read. */
  readonly unreadable: readonly string[];
  /** Folders and globs without a policy, as they were named. */
  readonly empty: readonly string[];
  /** A sentence for each link that has the name of a policy and is not followed. */
  readonly skipped: readonly string[];
  /** The searched folders, for a watch that waits for new files. */
  readonly searched: readonly Searched[];
}

export interface SelectOptions {
  readonly cwd: string;
  /** Whether a file may be read that no operand names. Absolute. */
  readonly mayRead?: ((file: string) => boolean) | undefined;
  /** Pointers to the policies of a file that was declared to have some, though nothing in it says so. Absolute. */
  readonly declared?: (path: string) => readonly string[];
  /** Whether a file has a value at a pointer. The path is absolute. */
  readonly holds: (path: string, pointer: string) => Promise<boolean>;
  /** Files that no folder and no glob brings in. */
  readonly isLeftOut?: (path: string) => boolean;
  /** Whether a file of a folder is wanted that is not a policy. Both paths are absolute. Default: none is. */
  readonly scans?: ((path: string, folder: string) => boolean) | undefined;
}

/**
 * @param operands Files, folders and globs. A file is taken as it is; of a folder its policies are; a glob takes what it matches,
 * and hidden files only where it writes their dot, as in a shell. Links in different folders are all
 * taken, because what a policy extends is relative to the link. Of those to one file in one folder the first is, and none in the folder of the file.
 * @throws CliError for the name of a command that other linters have.
 */
export async function select(operands: readonly string[], options: SelectOptions): Promise<Selection> {
  const found = new Map<string, Set<string>>();
  const links = new Map<string, string>();
  const named = new Set<string>();
  const searched: Searched[] = [];
  const [unreadable, skipped] = [new Set<string>(), new Set<string>()];
  const empty: string[] = [];
  for (const operand of operands) {
    const one = await selectOne(readOperand(operand), options).catch((error: unknown) => failed(error, operand));
    if (one.policies.size + one.unreadable.length === 0) empty.push(operand);
    for (const [path, pointers] of one.policies) {
      const shown = shownPath(options.cwd, path);
      found.set(shown, new Set([...(found.get(shown) ?? []), ...pointers]));
      const real = one.links.get(path);
      if (real === undefined) named.add(shown);
      else links.set(shown, real);
    }
    searched.push(...one.searched);
    for (const each of one.unreadable) unreadable.add(each);
    for (const each of one.skipped) skipped.add(each);
  }
  const inFolder = (path: string, real?: string): string => {
    const file = resolve(options.cwd, path);
    return `${dirname(file)}\n${real ?? realPathOf(file)}`;
  };
  const taken = links.size === 0 ? NONE : new Set([...named].map(path => inFolder(path)));
  for (const [path, real] of links) {
    const place = inFolder(path, real);
    if (taken.has(place) && !named.has(path)) found.delete(path);
    taken.add(place);
  }
  const inside = [...found].filter(([, pointers]) => pointers.size > 1 || !pointers.has(''));
  return {
    paths: [...found.keys()].sort(),
    pointers: new Map(inside.map(([path, pointers]) => [path, [...pointers].sort()])),
    unreadable: [...unreadable],
    empty,
    skipped: [...skipped],
    searched,
  };
}

const NONE = new Set<string>();

/** The files of one operand. */
interface Found extends Pick<Selection, 'unreadable' | 'searched' | 'skipped'> {
  /** Pointers by path. Absolute. */
  readonly policies: ReadonlyMap<string, readonly string[]>;
  /** The targets of the links which a search found. */
  readonly links: ReadonlyMap<string, string>;
}

/** An operand that cannot be used does not keep the others from being linted. */
function failed(error: unknown, operand: string): Found {
  if (!(error instanceof CliError) || commandHabit(operand) !== undefined) throw error;
  return {...NOTHING, unreadable: [error.message]};
}

async function selectOne(operand: Operand, options: SelectOptions): Promise<Found> {
  const {path: name, pointer} = operand;
  const path = resolve(options.cwd, name);
  const stat = statIfThere(path, name);
  if (stat?.isDirectory()) {
    if (pointer !== '') throw new CliError(`${name} is a folder: ${pointer} can be in a file only.`);
    return selectFolder(path, options);
  }
  const kind = stat && specialKind(stat);
  if (kind !== undefined)
    throw new CliError(`${name} is ${kind}, and only regular files are linted; retry-lint - reads standard input.`);
  if (stat === undefined && isGlob(name)) return selectGlob(operand, options);
  if (stat === undefined) throw new CliError(commandHabit(name) ?? `${name} does not exist.`);
  if (!(await options.holds(path, pointer))) throw new CliError(`${name} has nothing at ${pointer}.`);
  return {...NOTHING, policies: new Map([[path, [pointer]]])};
}

export const isGlob = (name: string): boolean => /[*?[\]{}!]/.test(name);

const NOTHING: Found = {policies: new Map(), links: new Map(), unreadable: [], searched: [], skipped: []};

function statIfThere(path: string, operand: string) {
  try {
    return statSync(path, {throwIfNoEntry: false});
  } catch (error) {
    throw new CliError(`${operand} ${whyNot(error)}.`);
  }
}

async function selectFolder(folder: string, options: SelectOptions): Promise<Found> {
  const {declared = () => [], scans = () => false} = options;
  return search(folder, options, (path, kind) => {
    const pointers = declared(path);
    const isPolicy = (name: string): boolean => (kind === 'lost' ? hasPolicyName(name) : isPolicyFile(path, name));
    return pointers.length === 0 && (isPolicy(basename(path)) || (kind === 'file' && scans(path, folder)))
      ? ['']
      : pointers;
  });
}

async function selectGlob({path: name, pointer}: Operand, options: SelectOptions): Promise<Found> {
  const {default: picomatch} = await import('picomatch');
  const pattern = withSlashes(name);
  const {base, glob} = picomatch.scan(pattern);
  const folder = resolve(options.cwd, base);
  if (statIfThere(folder, name)?.isDirectory() !== true) return NOTHING;
  const matches = picomatch(glob);
  // Negations and repetitions of picomatch match a dot that they do not write.
  const isShown = (path: string): boolean => !HIDDEN.test(path) || DOT.test(glob);
  return search(folder, options, path => {
    const shown = shownPath(folder, path);
    return matches(shown) && isShown(shown) ? [pointer] : [];
  });
}

const HIDDEN = /(?:^|\/)\./;
/** A dot with which a name begins, in one of several alternatives, too. */
const DOT = /(?:^|[/{(,|])\./;

/** A file, a link to a file, or a link that is not followed. */
type Kind = 'file' | 'link' | 'lost';

async function search(
  folder: string,
  {cwd, mayRead, holds, isLeftOut = () => false}: SelectOptions,
  pointersOf: (path: string, kind: Kind) => readonly string[],
): Promise<Found> {
  const wanted = (path: string, kind: Kind): readonly string[] =>
    isLeftOut(path) || isOfLinter(basename(path)) ? [] : pointersOf(path, kind);
  const {files, links, folders, unreadable, sees} = await walk(folder, mayRead);
  const {files: linked, skipped} = linksOf(links, folder, mayRead);
  const policies = new Map<string, string[]>();
  for (const path of [...files, ...linked.keys()]) {
    for (const pointer of wanted(path, linked.has(path) ? 'link' : 'file'))
      if (await holds(path, pointer)) policies.set(path, [...(policies.get(path) ?? []), pointer]);
  }
  const takes = (path: string, isFolder: boolean): boolean =>
    sees(path, isFolder) && (isFolder || wanted(path, 'file').length > 0);
  return {
    policies,
    links: linked,
    skipped: [...skipped]
      .filter(([path]) => wanted(path, 'lost').length > 0)
      .map(([path, why]) => `${shownPath(cwd, path)} was not linted: the link ${why}.`),
    unreadable: [...unreadable].map(([path, why]) => `${shownPath(cwd, path)} ${why}.`),
    searched: [{folders, takes}],
  };
}
