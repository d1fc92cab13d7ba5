/** What search finds, and in which order. */

/** A page of the index: its path without `.html`, its title, and its headings. An anchor is left out where it follows from the heading. */
export type PageEntry = readonly [
  page: string,
  title: string,
  ...(string | readonly [anchor: string, heading: string])[],
];

export interface Entry {
  /** With the anchor of the heading. */
  readonly path: string;
  /** Of the page. */
  readonly title: string;
  /** undefined: the page itself. */
  readonly heading: string | undefined;
}

/** The anchor of a heading as GitHub makes it: the documents link to those. */
export const anchorOf = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

export function entriesOf(pages: readonly PageEntry[]): Entry[] {
  return pages.flatMap(([page, title, ...headings]) => [
    {path: `${page}.html`, title, heading: undefined},
    ...headings.map(each => {
      const [anchor, heading] = typeof each === 'string' ? [anchorOf(each), each] : each;
      return {path: `${page}.html#${anchor}`, title, heading};
    }),
  ]);
}

/** Best first: the exact code, field or title; then what begins with the query; then what has a word for each of its words. */
export function ranked(entries: readonly Entry[], query: string): Entry[] {
  const wanted = query.trim().toLowerCase();
  if (wanted === '') return [];
  return entries
    .map(entry => ({entry, rank: rankOf(entry, wanted)}))
    .filter(({rank}) => rank < NONE)
    .sort((one, other) => one.rank - other.rank)
    .map(({entry}) => entry);
}

const NONE = 100;

function rankOf({title, heading}: Entry, wanted: string): number {
  const text = (heading ?? title).toLowerCase();
  const inPage = heading === undefined ? 0 : 1;
  if (text === wanted) return inPage;
  if (text.startsWith(wanted)) return 2 + inPage;
  if (text.split(' ').includes(wanted)) return 4 + inPage;
  const words = wanted.split(/\s+/);
  const parts = text.split(/[\s._/-]+/);
  if (words.every(word => parts.some(part => part.startsWith(word)))) return 8 + inPage;
  if (words.every(word => text.includes(word))) return 10 + inPage;
  const both = `${text} ${title.toLowerCase()}`;
  return words.every(word => both.includes(word)) && words.some(word => text.includes(word)) ? 12 : NONE;
}
