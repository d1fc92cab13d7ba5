import {UnreadableFileError} from './regular-file.ts';

/** The reason why a command cannot run: an invalid value, an invalid configuration, an unreadable file. Exit code 2. */
export class CliError extends Error {
  override readonly name = 'CliError';

  /** Known by its name, since a part that is loaded late has a copy of this class. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === 'CliError';
  }
}

/** The clause after a file's name: `does not exist`. */
export function whyNot(error: unknown): string {
  if (error instanceof UnreadableFileError) return error.message;
  const {code, message} = error as NodeJS.ErrnoException;
  return REASONS[code ?? ''] ?? `cannot be used (${code ?? message})`;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist',
  EISDIR: 'is a directory',
  EACCES: 'is not accessible: permission denied',
  EPERM: 'is not accessible: operation not permitted',
  EROFS: 'is on a file system that cannot be written to',
  ENOSPC: 'does not fit on the disk any more',
  EDQUOT: 'does not fit into the quota of the disk',
  EPIPE: 'is not read to its end',
  EBADF: 'is not open',
};
