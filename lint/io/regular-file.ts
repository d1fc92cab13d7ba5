/** Reads regular files. To open a FIFO waits for a writer, a device may never end, and both may be read only once. */

import {readFileSync, type Stats, statSync} from 'node:fs';

/** @throws The error of the file system, or one that names the kind of the file if it is not a regular file: see whyNot in cli-error.ts. */
export function readRegularFile(path: string): string {
  const kind = specialKind(statSync(path));
  if (kind !== undefined) throw new SpecialFileError(kind);
  return readFileSync(path, 'utf8');
}

/** `a FIFO`; undefined for regular files and folders. */
export function specialKind(stat: Stats): string | undefined {
  if (stat.isFIFO()) return 'a FIFO';
  if (stat.isSocket()) return 'a socket';
  return stat.isCharacterDevice() || stat.isBlockDevice() ? 'a device' : undefined;
}

export class SpecialFileError extends Error {
  override readonly name = 'SpecialFileError';

  constructor(kind: string) {
    super(`is ${kind}, and only regular files are read`);
  }
}
