/**
 * The journal of a batch: what was answered, kept for a run that goes on after a crash.
 *
 * The run's id is on disk before anything is sent, so a resumed run makes the same keys. Every result is on disk before it is
 * handed over. A tail that was torn off is cut; anything else that is not as it was written is an error, for to guess would be
 * to send again what was answered.
 */
import {constants} from 'node:fs';
import {type FileHandle, open} from 'node:fs/promises';
import {dirname} from 'node:path';
import {SteadfetchError} from '../core/errors.ts';
import type {Clock} from '../core/timer.ts';
import type {Finding} from './entry.ts';
import {GroupCommit, WRITE_THROUGH} from './group-commit.ts';
import {
  changed,
  checkNames,
  damaged,
  exists,
  explained,
  noFile,
  noJournal,
  tooLong,
  unusable,
} from './journal-errors.ts';
import {type JournalHeader, type JournalRecord, readLine, writeLine} from './journal-line.ts';
import {KeyIndex, type RecordPlace} from './key-index.ts';
import {LONGEST_LINE, linesOf, PlaceReader} from './line-reader.ts';
import type {Kept, Known, Memory} from './memory.ts';
import {acquireLock, type OwnerLock} from './owner-lock.ts';

export class Journal implements Memory {
  readonly runId: string;
  readonly journalled: number;
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #index: KeyIndex;
  readonly #commit: GroupCommit;
  readonly #places: PlaceReader;
  readonly #lock: OwnerLock;
  /** Bytes: what stands before is of earlier runs. */
  readonly #start: number;
  #end: number;

  private constructor(path: string, file: FileHandle, lock: OwnerLock, clock: Clock, found: Contents) {
    const {runId, items, index, end} = found;
    this.runId = runId;
    this.journalled = items;
    this.#start = end;
    this.#path = path;
    this.#file = file;
    this.#lock = lock;
    this.#index = index;
    this.#end = end;
    this.#commit = new GroupCommit(file, clock);
    this.#places = new PlaceReader(file);
  }

  /**
   * Opens the journal of a run, or begins one.
   *
   * @throws SteadfetchError JOURNAL_LOCKED, JOURNAL_EXISTS, JOURNAL_DAMAGED, JOURNAL_FILE, or INVALID_BATCH where the items of
   *   the journal have names of another kind.
   */
  static async open(path: string, {resume, names, clock, newId}: JournalOptions): Promise<Journal> {
    let lock: OwnerLock | undefined;
    let file: FileHandle | undefined;
    try {
      lock = acquireLock(`${path}.lock`);
      file = await openPrivate(path);
      const found = await read(path, file);
      if (found !== null && found.items > 0 && !resume) throw exists(path, found.items);
      if (found === null || !resume)
        return new Journal(path, file, lock, clock, await begin(path, file, newId(), names));
      checkNames(path, found.names, names);
      return new Journal(path, file, lock, clock, found);
    } catch (error) {
      await file?.close();
      lock?.release();
      throw explained(path, error);
    }
  }

  async #seek(key: string): Promise<Known | undefined> {
    let latest: {readonly record: JournalRecord; readonly at: number} | undefined;
    for (const place of this.#index.candidates(key)) {
      const record = readLine(await this.#places.read(place));
      if (record === undefined || !('key' in record)) throw changed(this.#path);
      if (record.key === key && place.at >= (latest?.at ?? 0)) latest = {record, at: place.at};
    }
    if (latest === undefined) return undefined;
    const {record, at} = latest;
    const source = this.#index.meet(key, at) ? 'duplicate' : 'journal';
    return {finding: findingOf(record), source, isEarlier: at < this.#start};
  }

  find(key: string): Promise<Known | undefined> | undefined {
    return this.#index.candidates(key).length === 0 ? undefined : this.#seek(key);
  }

  keep(key: string, finding: Finding, done: Kept): void {
    let place: RecordPlace;
    this.#commit.append({
      text: () => {
        const line = lineOf(this.#path, key, finding, this.#index.candidates(key).length > 0);
        const length = Buffer.byteLength(line);
        if (length > LONGEST_LINE) throw tooLong(this.#path, length);
        place = {at: this.#end, length};
        this.#end += place.length;
        return line;
      },
      written: () => {
        this.#index.add(key, place, true);
        done(null);
      },
      lost: error => done(error instanceof SteadfetchError ? error : unusable(this.#path, error)),
    });
  }

  /** What was handed to it is written first. */
  async close(): Promise<void> {
    try {
      await this.#commit.flush();
      await this.#file.close();
    } finally {
      this.#lock.release();
    }
  }
}

/** For the owner's eyes only, and never through a link: what stands behind a link can be anything. */
async function openPrivate(path: string): Promise<FileHandle> {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_APPEND | NO_FOLLOW | WRITE_THROUGH;
  const file = await open(path, flags, 0o600);
  try {
    if (!(await file.stat()).isFile()) throw noFile(path);
    await file.chmod(0o600);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Windows has no such flag. */
const NO_FOLLOW: number = constants.O_NOFOLLOW ?? 0;

export interface JournalOptions {
  /** Whether results of an earlier run are wanted. */
  readonly resume: boolean;
  /** What items are named by; undefined where that is the user's affair. */
  readonly names: string | undefined;
  readonly clock: Clock;
  /** Names the run, where it is a new one. */
  newId(): string;
}

interface Contents {
  readonly runId: string;
  readonly names: string | undefined;
  /** With a result. */
  readonly items: number;
  readonly index: KeyIndex;
  /** Bytes. */
  readonly end: number;
}

/** What a file holds: null where not even its first line was finished. Cuts a torn tail. */
async function read(path: string, file: FileHandle): Promise<Contents | null> {
  const index = new KeyIndex();
  let header: JournalHeader | undefined;
  let items = 0;
  let end = 0;
  let number = 0;
  for await (const line of linesOf(file)) {
    number++;
    if (!line.isWhole) {
      if (header === undefined && !isStartOfHeader(line.bytes)) throw noJournal(path);
      break;
    }
    const record = readLine(line.bytes);
    if (header === undefined) header = headerIn(path, record);
    else if (record === undefined || !('key' in record)) throw damaged(path, number);
    else {
      index.add(record.key, line, false);
      if (!record.again) items++;
    }
    end = line.at + line.length;
  }
  if (header === undefined) return null;
  await file.truncate(end);
  return {runId: header.run, names: header.names, items, index, end};
}

function headerIn(path: string, record: JournalHeader | JournalRecord | undefined): JournalHeader {
  if (record === undefined || !('run' in record)) throw noJournal(path);
  if (record.journal === JOURNAL && record.version === 1) return record;
  throw new SteadfetchError('JOURNAL_DAMAGED', `${path} was written by a newer version of steadfetch.`);
}

/** A process that was killed while it began: nothing had been sent yet. */
function isStartOfHeader(bytes: Buffer): boolean {
  const header = headerOf('');
  const known = '{"sum":"';
  return bytes.length < header.length + 100 && known.startsWith(bytes.toString('latin1', 0, known.length));
}

const JOURNAL = 'steadfetch batch';
const headerOf = (run: string, names?: string): string =>
  writeLine({journal: JOURNAL, version: 1, run, ...(names !== undefined && {names})});

async function begin(path: string, file: FileHandle, runId: string, names: string | undefined): Promise<Contents> {
  const header = headerOf(runId, names);
  await file.truncate(0);
  await file.appendFile(header);
  await file.sync();
  await syncFolder(dirname(path));
  return {runId, names, items: 0, index: new KeyIndex(), end: header.length};
}

/** A new file is only there for good when its folder says so. Not every system lets a folder be opened. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}

function lineOf(path: string, key: string, finding: Finding, isAgain: boolean): string {
  try {
    return writeLine(recordOf(isAgain ? {key, again: true} : {key}, finding));
  } catch (cause) {
    const message = `A result cannot be kept in ${path}, because it is no JSON: ${(cause as Error).message}.`;
    throw new SteadfetchError('JOURNAL_FILE', message, cause);
  }
}

/** Without what was thrown: JSON holds no errors. */
function recordOf(name: Pick<JournalRecord, 'key' | 'again'>, finding: Finding): JournalRecord {
  if (finding.ok) return {...name, ok: true, value: finding.value, attempts: finding.attempts};
  return {...name, ...finding, failure: {...finding.failure, error: undefined}};
}

function findingOf({key: _key, again: _again, ...finding}: JournalRecord): Finding {
  return finding.ok ? {ok: true, value: finding.value, attempts: finding.attempts} : finding;
}
