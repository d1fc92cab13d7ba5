/**
 * Appends lines to a file, and says of each when it is on the disk.
 *
 * One write and one sync are under way at a time, side by side: what comes meanwhile goes with the next one. So a slow disk
 * makes larger groups, not longer waits; and what was written survives the process, even if not yet the power.
 */
import type {FileHandle} from 'node:fs/promises';

interface Waiting {
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

export class GroupCommit {
  readonly #file: FileHandle;
  #lines: string[] = [];
  #unwritten: Waiting[] = [];
  #unsynced: Waiting[] = [];
  #isWriting = false;
  #isSyncing = false;
  #error: unknown;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Resolves when the line is synced. After a failure nothing more is written, and everything rejects with it. */
  append(line: string): Promise<void> {
    return new Promise((done, failed) => {
      if (this.#error !== undefined) return failed(this.#error);
      this.#lines.push(line);
      this.#unwritten.push({done, failed});
      if (!this.#isWriting) void this.#write();
    });
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    await null; // What else comes in this turn goes with the first.
    while (this.#lines.length > 0) {
      const text = this.#lines.join('');
      const group = this.#unwritten;
      this.#lines = [];
      this.#unwritten = [];
      try {
        await this.#file.appendFile(text);
      } catch (error) {
        this.#fail(error, group);
        break;
      }
      this.#unsynced.push(...group);
      if (!this.#isSyncing) void this.#sync();
    }
    this.#isWriting = false;
  }

  async #sync(): Promise<void> {
    this.#isSyncing = true;
    while (this.#unsynced.length > 0) {
      const group = this.#unsynced;
      this.#unsynced = [];
      try {
        await this.#file.datasync();
      } catch (error) {
        this.#fail(error, group);
        break;
      }
      for (const {done} of group) done();
    }
    this.#isSyncing = false;
  }

  #fail(error: unknown, group: readonly Waiting[]): void {
    this.#error ??= error;
    for (const {failed} of [...group, ...this.#unsynced, ...this.#unwritten]) failed(this.#error);
    this.#unsynced = [];
    this.#unwritten = [];
    this.#lines = [];
  }
}
