/** Waits until something changes in folders that matter. */

import {type FSWatcher, watch} from 'node:fs';
import type {Io} from './io.ts';

/** An editor writes a file in several steps; half of one is not worth a run. */
const settleMs = 100;

/**
 * Resolves once after a change in one of the folders, when it has been quiet for a tenth of a second.
 *
 * @param folders Absolute. Folders and not files: many editors replace a file by another.
 * @param ended Resolves when nobody waits any more.
 * @returns Whether something changed; false where the waiting ended.
 */
export function changeIn(folders: readonly string[], io: Io, ended: Promise<void>): Promise<boolean> {
  return new Promise(resolve => {
    const watchers: FSWatcher[] = [];
    let cancel = (): void => {};
    const finish = (changed: boolean): void => {
      cancel();
      for (const watcher of watchers) watcher.close();
      resolve(changed);
    };
    const settle = (): void => {
      cancel();
      cancel = io.wait(settleMs, () => finish(true));
    };
    for (const folder of folders) {
      try {
        // A folder that goes away is a change too, and the next run says what is missing.
        watchers.push(watch(folder, settle).on('error', settle));
      } catch {
        // Gone since the run: whoever needs it hears of it in the next one.
      }
    }
    void ended.then(() => finish(false));
  });
}
