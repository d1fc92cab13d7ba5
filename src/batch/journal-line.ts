/**
 * A line of the journal: one JSON object, whose first field is a checksum of all that follows it in the line. So a line is
 * whole, or it is known not to be; and every tool that reads NDJSON reads the journal.
 */
import {hash} from 'node:crypto';
import type {ItemOutcome} from './entry.ts';

/** The first line of a journal. It is on disk before any request is sent. A journal of version 2 may have intents, and one of version 3 targets. */
export interface JournalHeader {
  readonly journal: 'steadfetch batch';
  readonly version: 1 | 2 | 3;
  readonly run: string;
  /** How items are named; undefined if `keyOf` names them. */
  readonly names?: string;
}

interface KeyedLine {
  readonly key: string;
  /** The key has a line of an earlier run: the item failed, and was sent again by a later run. */
  readonly again?: true;
}

/** An item that is done. The last result of a key holds. */
export type JournalRecord = KeyedLine & ItemOutcome;

/**
 * Notes that an item that must not be sent twice is about to be sent, or that the server did not act on it. A `sending` line without a
 * later result or `unsent` line means that the server may have acted.
 */
export interface JournalIntent extends KeyedLine {
  readonly intent: 'sending' | 'unsent';
}

/** Where the requests of a run go: the first line of each run, and the last line of one that ended. */
export interface JournalTarget {
  readonly url: string;
  /** At the end of a run: the server there has acted on no request that has no result. */
  readonly isClear?: true;
}

export type JournalLine = JournalHeader | JournalRecord | JournalIntent | JournalTarget;

const START = '{"sum":"';
const SUM_DIGITS = 16;
const END = '",';
/** Bytes before what the sum is of. */
const PREFIX = START.length + SUM_DIGITS + END.length;

const sumOf = (rest: string | Uint8Array): string => hash('sha256', rest, 'hex').slice(0, SUM_DIGITS);

/** @throws TypeError for what JSON cannot hold. */
export function writeLine(record: JournalLine): string {
  const rest = JSON.stringify(record).slice(1);
  return `${START}${sumOf(rest)}${END}${rest}\n`;
}

/** @param line Without its line feed. @returns Undefined where so much as one bit is not as it was written. */
export function readLine(line: Buffer): JournalLine | undefined {
  if (line.length <= PREFIX) return undefined;
  const rest = line.subarray(PREFIX);
  if (line.toString('latin1', 0, PREFIX) !== `${START}${sumOf(rest)}${END}`) return undefined;
  return JSON.parse(`{${rest.toString()}`) as JournalLine;
}
