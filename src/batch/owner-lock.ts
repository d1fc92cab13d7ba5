/**
 * A lock file that names its owner: at most one process has it.
 *
 * A lock is taken over only where its owner provably no longer runs, and at once, so that a run that was killed can go on without
 * a wait. See docs/decisions/0027-a-journal-has-one-owner.md.
 */
import {linkSync, lstatSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {identityOf, livenessOf, type ProcessIdentity} from './process-identity.ts';

export class LockHeldError extends Error {
  override readonly name = 'LockHeldError';
}

export interface OwnerLock {
  /** Harmless when the lock is not held any more. */
  release(): void;
}

/** @throws LockHeldError, or the error of the file system. */
export function acquireLock(path: string): OwnerLock {
  const here = identityOf(process.pid);
  const text = `${JSON.stringify(here)}\n`;
  for (;;) {
    if (create(path, text)) return held(path, text);
    const found = read(path);
    if (found === null) continue; // It was released a moment ago.
    const owner = ownerOf(found);
    if (owner === null || livenessOf(owner, here) !== 'dead') throw new LockHeldError(heldBy(path, owner, here));
    removeStale(path, found);
  }
}

/**
 * Another process may have found the same stale lock, removed it and made its own since. So it is read again, and removed, only
 * by the one process that holds a second lock.
 */
function removeStale(path: string, text: string): void {
  const takeover = acquireLock(`${path}.stale`);
  try {
    if (read(path) === text) rmSync(path);
  } finally {
    takeover.release();
  }
}

/** The file appears with its content: a process that is killed leaves no lock without an owner. */
function create(path: string, text: string): boolean {
  const draft = `${path}.${process.pid}`;
  rmSync(draft, {force: true});
  try {
    writeFileSync(draft, text, {flag: 'wx', mode: 0o600});
    return succeeds(() => linkSync(draft, path));
  } catch (error) {
    if (!NO_LINKS.has((error as NodeJS.ErrnoException).code)) throw error;
    return succeeds(() => writeFileSync(path, text, {flag: 'wx', mode: 0o600}));
  } finally {
    rmSync(draft, {force: true});
  }
}

/** The error codes of file systems without hard links. */
const NO_LINKS: ReadonlySet<string | undefined> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

function succeeds(make: () => void): boolean {
  try {
    make();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Null where there is no lock; empty where what is there cannot be one. */
function read(path: string): string | null {
  try {
    return lstatSync(path).isFile() ? readFileSync(path, 'utf8') : '';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function ownerOf(text: string): ProcessIdentity | null {
  try {
    const owner = JSON.parse(text) as ProcessIdentity | null;
    return typeof owner?.pid === 'number' && typeof owner.host === 'string' ? owner : null;
  } catch {
    return null;
  }
}

function heldBy(path: string, owner: ProcessIdentity | null, here: ProcessIdentity): string {
  const remove = `remove ${path}`;
  if (owner === null) return `locked by a file without an owner. If no batch is running, ${remove}`;
  if (livenessOf(owner, here) === 'unknown')
    return `locked by process ${owner.pid} on ${owner.host}, which cannot be checked from here. If it no longer runs, ${remove}`;
  const holder = owner.pid === here.pid ? 'this process' : `process ${owner.pid}`;
  return `in use by ${holder}. Wait until that run has ended, or stop it`;
}

const locks = new Map<string, string>();

function held(path: string, text: string): OwnerLock {
  if (locks.size === 0) process.on('exit', releaseAll);
  locks.set(path, text);
  return {release: () => release(path, text)};
}

function release(path: string, text: string): void {
  if (!locks.delete(path)) return;
  if (locks.size === 0) process.off('exit', releaseAll);
  if (read(path) === text) rmSync(path, {force: true});
}

/** The process ends, by `process.exit` or by an error that was not caught. */
function releaseAll(): void {
  for (const [path, text] of [...locks]) release(path, text);
}
