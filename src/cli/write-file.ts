/**
 * Writes a text to the file that a user named. What is there is written into, be it a regular file, a FIFO, a character device or an open descriptor:
 * none of them is ever replaced by a file. Beside a regular file there is a copy of the whole new text meanwhile.
 */
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs';
import {basename, dirname, join, resolve} from 'node:path';
import {descriptorOf} from './descriptor.ts';

/** The kind of a file that cannot be written to. The message is a clause after its name: `is a socket`. */
export class UnwritableError extends Error {
  override readonly name = 'UnwritableError';
}

const READER_WAIT_MS = 10_000;
/** The pause before a FIFO without a reader, or one that is full, is tried again. */
const POLL_MS = 20;

/** How a file is written. */
export interface WriteOptions {
  /** How long a FIFO may be without a reader. Default: 10 s. */
  readonly readerWaitMs?: number;
  /** Whether a regular file is still the one that the text was made from. Asked in the last moment before it is replaced. Default: not asked. */
  readonly isCurrent?: () => boolean;
}

/**
 * @param name A path. A link is followed, also one to a file that does not exist yet.
 * @throws UnwritableError, or the error of the file system. A regular file is unchanged then.
 */
export function writeTextFile(
  name: string,
  text: string,
  {readerWaitMs = READER_WAIT_MS, isCurrent = () => true}: WriteOptions = {},
): void {
  const bytes = Buffer.from(text);
  const target = withoutLinks(name);
  if (typeof target === 'number') return writeAll(target, bytes);
  const found = statSync(target, {throwIfNoEntry: false});
  if (found === undefined || found.isFile()) return writeRegular(target, bytes, found, isCurrent);
  const kind = unwritableKind(found);
  if (kind !== undefined) throw new UnwritableError(kind);
  const fd = found.isFIFO() ? openFifo(target, readerWaitMs) : openSync(target, constants.O_WRONLY);
  try {
    writeAll(fd, bytes);
  } finally {
    closeSync(fd);
  }
}

/** The regular file whose text `writeTextFile` replaces; undefined where it makes a file, or writes into a pipe, a device or an open descriptor. */
export function replacedBy(name: string): string | undefined {
  const target = withoutLinks(name);
  return typeof target === 'string' && statSync(target, {throwIfNoEntry: false})?.isFile() ? target : undefined;
}

/** Creates a file, and removes it if it cannot be written to its end. @throws The error of the file system, such as EEXIST. */
export function writeNewFile(path: string, text: string): void {
  const fd = openSync(path, 'wx');
  try {
    writeAll(fd, Buffer.from(text));
  } catch (error) {
    rmSync(path, {force: true});
    throw error;
  } finally {
    closeSync(fd);
  }
}

/** The clause after the name of what is never written to; undefined for all else. */
export function unwritableKind(stats: Stats): string | undefined {
  if (stats.isDirectory()) return 'is a directory';
  if (stats.isSocket()) return 'is a socket';
  return stats.isBlockDevice() ? 'is a block device' : undefined;
}

const MOST_LINKS = 40;
const MOST_DRAFTS = 100;

/** The path that a chain of links ends at, or the descriptor that it names. */
function withoutLinks(name: string): string | number {
  let path = name;
  for (let links = 0; links < MOST_LINKS; links++) {
    const fd = descriptorOf(path);
    if (fd !== undefined) return fd;
    if (!lstatSync(path, {throwIfNoEntry: false})?.isSymbolicLink()) return path;
    path = resolve(realpathSync(dirname(path)), readlinkSync(path));
  }
  throw new UnwritableError('is a circle of symbolic links');
}

/**
 * A file that is there is written in place: another one in its place would not have its access control list, its attributes and its links, which Node
 * cannot read, and is no longer what others have mounted or watch.
 */
function writeRegular(path: string, bytes: Uint8Array, found: Stats | undefined, isCurrent: () => boolean): void {
  if (found === undefined) writeByDraft(path, bytes, isCurrent);
  else writeInPlace(path, bytes, isCurrent);
}

function writeByDraft(path: string, bytes: Uint8Array, isCurrent: () => boolean): void {
  const {draft, fd} = openDraft(path, 0o666);
  try {
    try {
      writeAll(fd, bytes);
    } finally {
      closeSync(fd);
    }
    assertCurrent(isCurrent);
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, {force: true});
    throw error;
  }
}

/** Beside the file, under a name that nothing has: a process that was killed may have left a draft. */
function openDraft(path: string, mode: number): {readonly draft: string; readonly fd: number} {
  const stem = `.${basename(path).slice(0, 100)}.`;
  for (let number = 1; ; number++) {
    const draft = join(dirname(path), `${stem}${process.pid}-${number}.tmp`);
    try {
      const fd = openSync(draft, 'wx', mode);
      removeLeftDrafts(dirname(path), stem, fstatSync(fd).mtimeMs);
      return {draft, fd};
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || number === MOST_DRAFTS) throw error;
    }
  }
}

/** A draft is there for the time of one write. On a folder that machines share, its process may run on another one. */
const LEFT_MS = 60_000;

/**
 * Removes the drafts of processes that were killed while they wrote. What cannot be removed stays.
 *
 * @param now By the clock of the file system.
 */
function removeLeftDrafts(folder: string, stem: string, now: number): void {
  try {
    for (const name of readdirSync(folder)) {
      const [, pid] = name.startsWith(stem) ? (/^(\d+)-\d+\.tmp$/.exec(name.slice(stem.length)) ?? []) : [];
      const draft = join(folder, name);
      if (pid !== undefined && !isRunning(Number(pid)) && now - statSync(draft).mtimeMs > LEFT_MS) rmSync(draft);
    }
  } catch {}
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/**
 * The copy of the whole new text that is beside a file while it is written in place. It is left by a process that was killed meanwhile, and says that
 * the file may be half written.
 */
export const copyBeside = (path: string): string => join(dirname(path), `.${basename(path).slice(0, 100)}.unfinished`);

function assertCurrent(isCurrent: () => boolean): void {
  if (!isCurrent()) throw new UnwritableError('has changed since it was read');
}

/** What was there is written back where the new text does not fit. */
function writeInPlace(path: string, bytes: Uint8Array, isCurrent: () => boolean): void {
  const fd = openSync(path, 'r+');
  try {
    const copy = keepCopy(path, bytes, isCurrent);
    const before = readFileSync(fd);
    try {
      writeAll(fd, bytes, 0);
      ftruncateSync(fd, bytes.length);
      fsyncSync(fd);
    } catch (error) {
      writeAll(fd, before, 0);
      ftruncateSync(fd, before.length);
      if (copy !== undefined) rmSync(copy, {force: true});
      throw error;
    }
    if (copy !== undefined) rmSync(copy, {force: true});
  } finally {
    closeSync(fd);
  }
}

/** @returns undefined where the folder takes no file. @throws The error of the file system, such as a full disk: the file itself is unchanged then. */
function keepCopy(path: string, bytes: Uint8Array, isCurrent: () => boolean): string | undefined {
  let draft: string | undefined;
  try {
    const opened = openDraft(path, 0o600);
    draft = opened.draft;
    try {
      writeAll(opened.fd, bytes);
      fsyncSync(opened.fd);
    } finally {
      closeSync(opened.fd);
    }
    assertCurrent(isCurrent);
    renameSync(draft, copyBeside(path));
    return copyBeside(path);
  } catch (error) {
    if (draft !== undefined) rmSync(draft, {force: true});
    if (!/^(?:EACCES|EPERM|EROFS)$/.test((error as NodeJS.ErrnoException).code ?? '')) throw error;
    assertCurrent(isCurrent);
    return undefined;
  }
}

/**
 * Opens a FIFO without blocking: otherwise to open one waits for a reader, however long.
 *
 * @throws UnwritableError if no program opens it to read within `readerWaitMs`.
 */
export function openFifo(path: string, readerWaitMs: number = READER_WAIT_MS): number {
  for (let waitedMs = 0; ; waitedMs += POLL_MS) {
    try {
      return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENXIO') throw error;
      if (waitedMs >= readerWaitMs)
        throw new UnwritableError(`is a FIFO that no program reads: waited ${readerWaitMs} ms for one`);
    }
    pause();
  }
}

/** @param position In the file; undefined for what has no positions. */
function writeAll(fd: number, bytes: Uint8Array, position?: number): void {
  for (let written = 0; written < bytes.length; ) {
    try {
      const at = position === undefined ? null : position + written;
      written += writeSync(fd, bytes, written, bytes.length - written, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      pause(); // A pipe is full until its reader goes on.
    }
  }
}

const pause = (): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, POLL_MS);
