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

interface Waiting {
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

export class GroupCommit {
  readonly #file: FileHandle;
  readonly #clock: Clock;
  #lines: string[] = [];
  #waiting: Waiting[] = [];
  #isWriting = false;
  #error: unknown;

  constructor(file: FileHandle, clock: Clock) {
    this.#file = file;
    this.#clock = clock;
  }

  /** Resolves when the line is synced. After a failure nothing more is written, and everything rejects with it. */
  append(line: string): Promise<void> {
    return new Promise((done, failed) => {
      if (this.#error !== undefined) return failed(this.#error);
      this.#lines.push(line);
      this.#waiting.push({done, failed});
      if (!this.#isWriting) void this.#write();
    });
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    await null; // What else comes in this turn goes with the first.
    while (this.#lines.length > 0) {
      const startedAt = this.#clock.now();
      const text = this.#lines.join('');
      const group = this.#waiting;
      this.#lines = [];
      this.#waiting = [];
      try {
        await this.#file.appendFile(text);
        if (WRITE_THROUGH === 0) await this.#file.datasync();
      } catch (error) {
        this.#fail(error, group);
        break;
      }
      for (const {done} of group) done();
      const earlyMs = startedAt + GAP_MS - this.#clock.now();
      if (earlyMs > 0) await sleep(this.#clock, earlyMs);
    }
    this.#isWriting = false;
  }

  #fail(error: unknown, group: readonly Waiting[]): void {
    this.#error = error;
    for (const {failed} of [...group, ...this.#waiting]) failed(error);
    this.#waiting = [];
    this.#lines = [];
  }
}
