/**
 * The files and folders that the result of a run depends on, so that a watch knows which changes matter: files as they were read, and
 * folders in which a new file may be a policy.
 */

import {existsSync, statSync} from 'node:fs';
import {basename, dirname} from 'node:path';

/** What a run looked through for policies. */
export interface Searched {
  /** Absolute. */
  readonly folders: readonly string[];
  /** Whether the search would have taken a file, or gone into a folder, that was not there. */
  readonly takes: (path: string, isFolder: boolean) => boolean;
}

export class Dependencies {
  readonly #stamps = new Map<string, string>();
  readonly #folders = new Set<string>();
  readonly #searched: Searched[] = [];
  readonly #leftOut = new Set<string>();

  /** Call it before a file is read, whether the file is there or not. Of what is not there, the folders that are missing count too. */
  note(path: string): void {
    this.#stamps.set(path, stampOf(path));
    for (let folder = dirname(path); !existsSync(folder) && dirname(folder) !== folder; folder = dirname(folder))
      this.#stamps.set(folder, stampOf(folder));
  }

  addSearch(searched: Searched): void {
    this.#searched.push(searched);
    for (const folder of searched.folders) this.#folders.add(folder);
  }

  /** A file that changes nothing, though a search would take it: a report of the run, or a policy that the configuration ignores. */
  leaveOut(path: string): void {
    this.#leftOut.add(path);
  }

  /** The folders to watch. Folders and not files: many editors replace a file by another. */
  get folders(): readonly string[] {
    return [...new Set([...this.#folders, ...[...this.#stamps.keys()].map(path => dirname(path))])];
  }

  /** Whether a file is no longer as it was when it was read. */
  get isStale(): boolean {
    return [...this.#stamps.keys()].some(path => this.isAffectedBy(path));
  }

  /** @param path Of what changed, came or went. */
  isAffectedBy(path: string): boolean {
    if (this.#leftOut.has(path)) return false;
    const known = this.#stamps.get(path);
    if (known !== undefined) return known !== stampOf(path);
    const stat = statSync(path, {throwIfNoEntry: false});
    if (stat === undefined) return this.#folders.has(path);
    if (this.#folders.has(path) || !this.#folders.has(dirname(path))) return false;
    return basename(path) === '.gitignore' || this.#searched.some(({takes}) => takes(path, stat.isDirectory()));
  }
}

/** A replaced file has another inode, a rewritten one another time; the size helps where clocks are coarse. What is in a folder is not of it. */
function stampOf(path: string): string {
  try {
    const stat = statSync(path);
    return stat.isDirectory() ? `folder ${stat.ino}` : `${stat.ino} ${stat.ctimeMs} ${stat.size}`;
  } catch {
    return 'absent';
  }
}
