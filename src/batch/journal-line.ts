/**
 * A line of the journal: one JSON object, whose first field is a checksum of all that follows it in the line. So a line is
 * whole, or it is known not to be; and every tool that reads NDJSON reads the journal.
 */
import {hash} from 'node:crypto';
import type {Finding} from './entry.ts';

/** The first line of a file. It is on disk before anything is sent. */
export interface JournalHeader {
  readonly journal: 'steadfetch batch';
  readonly version: 1;
  readonly run: string;
  /** What items are named by; undefined where the journal cannot know. */
  readonly names?: string;
}

/** Every other line: an item that is done. The last line of a key holds. */
export type JournalRecord = {
  readonly key: string;
  /** An earlier line of this key is out of date: the item failed, and was sent again by a later run. */
  readonly again?: true;
} & Finding;

const START = '{"sum":"';
const SUM_DIGITS = 16;
const END = '",';
/** Bytes before what the sum is of. */
const PREFIX = START.length + SUM_DIGITS + END.length;

const sumOf = (rest: string | Uint8Array): string => hash('sha256', rest, 'hex').slice(0, SUM_DIGITS);

/** @throws TypeError for what JSON cannot hold. */
export function writeLine(record: JournalHeader | JournalRecord): string {
  const rest = JSON.stringify(record).slice(1);
  return `${START}${sumOf(rest)}${END}${rest}\n`;
}

/** @param line Without its line feed. @returns Undefined where so much as one bit is not as it was written. */
export function readLine(line: Buffer): JournalHeader | JournalRecord | undefined {
  if (line.length <= PREFIX) return undefined;
  const rest = line.subarray(PREFIX);
  if (line.toString('latin1', 0, PREFIX) !== `${START}${sumOf(rest)}${END}`) return undefined;
  return JSON.parse(`{${rest.toString()}`) as JournalHeader | JournalRecord;
}
