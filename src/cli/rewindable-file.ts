/**
 * A file that can be read from its start more than once. What can be read only once, such as standard input or a pipe, is copied to a
 * file that has no name: no other process finds it, and it is gone when this process is.
 */
import {createReadStream} from 'node:fs';
import {type FileHandle, mkdtemp, open, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {Place} from './files.ts';
import {UsageError} from './usage-error.ts';

export interface RewindableFile {
  readonly name: string;
  readonly handle: FileHandle;
  close(): Promise<void>;
}

/** @throws UsageError */
export async function openRewindable(place: Place): Promise<RewindableFile> {
  const {name} = place;
  if ('fd' in place) {
    if (place.fd === 0 && process.stdin.isTTY)
      process.stderr.write('Requests from the terminal, one a line; Ctrl-D ends them.\n');
    return copyOf(name, place.fd === 0 ? process.stdin : createReadStream('', {fd: place.fd, autoClose: false}));
  }
  const handle = await open(place.path, 'r').catch((error: NodeJS.ErrnoException) => unreadable(name, error));
  const stats = await handle.stat();
  if (stats.isFile()) return {name, handle, close: () => handle.close()};
  if (stats.isDirectory()) {
    await handle.close();
    throw new UsageError(`${name} is a directory. Name a file.`);
  }
  return copyOf(name, handle.createReadStream());
}

function unreadable(name: string, {code}: NodeJS.ErrnoException): never {
  throw new UsageError(`${name} ${code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`}.`);
}

async function copyOf(name: string, source: AsyncIterable<Buffer>): Promise<RewindableFile> {
  const folder = await mkdtemp(join(tmpdir(), 'steadfetch-'));
  const remove = (): Promise<void> => rm(folder, {recursive: true, force: true});
  try {
    const handle = await open(join(folder, 'requests'), 'wx+', 0o600);
    // Windows removes no file that is open.
    const close = (): Promise<void> => handle.close().then(process.platform === 'win32' ? remove : undefined);
    if (process.platform !== 'win32') await remove();
    await handle.writeFile(source);
    return {name, handle, close};
  } catch (error) {
    await remove();
    throw error;
  }
}
