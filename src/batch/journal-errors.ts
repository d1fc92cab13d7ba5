/** The errors of journals. */
import {SteadfetchError} from '../core/errors.ts';
import type {JournalTarget} from './journal-line.ts';
import {LineTooLongError, LONGEST_LINE} from './line-reader.ts';
import type {RunTarget} from './memory.ts';
import {LockHeldError} from './owner-lock.ts';

export const tooLong = (path: string, bytes: number): SteadfetchError =>
  new SteadfetchError(
    'JOURNAL_FILE',
    `A result of ${Math.ceil(bytes / 2 ** 20)} MiB cannot be kept in ${path}: a line holds at most ${LONGEST_LINE / 2 ** 20} MiB.`,
  );

export function checkNames(path: string, before: string | undefined, now: string | undefined): void {
  if (before === undefined || now === undefined || before === now) return;
  throw new SteadfetchError(
    'INVALID_BATCH',
    `${path} names items by their ${before}, and this run names them by their ${now}: all of them would be sent again. Resume with the ` +
      'same setting for duplicates as in the first run.',
  );
}

/** Keys are known to the server that got them, and to no other one. */
export function checkTarget(path: string, before: JournalTarget | undefined, now: RunTarget | undefined): void {
  if (before === undefined || before.isClear || now === undefined || now.isSharedWith(before.url)) return;
  throw new SteadfetchError(
    'INVALID_BATCH',
    `Requests of ${path} may have been acted on at ${before.url}, and this run would send them again to ${now.url}. Resume with the first URL, or ` +
      'list both as endpoints in the policy, with failover.sharedKeys, if they know the keys of each other.',
  );
}

export const noFile = (path: string): SteadfetchError =>
  new SteadfetchError('JOURNAL_FILE', `The journal ${path} is not a regular file. Name another file.`);

export const exists = (path: string, results: number): SteadfetchError =>
  new SteadfetchError(
    'JOURNAL_EXISTS',
    `${path} holds ${results} results of an earlier run. Resume that run, or remove the file to begin a new one.`,
  );

export const noJournal = (path: string): SteadfetchError =>
  new SteadfetchError(
    'JOURNAL_DAMAGED',
    `${path} is not the journal of a batch, or its first line is damaged. Name another file.`,
  );

export const damaged = (path: string, line: number): SteadfetchError =>
  new SteadfetchError(
    'JOURNAL_DAMAGED',
    `${path}:${line}: the line is not as it was written. Remove the line, and its item may be sent again.`,
  );

export const changed = (path: string): SteadfetchError =>
  new SteadfetchError('JOURNAL_DAMAGED', `${path} was changed by another program while the batch ran.`);

export function explained(path: string, error: unknown): SteadfetchError {
  if (error instanceof SteadfetchError) return error;
  if (error instanceof LineTooLongError) return damaged(path, error.line);
  if (error instanceof LockHeldError)
    return new SteadfetchError('JOURNAL_LOCKED', `The journal ${path} is ${error.message}.`, error);
  if ((error as NodeJS.ErrnoException).code !== 'ELOOP') return unusable(path, error);
  const message = `The journal ${path} is a symbolic link, which is not followed. Name the file itself.`;
  return new SteadfetchError('JOURNAL_FILE', message, error);
}

export function unusable(path: string, cause: unknown): SteadfetchError {
  const {code, message} = cause as NodeJS.ErrnoException;
  return new SteadfetchError('JOURNAL_FILE', `The journal ${path} cannot be used: ${code ?? message}.`, cause);
}
