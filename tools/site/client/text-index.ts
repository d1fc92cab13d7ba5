/** The words in the texts of pages, in one file for each first letter, and the sections that have them. */
import type {Entry} from './ranking.ts';

/** Words of three letters and more: shorter ones are everywhere. */
export const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu) ?? [];

/** The name of the file that has a word. */
export const fileOf = (word: string): string => /^[a-z]/.exec(word)?.[0] ?? '0';

/** A line for each word: `retry 5.1.z`, the numbers of sections in base 36, each as the distance from the one before. */
export const lineOf = (word: string, sections: readonly number[]): string =>
  `${word} ${sections.map((section, index) => (section - (sections[index - 1] ?? 0)).toString(36)).join('.')}`;

/** The sections that have a word or one that begins with it: true where it is the word itself. */
export function sectionsWith(word: string, lines: string): Map<number, boolean> {
  const found = new Map<number, boolean>();
  for (const [, rest, distances] of lines.matchAll(new RegExp(`^${word}(\\S*) (\\S+)$`, 'gm'))) {
    let section = 0;
    for (const distance of distances!.split('.')) {
      section += Number.parseInt(distance, 36);
      if (rest === '' || !found.has(section)) found.set(section, rest === '');
    }
  }
  return found;
}

/** References and history come after what explains. */
const LAST = /^(?:api|decisions)\/|^(?:changelog|contributing)\./;

/**
 * The entries whose texts have all words, those with the words themselves first.
 *
 * @param files The lines of the file of each word.
 */
export function inTexts(entries: readonly Entry[], words: readonly string[], files: readonly string[]): Entry[] {
  const each = words.map((word, index) => sectionsWith(word, files[index]!));
  const [first = new Map<number, boolean>(), ...others] = each;
  return [...first.keys()]
    .filter(section => others.every(sections => sections.has(section)))
    .map(section => ({
      entry: entries[section]!,
      rank: each.filter(sections => sections.get(section) === false).length,
      section,
    }))
    .sort(
      (one, other) =>
        one.rank - other.rank ||
        Number(LAST.test(one.entry.path)) - Number(LAST.test(other.entry.path)) ||
        one.section - other.section,
    )
    .map(({entry}) => entry);
}
