/** Watches folders, also while a run is under way, and waits for a change that matters. */

import {type FSWatcher, statSync, watch} from 'node:fs';
import {join} from 'node:path';
import type {Dependencies} from './dependencies.ts';
import type {Io} from './io.ts';

/** An editor writes a file in several steps; half of one is not worth a run. */
const settleMs = 100;

interface Watched {
  readonly watcher: FSWatcher;
  /** A folder that is made anew under its old name is not watched any more. */
  readonly inode: number;
}

export class Changes {
  readonly #io: Io;
  readonly #watched = new Map<string, Watched>();
  /** Changes since the last wait. */
  #missed = new Set<string>();
  #onChange = (path: string): void => void this.#missed.add(path);

  constructor(io: Io) {
    this.#io = io;
  }

  /** @param folders Absolute. Folders that were watched and are not among these no longer are. */
  watch(folders: readonly string[]): void {
    for (const [folder, {inode}] of this.#watched)
      if (!folders.includes(folder) || inode !== inodeOf(folder)) this.#unwatch(folder);
    for (const folder of folders) if (!this.#watched.has(folder)) this.#watchFolder(folder);
  }

  /**
   * Resolves when something has changed on which a run depends, and it has been quiet for a tenth of a second.
   *
   * @param ended Resolves when the result is no longer needed.
   */
  next(dependencies: Dependencies, ended: Promise<void>): Promise<void> {
    return new Promise(resolve => {
      let cancel = (): void => {};
      const finish = (): void => {
        cancel();
        this.#onChange = path => void this.#missed.add(path);
        resolve();
      };
      const settle = (): void => {
        cancel();
        cancel = this.#io.wait(settleMs, finish);
      };
      this.#onChange = path => {
        if (dependencies.isAffectedBy(path)) settle();
      };
      const missed = [...this.#missed];
      this.#missed = new Set();
      if (dependencies.isStale || missed.some(path => dependencies.isAffectedBy(path))) settle();
      void ended.then(finish);
    });
  }

  close(): void {
    for (const folder of [...this.#watched.keys()]) this.#unwatch(folder);
  }

  #watchFolder(folder: string): void {
    try {
      const inode = inodeOf(folder);
      const onEvent = (_: unknown, name: string | null): void =>
        this.#onChange(name === null ? folder : join(folder, name));
      // The removal of a folder is a change too, and the next run reports the missing files.
      const watcher = watch(folder, onEvent).on('error', () => this.#onChange(folder));
      this.#watched.set(folder, {watcher, inode});
    } catch {
      // The folder is missing or unreadable. The next run reports it, if it matters.
    }
  }

  #unwatch(folder: string): void {
    this.#watched.get(folder)?.watcher.close();
    this.#watched.delete(folder);
  }
}

const inodeOf = (folder: string): number => statSync(folder, {throwIfNoEntry: false})?.ino ?? 0;
