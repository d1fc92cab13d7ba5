/**
 * Appends lines to a file, and says of each when it is on the disk.
 *
 * One write is under way at a time, and what comes meanwhile goes with the next one: a slow disk makes larger groups, not
 * longer lines. A fast one is not asked more often than every few milliseconds, for each write costs as much as a request; the
 * first line after a pause is written at once, and nobody's place waits for any of them.
 */
import {constants} from 'node:fs';
import type {FileHandle} from 'node:fs/promises';
import {type Clock, sleep} from '../core/timer.ts';

/** From the start of one write to that of the next, at the least. */
const GAP_MS = 10;

/** To open such a file with, so that a group is one operation and not two. Elsewhere it means less than a sync does. */
export const WRITE_THROUGH: number = process.platform === 'linux' ? constants.O_DSYNC : 0;

/** Lines that go to the disk together, and the one promise of them all. */
class Group {
  readonly lines: string[] = [];
  readonly written: PromiseWithResolvers<void> = Promise.withResolvers();
}

export class GroupCommit {
  readonly #file: FileHandle;
  readonly #clock: Clock;
  /** What waits for the write under way. */
  #next: Group | null = null;
  #isWriting = false;
  #error: {readonly thrown: unknown} | null = null;

  constructor(file: FileHandle, clock: Clock) {
    this.#file = file;
    this.#clock = clock;
  }

  /** Resolves when the line is synced. After a failure nothing more is written, and everything rejects with it. */
  append(line: string): Promise<void> {
    if (this.#error !== null) return Promise.reject(this.#error.thrown);
    this.#next ??= new Group();
    this.#next.lines.push(line);
    const {promise} = this.#next.written;
    if (!this.#isWriting) void this.#write();
    return promise;
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    await null; // What else comes in this turn goes with the first.
    for (let group = this.#take(); group !== null; group = this.#take()) {
      const startedAt = this.#clock.now();
      try {
        await this.#file.appendFile(group.lines.join(''));
        if (WRITE_THROUGH === 0) await this.#file.datasync();
      } catch (error) {
        this.#fail(error, group);
        break;
      }
      group.written.resolve();
      const earlyMs = startedAt + GAP_MS - this.#clock.now();
      if (earlyMs > 0) await sleep(this.#clock, earlyMs);
    }
    this.#isWriting = false;
  }

  #take(): Group | null {
    const group = this.#next;
    this.#next = null;
    return group;
  }

  #fail(thrown: unknown, group: Group): void {
    this.#error = {thrown};
    group.written.reject(thrown);
    this.#take()?.written.reject(thrown);
  }
}
