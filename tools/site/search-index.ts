/** The first index of search, and the page of all headings that takes its place without a script. Both are made of the built pages. */
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {anchorOf, type PageEntry} from './client/ranking.ts';
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

/** Writes search-index.js and contents.html. */
export function writeSearch(dist: string): void {
  const pages = pagesOf(dist);
  writeFileSync(join(dist, 'search-index.js'), `export default ${JSON.stringify(pages)};\n`);
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
