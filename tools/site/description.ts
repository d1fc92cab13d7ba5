/** What search engines and previews show of a page: its first sentences. */
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {marked, type Token, type Tokens} from 'marked';
import {pages, root} from './pages.ts';

/** Search engines cut longer ones. */
export const MOST = 155;

let known: ReadonlyMap<string, string> | undefined;

/** @param page Its path in the site: `rules/RL203.md`. */
export function descriptionOf(page: string): string {
  known ??= descriptions();
  const description = known.get(page);
  if (description === undefined) throw new Error(`${page} is no page of the site.`);
  return description;
}

/** Each page by its path. Where two pages begin alike, and where one has no sentence, the title comes first. */
function descriptions(): Map<string, string> {
  const texts = [...pages].map(([path, page]) => ({page, ...partsOf(readFileSync(join(root, path), 'utf8'))}));
  const times = Map.groupBy(texts, ({sentences}) => shortened(sentences));
  return new Map(
    texts.map(({page, title, sentences}) => {
      const alone = shortened(sentences);
      const isUnique = alone !== '' && times.get(alone)!.length === 1;
      return [page, isUnique ? alone : shortened([`${title}:`, ...sentences, 'steadfetch.'])];
    }),
  );
}

/** The title, and the sentences above the second heading, or else those of the first paragraph below it. */
function partsOf(markdown: string): {title: string; sentences: readonly string[]} {
  const tokens = marked.lexer(markdown.replace(/^---\n[\s\S]*?\n---\n/, ''));
  const heading = tokens.find(({type}) => type === 'heading');
  const below = tokens.findIndex(({type, depth}: Tokens.Generic) => type === 'heading' && depth > 1);
  const texts = (from: number, to?: number): string[] =>
    tokens
      .slice(from, to)
      .filter(({type}) => type === 'paragraph')
      .map(token => plain([token]))
      .filter(text => /[.?:]/.test(text));
  const first = texts(0, below < 0 ? undefined : below);
  const text = (first.length > 0 ? first : texts(Math.max(0, below)).slice(0, 1)).join(' ');
  return {
    title: heading === undefined ? '' : plain([heading]),
    sentences: text.split(/(?<=[.?:])\s+(?=[\p{Lu}\d`])/u).filter(each => each !== ''),
  };
}

/** Without markup, and without straight quotes, which VitePress does not escape in a description. */
const plain = (tokens: readonly Token[]): string =>
  tokens
    .map(token => {
      if (token.type === 'image' || token.type === 'html') return '';
      if ('tokens' in token && token.tokens !== undefined) return plain(token.tokens);
      return 'text' in token ? String(token.text) : '';
    })
    .join('')
    .replaceAll(/"([^"]*)"/g, '“$1”')
    .replaceAll('"', '”')
    .replaceAll(/\s+/g, ' ')
    .trim();

/** Below this a description gets a part of the next sentence, too. */
const LEAST = 50;

/** As many sentences as there is room for. */
function shortened(sentences: readonly string[]): string {
  let text = '';
  for (const sentence of sentences) {
    const longer = text === '' ? sentence : `${text} ${sentence}`;
    if (longer.length > MOST) return text.length < LEAST ? cut(longer) : text;
    text = longer;
  }
  return text;
}

const cut = (text: string): string => `${text.slice(0, MOST - 1).replace(/[\s,;:]*\s\S*$/, '')}…`;
