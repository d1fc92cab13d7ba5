/** The content of a journal when a run opens it. */
import type {FileHandle} from 'node:fs/promises';
import {SteadfetchError} from '../core/errors.ts';
import {damaged, noJournal} from './journal-errors.ts';
import {
  type JournalHeader,
  type JournalIntent,
  type JournalLine,
  type JournalTarget,
  readLine,
  writeLine,
} from './journal-line.ts';
import {KeyIndex, type RecordPlace} from './key-index.ts';
import {linesOf} from './line-reader.ts';

export interface Contents {
  readonly runId: string;
  readonly names: string | undefined;
  /** Whether its runs say where their requests go. */
  readonly hasTargets: boolean;
  /** The last line of its kind. */
  readonly target: JournalTarget | undefined;
  /** With a result, or under way when a run ended. */
  readonly items: number;
  /** The last line of each of them. */
  readonly index: KeyIndex;
  /** Bytes. */
  readonly end: number;
}

/** Reads a file and cuts off an incomplete last line. Null if not even the first line is complete. */
export async function readContents(path: string, file: FileHandle): Promise<Contents | null> {
  const index = new KeyIndex();
  const intents = new OpenIntents();
  let header: JournalHeader | undefined;
  let target: JournalTarget | undefined;
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
    else if (record !== undefined && 'url' in record) target = record;
    else if (record === undefined || !('key' in record)) throw damaged(path, number);
    else if ('intent' in record) intents.add(record, line);
    else {
      const isFirstLine = intents.close(record.key) ?? !record.again;
      index.add(record.key, line, false);
      if (isFirstLine) items++;
    }
    end = line.at + line.length;
  }
  if (header === undefined) return null;
  await file.truncate(end);
  const hasTargets = header.version === 3;
  return {runId: header.run, names: header.names, hasTargets, target, items: items + intents.addTo(index), index, end};
}

interface OpenIntent {
  readonly place: RecordPlace;
  /** The item has no earlier result. */
  readonly isFirst: boolean;
  /** `sending` lines without an `unsent` line. More than one where a later run sent the item again. */
  count: number;
}

/** Items that were being sent, as far as the file has been read. Few at a time: the result of most follows soon. */
class OpenIntents {
  readonly #byKey = new Map<string, OpenIntent>();

  add({key, intent, again}: JournalIntent, {at, length}: RecordPlace): void {
    const open = this.#byKey.get(key);
    if (intent === 'sending') {
      if (open === undefined) this.#byKey.set(key, {place: {at, length}, isFirst: again !== true, count: 1});
      else open.count++;
    } else if (open !== undefined && --open.count === 0) this.#byKey.delete(key);
  }

  /** The item has a result. @returns Whether that is its first, if the item was being sent. */
  close(key: string): boolean | undefined {
    const open = this.#byKey.get(key);
    this.#byKey.delete(key);
    return open?.isFirst;
  }

  /** Adds what is still open. @returns How many of these items have no earlier result. */
  addTo(index: KeyIndex): number {
    let items = 0;
    for (const [key, {place, isFirst}] of this.#byKey) {
      index.add(key, place, false);
      if (isFirst) items++;
    }
    return items;
  }
}

function headerIn(path: string, record: JournalLine | undefined): JournalHeader {
  if (record === undefined || !('run' in record)) throw noJournal(path);
  if (record.journal === JOURNAL && record.version >= 1 && record.version <= 3) return record;
  throw new SteadfetchError('JOURNAL_DAMAGED', `${path} was written by a newer version of steadfetch.`);
}

/** A process that was killed while it began: nothing had been sent yet. */
function isStartOfHeader(bytes: Buffer): boolean {
  const header = headerOf('');
  const known = '{"sum":"';
  return bytes.length < header.length + 100 && known.startsWith(bytes.toString('latin1', 0, known.length));
}

const JOURNAL = 'steadfetch batch';
export const headerOf = (run: string, names?: string, hasTargets = false): string =>
  writeLine({journal: JOURNAL, version: hasTargets ? 3 : 2, run, ...(names !== undefined && {names})});
