/** Which files a run reads and writes, checked before any of them is opened to be written. */
import {fstatSync, lstatSync, type Stats, statSync} from 'node:fs';
import {basename, dirname} from 'node:path';
import type {BatchArguments} from './batch-arguments.ts';
import {descriptorOf} from './descriptor.ts';
import {UsageError} from './usage-error.ts';
import {unwritableKind} from './write-file.ts';

/** A file by its path, or one that is open already: standard input, standard output, what a shell opened for the process. */
export type Place = {readonly name: string; readonly path: string} | {readonly name: string; readonly fd: number};

export interface Output {
  readonly place: Place;
  /** False for pipes, devices and open descriptors, which have no data of earlier runs and no other file beside them. */
  readonly isFile: boolean;
}

export interface BatchFiles {
  readonly requests: Place;
  readonly out: Output;
  /** Undefined: the failed lines are in `out` only. */
  readonly errors: Output | undefined;
  /** Undefined: the run cannot be resumed. */
  readonly journal: string | undefined;
}

/** What `collect` reads and writes. @throws UsageError */
export function collectedFilesOf(given: Pick<BatchArguments, 'requests' | 'out' | 'errors'>): CollectedFiles {
  const files = requestsAndResultsOf(given);
  checkDifferent(usesOf(files));
  return files;
}

export type CollectedFiles = Pick<BatchFiles, 'requests' | 'out' | 'errors'>;

function requestsAndResultsOf(given: Pick<BatchArguments, 'requests' | 'out' | 'errors'>): CollectedFiles {
  const out = outputOf(given.out);
  const errorsName = given.errors ?? (out.isFile ? `${given.out.replace(/\.jsonl$/, '')}.errors.jsonl` : undefined);
  return {
    requests: inputOf(given.requests),
    out,
    errors: errorsName === undefined ? undefined : outputOf(errorsName),
  };
}

const usesOf = ({requests, out, errors}: CollectedFiles): (readonly [string, Place])[] => [
  ['the requests', requests],
  ['the results', out.place],
  ...(errors === undefined ? [] : [['the errors', errors.place] as const]),
];

/** @throws UsageError */
export function filesOf(given: BatchArguments): BatchFiles {
  const files = requestsAndResultsOf(given);
  const {out} = files;
  const journal = given.journal ?? (out.isFile ? `${given.out}.journal` : undefined);
  if (journal === undefined && (given.resume || given.retryFailed))
    throw new UsageError(
      `--${given.resume ? 'resume' : 'retry-failed'} needs a journal. ${out.place.name} has none beside it: name one with --journal.`,
    );
  checkDifferent([
    ...(given.policyFile === undefined ? [] : [['the policy', placeAt(given.policyFile)] as const]),
    ...usesOf(files),
    ...(journal === undefined ? [] : journalFiles(journal)),
  ]);
  return {...files, journal};
}

const placeAt = (path: string): Place => ({name: path, path});

const journalFiles = (journal: string): (readonly [string, Place])[] => [
  ['the journal', placeAt(journal)],
  ['the lock of the journal', placeAt(`${journal}.lock`)],
];

/** @param name `-` is standard input. @throws UsageError */
export function inputOf(name: string): Place {
  if (name === '-') return {name: 'standard input', fd: 0};
  const fd = descriptorOf(name);
  return fd === undefined ? placeAt(name) : openPlace(name, fd);
}

function outputOf(name: string): Output {
  if (name === '-') return {place: {name: 'standard output', fd: 1}, isFile: false};
  const fd = descriptorOf(name);
  if (fd !== undefined) return {place: openPlace(name, fd), isFile: false};
  const stats = lstatSync(name, {throwIfNoEntry: false});
  const target = stats?.isSymbolicLink() ? targetOf(name) : stats;
  const kind = target && unwritableKind(target);
  if (kind !== undefined) throw new UsageError(`${name} ${kind}. Name a file.`);
  return {place: placeAt(name), isFile: target === undefined || target.isFile()};
}

/** A link to a device or a pipe is a name for it. A link to a file may be there to have that file overwritten. */
function targetOf(name: string): Stats {
  const target = statSync(name, {throwIfNoEntry: false});
  if (target === undefined || target.isFile())
    throw new UsageError(`${name} is a symbolic link, which is not followed. Name the file itself.`);
  return target;
}

function openPlace(name: string, fd: number): Place {
  try {
    fstatSync(fd);
    return {name, fd};
  } catch {
    throw new UsageError(`${name} is not open.`);
  }
}

/** By what the files are, and not by their names: `./in.jsonl` is `in.jsonl`, and so is a hard link to it. */
function checkDifferent(files: readonly (readonly [use: string, place: Place])[]): void {
  const uses = new Map<string, string>();
  for (const [use, place] of files) {
    const identity = identityOf(place);
    if (identity === undefined) continue;
    const other = uses.get(identity);
    if (other !== undefined)
      throw new UsageError(`${place.name} is the file of ${other} and of ${use}. Name two files.`);
    uses.set(identity, use);
  }
}

/** Undefined for devices and pipes, which may have several uses. */
function identityOf(place: Place): string | undefined {
  if ('fd' in place) {
    const stats = fstatSync(place.fd, {bigint: true});
    return stats.isFile() ? `${stats.dev}:${stats.ino}` : `fd ${place.fd}`;
  }
  const stats = statSync(place.path, {bigint: true, throwIfNoEntry: false});
  if (stats === undefined) return futureIdentityOf(place.path);
  return stats.isFile() ? `${stats.dev}:${stats.ino}` : undefined;
}

/**
 * The identity of a file that does not exist yet. Many systems ignore case in names, so names that differ only in case count as one file.
 */
function futureIdentityOf(path: string): string {
  const folder = statSync(dirname(path), {bigint: true, throwIfNoEntry: false});
  const name = basename(path).normalize('NFC').toLowerCase();
  return folder === undefined ? path : `${folder.dev}:${folder.ino}/${name}`;
}
