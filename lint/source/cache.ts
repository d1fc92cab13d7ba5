/** Sources that were read before, so that an edit reads one file again and not all that it extends. */

import {readSource} from './read.ts';
import type {Source} from './tree.ts';

interface Entry {
  readonly text: string;
  readonly source: Promise<Source>;
}

/**
 * Keeps the last version of each file, and with it all that is made of a source alone, such as the shapes of its policies. Two
 * versions are compared by their text, because the version numbers of editors restart when a file is opened again.
 */
export class SourceCache {
  readonly #max: number;
  /** Entries by path, the most recently used last. */
  readonly #entries = new Map<string, Entry>();

  /** @param max The number of files that are kept. The least recently used file is dropped first. */
  constructor(max = 256) {
    this.#max = max;
  }

  read(path: string, text: string): Promise<Source> {
    const known = this.#entries.get(path);
    const entry = known?.text === text ? known : {text, source: readSource(path, text)};
    this.#entries.delete(path);
    this.#entries.set(path, entry);
    if (this.#entries.size > this.#max) this.forget(this.#entries.keys().next().value!);
    return entry.source;
  }

  forget(path: string): void {
    this.#entries.delete(path);
  }

  get size(): number {
    return this.#entries.size;
  }
}
