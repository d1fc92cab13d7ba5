/**
 * The journal of a batch: what was answered, kept for a run that goes on after a crash.
 *
 * The run's id is on disk before anything is sent, so a resumed run makes the same keys. That an item is sent which may be sent once
 * only is on disk before that is done. Every result is on disk before it is handed over. A tail that was torn off is cut; anything else that is not as it was written is an error, for to guess would be
 * to send again what was answered.
 */
import {constants} from 'node:fs';
import {type FileHandle, open} from 'node:fs/promises';
import {dirname} from 'node:path';
import {SteadfetchError} from '../core/errors.ts';
import type {Clock} from '../core/timer.ts';
import type {ItemOutcome} from './entry.ts';
import {GroupCommit, WRITE_THROUGH} from './group-commit.ts';
import {INTERRUPTED} from './interrupted.ts';
import {type Contents, headerOf, readContents} from './journal-contents.ts';
import {changed, checkNames, checkTarget, exists, explained, noFile, tooLong, unusable} from './journal-errors.ts';
import {type JournalIntent, type JournalRecord, readLine, writeLine} from './journal-line.ts';
import {KeyIndex, type RecordPlace} from './key-index.ts';
import {LONGEST_LINE, PlaceReader} from './line-reader.ts';
import type {Kept, Known, Memory, RunEnd, RunTarget} from './memory.ts';
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
  /** Bytes of the file that earlier runs have written. */
  readonly #start: number;
  /** Null in a journal that does not say where requests go. */
  readonly #url: string | null;
  /** When this run began, the server had acted on no request without a result. */
  readonly #wasClear: boolean;
  #end: number;

  private constructor(
    path: string,
    file: FileHandle,
    lock: OwnerLock,
    clock: Clock,
    found: Contents,
    url: string | null,
  ) {
    const {runId, items, index, end, target} = found;
    this.runId = runId;
    this.journalled = items;
    this.#start = end;
    this.#url = url;
    this.#wasClear = target === undefined || target.isClear === true;
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
   *   the journal have names of another kind, or may have been acted on at another URL.
   */
  static async open(path: string, {resume, names, target, clock, newId}: JournalOptions): Promise<Journal> {
    let lock: OwnerLock | undefined;
    let file: FileHandle | undefined;
    try {
      lock = acquireLock(`${path}.lock`);
      file = await openPrivate(path);
      const found = await readContents(path, file);
      if (found !== null && found.items > 0 && !resume) throw exists(path, found.items);
      if (found !== null && resume) {
        checkNames(path, found.names, names);
        checkTarget(path, found.target, target);
      }
      const contents = found !== null && resume ? found : await begin(file, newId(), names, target !== undefined);
      const url = target !== undefined && contents.hasTargets ? target.url : null;
      const start = url === null ? '' : writeLine({url});
      if (start !== '') await file.appendFile(start);
      await file.sync();
      await syncFolder(dirname(path));
      const end = contents.end + Buffer.byteLength(start);
      return new Journal(path, file, lock, clock, {...contents, end}, url);
    } catch (error) {
      await file?.close();
      lock?.release();
      throw explained(path, error);
    }
  }

  async #seek(key: string): Promise<Known | undefined> {
    let latest: {readonly record: JournalRecord | JournalIntent; readonly at: number} | undefined;
    for (const place of this.#index.candidates(key)) {
      const record = readLine(await this.#places.read(place));
      if (record === undefined || !('key' in record)) throw changed(this.#path);
      if (record.key === key && place.at >= (latest?.at ?? 0)) latest = {record, at: place.at};
    }
    if (latest === undefined) return undefined;
    const {record, at} = latest;
    const source = this.#index.meet(key, at) ? 'duplicate' : 'journal';
    return {outcome: 'intent' in record ? INTERRUPTED : outcomeOf(record), source, isEarlier: at < this.#start};
  }

  find(key: string): Promise<Known | undefined> | undefined {
    return this.#index.candidates(key).length === 0 ? undefined : this.#seek(key);
  }

  keep(key: string, outcome: ItemOutcome, done: Kept): void {
    let place: RecordPlace;
    this.#commit.append({
      text: () => {
        const line = lineOf(this.#path, this.#nameOf(key), outcome);
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
      lost: error => done(this.#explained(error)),
    });
  }

  sending(keys: readonly string[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const lost = (error: unknown): void => reject(this.#explained(error));
      this.#commit.append({text: () => this.#intents(keys, 'sending'), written: resolve, lost}, true);
    });
  }

  /** Nothing waits for the line: without it the item counts as sent, which is the safe mistake. */
  unsent(key: string): void {
    this.#commit.append({text: () => this.#intents([key], 'unsent'), written: () => {}, lost: () => {}});
  }

  #intents(keys: readonly string[], intent: JournalIntent['intent']): string {
    const lines = keys.map(key => writeLine({...this.#nameOf(key), intent})).join('');
    this.#end += lines.length;
    return lines;
  }

  #nameOf(key: string): Pick<JournalRecord, 'key' | 'again'> {
    return this.#index.candidates(key).length > 0 ? {key, again: true} : {key};
  }

  #explained(error: unknown): SteadfetchError {
    return error instanceof SteadfetchError ? error : unusable(this.#path, error);
  }

  /** Closes the file, after all pending lines are written. */
  async close(ended: RunEnd | null): Promise<void> {
    const url = this.#url;
    try {
      if (url !== null && ended !== null && (ended.isWhole || (this.#wasClear && ended.isClear)))
        this.#commit.append({text: () => writeLine({url, isClear: true}), written: () => {}, lost: () => {}});
      await this.#commit.flush();
      await this.#file.close();
    } finally {
      this.#lock.release();
    }
  }
}

/** Opens the file for its owner only, and never through a symbolic link, whose target can be any file. */
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

/** 0 on Windows, which has no such flag. */
const NO_FOLLOW: number = constants.O_NOFOLLOW ?? 0;

export interface JournalOptions {
  /** Whether to continue an earlier run. */
  readonly resume: boolean;
  /** How items are named; undefined if `keyOf` names them. */
  readonly names: string | undefined;
  /** Undefined where only the function that sends knows it. */
  readonly target: RunTarget | undefined;
  readonly clock: Clock;
  /** Returns an id for a new run. */
  newId(): string;
}

async function begin(
  file: FileHandle,
  runId: string,
  names: string | undefined,
  hasTargets: boolean,
): Promise<Contents> {
  const header = headerOf(runId, names, hasTargets);
  await file.truncate(0);
  await file.appendFile(header);
  return {runId, names, hasTargets, target: undefined, items: 0, index: new KeyIndex(), end: header.length};
}

/** Makes the creation of a file durable, which needs a sync of its folder. Not every system can open a folder. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}

function lineOf(path: string, name: Pick<JournalRecord, 'key' | 'again'>, outcome: ItemOutcome): string {
  try {
    return writeLine(recordOf(name, outcome));
  } catch (cause) {
    const message = `Cannot write a result to ${path}: it is not JSON-serializable: ${(cause as Error).message}.`;
    throw new SteadfetchError('JOURNAL_FILE', message, cause);
  }
}

/** Without what was thrown: JSON holds no errors. */
function recordOf(name: Pick<JournalRecord, 'key' | 'again'>, outcome: ItemOutcome): JournalRecord {
  if (outcome.ok) return {...name, ok: true, value: outcome.value, attempts: outcome.attempts};
  return {...name, ...outcome, failure: {...outcome.failure, error: undefined}};
}

function outcomeOf({key: _key, again: _again, ...outcome}: JournalRecord): ItemOutcome {
  return outcome.ok ? {ok: true, value: outcome.value, attempts: outcome.attempts} : outcome;
}
