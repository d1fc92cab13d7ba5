/** Pages whose addresses look like one that does not exist. */
import {anchorOf, type PageEntry} from './ranking.ts';

/** The most similar first. */
export function nearest(pages: readonly PageEntry[], path: string, most: number): PageEntry[] {
  const wanted = pairsOf(path.replace(/\.(?:html|md)$/, ''));
  return pages
    .map(page => {
      const [address, title] = page;
      const last = address.split('/').at(-1)!;
      return {
        page,
        likeness: Math.max(...[address, last, anchorOf(title)].map(name => likeness(wanted, pairsOf(name)))),
      };
    })
    .sort((one, other) => other.likeness - one.likeness)
    .slice(0, most)
    .map(({page}) => page);
}

const pairsOf = (text: string): ReadonlySet<string> => {
  const letters = text.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, ' ');
  return new Set(Array.from({length: Math.max(0, letters.length - 1)}, (_, at) => letters.slice(at, at + 2)));
};

/** From 0 to 1: the share of pairs of letters that both have. */
const likeness = (one: ReadonlySet<string>, other: ReadonlySet<string>): number =>
  one.size + other.size === 0 ? 0 : (2 * [...one].filter(pair => other.has(pair)).length) / (one.size + other.size);
