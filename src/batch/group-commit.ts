/**
 * Appends lines to a file, and notifies the writer of each line once it is on disk.
 *
 * One write runs at a time, and lines that arrive meanwhile share the next one, so a slow disk makes larger groups. A fast disk is written
 * to at most every few milliseconds, because each write costs as much as a request; the first line after a pause is written at once. An
 * urgent line, for which a request waits, ends the pause.
 */
import {constants} from 'node:fs';
import type {FileHandle} from 'node:fs/promises';
import {type Clock, Pause} from '../core/timer.ts';

/** From the start of one write to that of the next, at the least. */
const GAP_MS = 10;

/** To open such a file with, so that a group is one operation and not two. Elsewhere it means less than a sync does. */
export const WRITE_THROUGH: number = process.platform === 'linux' ? constants.O_DSYNC : 0;

export interface Line {
  /** Asked for when its group is written, so that all lines of a group are made in one go. What it throws is its own loss alone. */
  text(): string;
  /** It is on the disk. */
  written(): void;
  /** It will never be. */
  lost(error: unknown): void;
}

/** Lines that go to the disk together. */
class Group {
  readonly lines: Line[] = [];
  isUrgent = false;
  readonly #ended: PromiseWithResolvers<void> = Promise.withResolvers();

  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** The lines as one text, without those that have none. */
  text(): string {
    let text = '';
    for (const line of this.lines.splice(0)) {
      try {
        text += line.text();
        this.lines.push(line);
      } catch (error) {
        line.lost(error);
      }
    }
    return text;
  }

  written(): void {
    for (const line of this.lines) line.written();
    this.#ended.resolve();
  }

  lost(error: unknown): void {
    for (const line of this.lines) line.lost(error);
    this.#ended.resolve();
  }
}

export class GroupCommit {
  readonly #file: FileHandle;
  readonly #clock: Clock;
  /** The lines that wait for the current write. */
  #next: Group | null = null;
  #last: Group | null = null;
  #isWriting = false;
  #pause: Pause | null = null;
  #error: {readonly thrown: unknown} | null = null;

  constructor(file: FileHandle, clock: Clock) {
    this.#file = file;
    this.#clock = clock;
  }

  /**
   * After a failure nothing more is written, and every line is lost to it.
   *
   * @param isUrgent Whether a request waits for the line.
   */
  append(line: Line, isUrgent = false): void {
    if (this.#error !== null) return line.lost(this.#error.thrown);
    this.#next ??= new Group();
    this.#next.lines.push(line);
    this.#last = this.#next;
    if (!this.#isWriting) void this.#write();
    else if (isUrgent) this.#pause?.fire();
    if (isUrgent) this.#next.isUrgent = true;
  }

  /** Resolves when every line is written, or lost. */
  async flush(): Promise<void> {
    await this.#last?.ended;
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    await null; // Lines of the same tick are written together.
    for (let group = this.#take(); group !== null; group = this.#take()) {
      const startedAt = this.#clock.now();
      try {
        await this.#file.appendFile(group.text());
        if (WRITE_THROUGH === 0) await this.#file.datasync();
      } catch (thrown) {
        this.#error = {thrown};
        group.lost(thrown);
        this.#take()?.lost(thrown);
        break;
      }
      group.written();
      const earlyMs = startedAt + GAP_MS - this.#clock.now();
      if (earlyMs > 0 && !this.#next?.isUrgent) await this.#wait(earlyMs);
    }
    this.#isWriting = false;
  }

  /** Until the time is over, or an urgent line comes. */
  #wait(ms: number): Promise<void> {
    return new Promise(resolve => {
      this.#pause = new Pause(this.#clock, ms, null, () => {
        this.#pause = null;
        resolve();
      });
    });
  }

  #take(): Group | null {
    const group = this.#next;
    this.#next = null;
    return group;
  }
}
