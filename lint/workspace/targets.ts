/** Finds the policies of a command. */

import {existsSync} from 'node:fs';
import {basename, resolve} from 'node:path';
import type {Arguments} from '../../src/cli/parse-arguments.ts';
import {matcherOf} from '../config-file/read.ts';
import {CliError} from '../io/cli-error.ts';
import {readOperand} from '../io/operand.ts';
import {isBelow, realPathOf, shownPath} from '../io/paths.ts';
import {hasPolicyName} from '../io/policy-file.ts';
import {isGlob, type Selection, select} from '../io/select.ts';
import {sniff} from '../io/sniff.ts';
import {Scan, type Skipped} from './scan.ts';
import {inputName, type Workspace} from './workspace.ts';

export interface Targets {
  /** Paths as reports show them, in order. */
  readonly paths: readonly string[];
  /** The number of policies that the configuration ignores. */
  readonly ignored: number;
  /** One sentence per file, folder or policy that could not be read, and one for folders and globs without a policy. */
  readonly unreadable: readonly string[];
  /** One sentence per link that was not followed. */
  readonly skipped: readonly string[];
  /** What was left out of a folder that was searched for files of other languages, too. */
  readonly left: Skipped;
}

/**
 * @param reports Files that the run itself writes. Absolute. A search does not treat them as policies.
 * @throws CliError if there is no policy, unless --allow-empty, --changed or standard input makes that possible.
 */
export async function targetsOf(
  args: Arguments,
  workspace: Workspace,
  reports: readonly string[] = [],
): Promise<Targets> {
  const isInput = args.operands.includes('-');
  if (isInput) readInput(args, workspace);
  else if (args.has('stdin-filename'))
    throw new CliError('--stdin-filename names standard input, which was not asked for: add - to the files.');
  const operands = args.operands.filter(operand => operand !== '-');
  const named = operands.length === 0 && !isInput ? ['.'] : operands;
  const scan = new Scan(operands.length === 0 ? [] : workspace.builtInDialects, workspace.io.mayRead);
  const {selection, missing, unmatched} = await selectIn(workspace, named, reports, scan);
  const found = await keep(selection.paths, async path => !(await workspace.isIgnored(path)));
  const kept = await keep(found, path => isLinted(path, workspace, scan));
  noteSearch(selection, kept, workspace);
  const {readable: all, unreadable} = tryRead(kept, workspace);
  const readable = all.filter(path => !isTemplate(path, workspace, scan));
  await workspace.noteHeirs(readable);
  const paths = args.has('changed') ? await changed(readable, args.value('changed'), workspace) : readable;
  const mayBeEmpty =
    args.has('changed') || args.has('allow-empty') || scan.hasPrograms || (isInput && operands.length === 0);
  const empty = mayBeEmpty || selection.empty.length === 0 ? [] : [nothingFound(selection.empty)];
  const declared = args.has('allow-empty') ? missing : [...missing, ...unmatched];
  const problems = [...declared, ...selection.unreadable, ...unreadable, ...empty];
  if (problems.length > 0 && paths.length === 0 && !isInput)
    throw new CliError([...selection.skipped, ...problems].join('\n'));
  return {
    paths: isInput ? [inputPath(args, workspace), ...paths] : paths,
    ignored: selection.paths.length - found.length,
    unreadable: problems,
    skipped: selection.skipped,
    left: scan.skipped,
  };
}

/** Whether a file is a policy, or in a language that the configuration does not switch off, and written by a person. */
async function isLinted(path: string, workspace: Workspace, scan: Scan): Promise<boolean> {
  const sniffed = scan.of(workspace.absolute(path));
  if (sniffed === undefined) return true;
  if (!(await workspace.hasDialect(path, sniffed.dialects))) return false;
  if (sniffed.skip !== undefined) {
    scan.skipped.add(sniffed.skip);
    return false;
  }
  workspace.setScanned(path);
  return true;
}

/** A template that is named is left out, too: before it is filled in, it is neither YAML nor a policy. */
function isTemplate(path: string, {texts, builtInDialects}: Workspace, scan: Scan): boolean {
  if (builtInDialects.length === 0 || scan.of(path) !== undefined || hasPolicyName(basename(path))) return false;
  if (sniff(path, texts.read(path), builtInDialects)?.skip !== 'template') return false;
  scan.skipped.add('template');
  return true;
}

async function selectIn(
  workspace: Workspace,
  operands: readonly string[],
  reports: readonly string[],
  scan: Scan,
): Promise<{readonly selection: Selection} & Undeclared> {
  const {cwd, mayRead} = workspace.io;
  for (const operand of operands) workspace.dependencies?.note(workspace.absolute(readOperand(operand).path));
  const declarations = await declarationsIn(workspace);
  for (const declaration of declarations) await checkDeclared(workspace, declaration);
  const matched = new Set<Declaration>();
  const selection = await select(operands, {
    cwd,
    mayRead,
    declared: path =>
      declarations.flatMap(each => {
        if (!each.matches(path)) return [];
        matched.add(each);
        return [each.pointer];
      }),
    holds: (path, pointer) => workspace.holds(shownPath(cwd, path), pointer),
    isLeftOut: path => reports.includes(path),
    scans: (path, folder) => scan.takes(path, folder),
  });
  for (const [path, pointers] of selection.pointers) workspace.setPointers(path, pointers);
  const searched = operands.map(operand => workspace.absolute(readOperand(operand).path));
  const lost = declarations.filter(each => !matched.has(each) && searched.some(folder => isBelow(folder, each.file)));
  return {selection, ...undeclared(lost)};
}

/** Sentences for what the configuration declares in a searched folder, and is not there. */
interface Undeclared {
  /** Files that do not exist. */
  readonly missing: readonly string[];
  /** Globs that match no file. */
  readonly unmatched: readonly string[];
}

function undeclared(declarations: readonly Declaration[]): Undeclared {
  const files = declarations.filter(({file, isPattern}) => !isPattern && !existsSync(file));
  const globs = declarations.filter(({isPattern}) => isPattern);
  return {
    missing: files.map(({entry}) => `${entry} does not exist.`),
    unmatched: globs.map(({entry}) => `${entry} matches no file. With --allow-empty this is not an error.`),
  };
}

/** Separates readable from unreadable files: an unreadable policy does not prevent the others from being linted. */
function tryRead(paths: readonly string[], {texts}: Workspace): {readable: string[]; unreadable: string[]} {
  const unreadable: string[] = [];
  const readable = paths.filter(path => {
    try {
      texts.read(path);
      return true;
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      unreadable.push(error.message);
      return false;
    }
  });
  return {readable, unreadable};
}

/** Records for a watch which new files would be linted, and which existing files never are. */
function noteSearch({paths, searched}: Selection, kept: readonly string[], workspace: Workspace): void {
  const {dependencies} = workspace;
  if (dependencies === undefined) return;
  for (const each of searched) dependencies.addSearch(each);
  const isKept = new Set(kept);
  for (const path of paths) if (!isKept.has(path)) dependencies.leaveOut(workspace.absolute(path));
}

function nothingFound(operands: readonly string[]): string {
  const where = operands.map(operand => (operand === '.' ? 'this folder' : operand)).join(', ');
  return `No policy was found in ${where}. Policies are called *.retry.json or retry-policy.json, or name steadfetch's $schema; name any other file on the command line. With --allow-empty this is not an error.`;
}

const inputPath = (args: Arguments, {io}: Workspace): string => {
  const name = args.value('stdin-filename');
  return name === undefined ? inputName : shownPath(io.cwd, readOperand(name).path);
};

function readInput(args: Arguments, workspace: Workspace): void {
  const path = inputPath(args, workspace);
  const {pointer} = readOperand(args.value('stdin-filename') ?? '');
  workspace.texts.set(path, workspace.io.readInput());
  if (pointer !== '') workspace.setPointers(path, [pointer]);
}

/** An entry of `policies` in the configuration. */
interface Declaration {
  /** The entry in messages: `.retry-lintrc.json: policies[0]: config/*.json`. */
  readonly entry: string;
  /** Absolute, and a glob where the entry is one. */
  readonly file: string;
  readonly isPattern: boolean;
  readonly pointer: string;
  readonly matches: (path: string) => boolean;
}

/** The policies in other files, as the configuration of this folder declares them. */
async function declarationsIn(workspace: Workspace): Promise<readonly Declaration[]> {
  const loaded = await workspace.loadedFor('policy.json');
  return Promise.all(
    (loaded?.file.policies ?? []).map(async (name, index) => {
      const {path, pointer} = readOperand(name);
      const entry = `${loaded!.path}: policies[${index}]: ${path}`;
      const matches = await matcherOf([path], loaded!.folder);
      return {entry, file: resolve(loaded!.folder, path), isPattern: isGlob(path), pointer, matches};
    }),
  );
}

/** The pointers to policies in a file, as the configuration of this folder declares them. */
export async function declaredIn(workspace: Workspace): Promise<(path: string) => readonly string[]> {
  const declarations = await declarationsIn(workspace);
  return path => declarations.filter(({matches}) => matches(path)).map(({pointer}) => pointer);
}

/** A glob may match files without a policy. An entry that names a file must have one. */
async function checkDeclared(workspace: Workspace, declaration: Declaration): Promise<void> {
  const {entry, file, isPattern, pointer} = declaration;
  if (isPattern) return;
  if (!existsSync(file)) workspace.dependencies?.note(file);
  else if (!(await workspace.holds(shownPath(workspace.io.cwd, file), pointer)))
    throw new CliError(`${entry} has nothing at ${pointer}.`);
}

/** The policies that changed, and those that extend a changed file. */
async function changed(paths: readonly string[], ref: string | undefined, workspace: Workspace): Promise<string[]> {
  const {changedFiles} = await import('../io/git.ts');
  const files = changedFiles(workspace.io.cwd, ref);
  if (files.size === 0) return [];
  return keep(paths, async path => {
    const closure = await workspace.texts.mentioned(path);
    const isChanged = (file: string): boolean => files.has(file) || files.has(realPathOf(file));
    return closure.some(each => isChanged(workspace.absolute(each)));
  });
}

async function keep(paths: readonly string[], isKept: (path: string) => Promise<boolean>): Promise<string[]> {
  const kept: string[] = [];
  for (const path of paths) if (await isKept(path)) kept.push(path);
  return kept;
}
