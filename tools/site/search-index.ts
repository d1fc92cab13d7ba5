/** The indexes of search, and the page of all headings that takes their place without a script: made of the built pages. */
import {mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {anchorOf, entriesOf, type PageEntry} from './client/ranking.ts';
import {fileOf, lineOf, wordsOf} from './client/text-index.ts';
import {escaped, plainPage} from './plain-page.ts';

/** Headings that most pages of their kind have: they would be found everywhere. */
const COMMON = /^(?:Flagged|Left alone|Worked out|Sources|With --fix)$/;

/** Each page with its headings down to the third level; of rules and decisions down to the second. */
export function pagesOf(dist: string): PageEntry[] {
  return readdirSync(dist, {recursive: true, encoding: 'utf8'})
    .map(path => path.replaceAll('\\', '/'))
    .filter(path => path.endsWith('.html') && !/^(?:index|404|contents)\.html$|^playground\//.test(path))
    .sort()
    .flatMap(path => {
      const page = path.replace(/\.html$/, '');
      const deepest = /^(?:rules|decisions)\//.test(page) ? 2 : 3;
      const headings = headingsOf(readFileSync(join(dist, path), 'utf8'));
      const title = headings.find(({level}) => level === 1)?.text;
      if (title === undefined) return [];
      const below = headings.filter(({level, text}) => level > 1 && level <= deepest && !COMMON.test(text));
      const entries = below.map(({id, text}): string | [string, string] => (anchorOf(text) === id ? text : [id, text]));
      return [[page, title, ...entries] as const];
    });
}

interface Heading {
  readonly level: number;
  readonly id: string;
  readonly text: string;
}

function headingsOf(html: string): Heading[] {
  const heading = /<h([1-3]) id="([^"]*)"[^>]*>([\s\S]*?)<a class="header-anchor"/g;
  return Array.from(html.matchAll(heading), ([, level, id, content]) => ({
    level: Number(level),
    id: id!,
    text: textOf(content!),
  }));
}

const ENTITIES: Readonly<Record<string, string>> = {amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'"};

export const textOf = (html: string): string =>
  html
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/&(#39|\w+);/g, (whole, name: string) => ENTITIES[name] ?? whole)
    .replaceAll(/\s+/g, ' ')
    .trim();

/** The texts of a page by the anchor of the heading that each is below; '' for those below its title. */
function* textsOf(
  html: string,
  isHeading: (anchor: string) => boolean,
): Iterable<readonly [anchor: string, text: string]> {
  const main = html.slice(html.indexOf('<h1 id='), html.indexOf('</main>'));
  let anchor = '';
  for (const part of main.split(/(?=<h[1-6] id=")/)) {
    const id = /^<h[1-6] id="([^"]*)"/.exec(part)?.[1];
    if (id !== undefined && isHeading(id)) anchor = id;
    // A space for each tag: the cells of a table are words of their own.
    yield [anchor, textOf(part.replaceAll('<', ' <'))];
  }
}

/** A word that is in more of the sections finds none. */
const MOST_SECTIONS = 0.3;

/** The words of all pages, in a file for each first letter. */
export function textFiles(dist: string, pages: readonly PageEntry[]): Map<string, string> {
  const entries = entriesOf(pages);
  const numbers = new Map(entries.map(({path}, index) => [path, index]));
  const sections = new Map<string, Set<number>>();
  for (const [page] of pages) {
    const path = `${page}.html`;
    const html = readFileSync(join(dist, path), 'utf8');
    for (const [anchor, text] of textsOf(html, id => numbers.has(`${path}#${id}`))) {
      const number = numbers.get(anchor === '' ? path : `${path}#${anchor}`)!;
      for (const word of wordsOf(text)) {
        const known = sections.get(word);
        if (known === undefined) sections.set(word, new Set([number]));
        else known.add(number);
      }
    }
  }
  const lines = [...sections]
    .filter(([word, {size}]) => size < MOST_SECTIONS * entries.length && word.length <= 40)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([word, numbers]): [string, string] => [
      fileOf(word),
      lineOf(
        word,
        [...numbers].sort((a, b) => a - b),
      ),
    ]);
  const byFile = Map.groupBy(lines, ([file]) => file);
  // A query may begin with any letter.
  const names = [...'0abcdefghijklmnopqrstuvwxyz'];
  return new Map(names.map(name => [name, (byFile.get(name) ?? []).map(([, line]) => line).join('\n')]));
}

/** Writes search-index.js, the files in search/, and contents.html. */
export function writeSearch(dist: string): void {
  const pages = pagesOf(dist);
  writeFileSync(join(dist, 'search-index.js'), `export default ${JSON.stringify(pages)};\n`);
  mkdirSync(join(dist, 'search'), {recursive: true});
  for (const [name, lines] of textFiles(dist, pages))
    writeFileSync(join(dist, `search/${name}.js`), `export default ${JSON.stringify(lines)};\n`);
  writeFileSync(join(dist, 'contents.html'), contentsPage(pages));
}

function contentsPage(pages: readonly PageEntry[]): string {
  const items = pages.map(([page, title, ...headings]) => {
    const below = headings.map(each => {
      const [anchor, heading] = typeof each === 'string' ? [anchorOf(each), each] : each;
      return `<li><a href="${page}.html#${anchor}">${escaped(heading)}</a></li>`;
    });
    return `<li><a href="${page}.html">${escaped(title)}</a>${below.length > 0 ? `<ul>${below.join('')}</ul>` : ''}</li>`;
  });
  return plainPage({
    path: 'contents.html',
    title: 'All pages · steadfetch',
    description: 'Every page of the documentation of steadfetch and retry-lint, with its headings.',
    body: `<div class="frame-wrap contents"><h1>All pages</h1><ul>${items.join('\n')}</ul></div>`,
  });
}
