/** Reads regular files. To open a FIFO waits for a writer, a device may never end, and both may be read only once. */

import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs';
import {basename} from 'node:path';
import {copyBeside} from '../../src/cli/write-file.ts';
import {isPython} from '../source/python-path.ts';
import {decode} from './decode.ts';

/**
 * @param mayRead Asked about the file that was opened, by its path without links: the path that was asked for may have become a link meanwhile.
 *   Default: any file may be read.
 * @throws The error of the file system, or an UnreadableFileError: see whyNot in cli-error.ts.
 */
export function readRegularFile(path: string, mayRead?: (file: string) => boolean): string {
  const named = statSync(path);
  refuseSpecial(named);
  if (named.size > MOST_BYTES)
    throw new UnreadableFileError(`has ${named.size} bytes, and at most ${MOST_BYTES} are read`);
  refuseUnfinished(path);
  const decoded = (bytes: Buffer): string => (isPython(path) ? decode(bytes) : bytes.toString('utf8'));
  if (mayRead === undefined) return decoded(readFileSync(path));
  const fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const opened = fstatSync(fd);
    refuseSpecial(opened);
    if (!mayRead(pathOf(fd, path, opened))) throw new UnreadableFileError('must not be read');
    return decoded(readFileSync(fd));
  } finally {
    closeSync(fd);
  }
}

/** The path of an open file. Linux knows it; elsewhere it is found by its inode. */
function pathOf(fd: number, path: string, {dev, ino}: Stats): string {
  const link = `/proc/self/fd/${fd}`;
  if (process.platform === 'linux' && existsSync('/proc/self/fd')) return readlinkSync(link);
  const real = realpathSync(path);
  const there = lstatSync(real);
  if (there.dev !== dev || there.ino !== ino) throw new UnreadableFileError('was replaced while it was read');
  return real;
}

function refuseSpecial(stat: Stats): void {
  const kind = specialKind(stat);
  if (kind !== undefined) throw new UnreadableFileError(`is ${kind}, and only regular files are read`);
}

/** What the largest policy takes: 5,000,000 characters of four bytes. */
const MOST_BYTES = 20_000_000;

/** A file is written in place, and a program that is killed meanwhile leaves the copy. */
function refuseUnfinished(path: string): void {
  const copy = copyBeside(realpathSync(path));
  if (existsSync(copy))
    throw new UnreadableFileError(
      `may be half written: ${basename(copy)} beside it has the whole new text. Copy that over it, and remove ${basename(copy)}`,
    );
}

/** `a FIFO`; undefined for regular files and folders. */
export function specialKind(stat: Stats): string | undefined {
  if (stat.isFIFO()) return 'a FIFO';
  if (stat.isSocket()) return 'a socket';
  return stat.isCharacterDevice() || stat.isBlockDevice() ? 'a device' : undefined;
}

/** The message is a clause after the name of the file: `is a FIFO, and only regular files are read`. */
export class UnreadableFileError extends Error {
  override readonly name = 'UnreadableFileError';
}
