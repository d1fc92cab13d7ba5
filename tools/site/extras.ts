/** Pages and files for those who have no link to a page: the page for a wrong address, those of pages that moved, and the map of the site. */
import {mkdirSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {addressOf} from './head.ts';
import {moved, pages} from './pages.ts';
import {escaped, plainPage} from './plain-page.ts';
import {base} from './site.ts';

export function writeExtras(dist: string): void {
  writeFileSync(join(dist, '404.html'), missingPage());
  for (const [from, to] of moved()) {
    mkdirSync(dirname(join(dist, from)), {recursive: true});
    writeFileSync(join(dist, from), movedPage(to));
  }
  writeFileSync(join(dist, 'sitemap.xml'), siteMap());
}

/** The script adds the address and the pages with the nearest names. */
const missingPage = (): string =>
  plainPage({
    path: '404.html',
    title: 'Page not found · steadfetch',
    description: 'There is no page of steadfetch at this address.',
    head: '<meta name="robots" content="noindex">\n',
    body: `<div class="frame-wrap contents missing"><h1>There is no page <span data-address>at this address</span></h1>
<div data-nearest hidden><p>Pages with names like it:</p><ul></ul></div>
<p><a href="${base}contents.html">All pages</a>, or <a href="${base}index.html">the first page</a>.</p></div>`,
  });

const movedPage = (to: string): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Moved</title>
<link rel="canonical" href="${addressOf(to)}">
<meta name="robots" content="noindex">
<meta http-equiv="refresh" content="0; url=${base}${to}">
<p>This page is <a href="${base}${to}">${escaped(to)}</a> now.</p>
</html>
`;

function siteMap(): string {
  const paths = [
    'index.html',
    'playground/index.html',
    'contents.html',
    ...[...pages.values()].map(page => page.replace(/\.md$/, '.html')),
  ];
  const entries = paths.map(path => `<url><loc>${escaped(addressOf(path))}</loc></url>`);
  return `<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
${entries.join('\n')}
</urlset>
`;
}
