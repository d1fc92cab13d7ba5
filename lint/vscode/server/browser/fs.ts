/** Stands for `node:fs` in a worker that works on a copy of the workspace. It has the functions that the language server calls. */

import {type Entry, FileError, files} from './files.ts';

export const existsSync = (path: string): boolean => files.kindOf(path) !== undefined;

export function statSync(
  path: string,
  {throwIfNoEntry = true}: {readonly throwIfNoEntry?: boolean} = {},
): Entry | undefined {
  const entry = files.entry(path);
  if (entry === undefined && throwIfNoEntry) throw new FileError('ENOENT', path);
  return entry;
}

export const readFileSync = (path: string): string => files.read(path);

export function readdirSync(path: string): Entry[] {
  if (files.kindOf(path) !== 'folder') throw new FileError('ENOENT', path);
  return files.list(path);
}

export const writeFileSync = (path: string, text: string): void => files.set(path, text);

export const rmSync = (path: string): void => files.delete(path);

/** A copy has no links. */
export const realpathSync = (path: string): string => path;

/** Only Node asks which file was opened. Everything of a copy may be read. */
export const constants: {readonly O_RDONLY: number} = {O_RDONLY: 0};
export const fstatSync: typeof statSync = statSync;
export const lstatSync: typeof statSync = statSync;
export const readlinkSync: (path: string) => string = realpathSync;

/** A file that is open. */
const opened: string[] = [];

export function openSync(path: string): number {
  files.read(path);
  return opened.push(path) - 1;
}

/** Reads the beginning. */
export function readSync(file: number, buffer: Uint8Array): number {
  return new TextEncoder().encodeInto(files.read(opened[file]!), buffer).written;
}

export function closeSync(): void {
  opened.length = 0;
}
