/** Files of other languages in the folders that a command searches: which are linted, and which are left out. */

import type {DialectSign} from '../dialects/dialect.ts';
import type {Report} from '../finding.ts';
import {counted} from '../formatters/sum.ts';
import {foreignFolder, mayBeWanted, type SkipReason, type Sniffed, sniffFile} from '../io/sniff.ts';
import {isPython} from '../source/python-path.ts';

const NOUNS: Readonly<Record<SkipReason, string>> = {
  template: 'template',
  generated: 'generated file',
  large: 'file over 1 MB',
  unreadable: 'unreadable file',
};

/** Whether a file is no text, or too deep to be read. In a language that the linter was not asked for by name, that is no finding. */
export const isUnreadable = ({findings}: Report): boolean => findings.some(({code}) => code === 'RL006');

/** What a run leaves out, without a finding. */
export class Skipped {
  readonly #counts = new Map<SkipReason, number>();
  readonly #folders = new Set<string>();

  add(reason: SkipReason): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1);
  }

  /** A folder of other people's files. */
  addFolder(folder: string): void {
    this.#folders.add(folder);
  }

  /** `Skipped: 7 templates, 1 file over 1 MB.`; undefined if nothing was left out. */
  get sentence(): string | undefined {
    const files = Object.entries(NOUNS).flatMap(([reason, noun]) => {
      const count = this.#counts.get(reason as SkipReason) ?? 0;
      return count === 0 ? [] : [counted(count, noun)];
    });
    const folders = this.#folders.size;
    const all = folders === 0 ? files : [...files, `${counted(folders, 'folder')} of packages or build results`];
    return all.length === 0 ? undefined : `Skipped: ${all.join(', ')}.`;
  }
}

/** The search for files that dialects want, in the folders that a command names. */
export class Scan {
  readonly #dialects: readonly DialectSign[];
  readonly #mayRead: ((file: string) => boolean) | undefined;
  readonly #found = new Map<string, Sniffed>();
  readonly skipped: Skipped = new Skipped();
  /** Whether a program was looked at: one without retries is no mistake of the command. */
  hasPrograms = false;

  constructor(dialects: readonly DialectSign[], mayRead: ((file: string) => boolean) | undefined) {
    this.#dialects = dialects;
    this.#mayRead = mayRead;
  }

  /**
   * Whether a dialect wants a file, which may be left out all the same.
   *
   * @param file   Absolute.
   * @param folder The searched folder. Absolute.
   */
  takes(file: string, folder: string): boolean {
    if (!mayBeWanted(file, this.#dialects)) return false;
    const foreign = foreignFolder(file, folder);
    if (foreign !== undefined) {
      this.skipped.addFolder(foreign);
      return false;
    }
    this.hasPrograms ||= isPython(file);
    const found = this.#mayRead?.(file) === false ? undefined : sniffFile(file, this.#dialects);
    if (found !== undefined) this.#found.set(file, found);
    return found !== undefined;
  }

  /** What the search knows of a file; undefined for a file that it did not find. */
  of(file: string): Sniffed | undefined {
    return this.#found.get(file);
  }
}
