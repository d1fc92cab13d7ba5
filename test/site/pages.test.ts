/** The pages of the site, as files: none is missing, no link is dead, and nothing is loaded from elsewhere. */
import {readdirSync} from 'node:fs';
import {posix} from 'node:path';
import {expect} from 'chai';
import {files, read} from './built.ts';

const documents = readdirSync(new URL('../../docs/', import.meta.url), {recursive: true, encoding: 'utf8'})
  .map(path => path.replaceAll('\\', '/'))
  .filter(path => path.endsWith('.md'));
const pages = files.filter(file => file.endsWith('.html') && file !== '404.html');

const attributes = (html: string, pattern: RegExp): string[] =>
  Array.from(html.matchAll(pattern), ([, value]) => value!);

describe('the site', () => {
  it('has a page for each document', () => {
    const expected = documents.map(path => path.replace(/README\.md$/, 'index.md').replace(/\.md$/, '.html'));
    expect(pages).to.include.members([
      ...expected,
      'index.html',
      'changelog.html',
      'contributing.html',
      'security.html',
    ]);
  });

  it('shows below the summary of a rule what its front matter says', () => {
    const tags = /<strong>Spread retries with jitter\.<\/strong><\/p>\s*<p class="tags">([\s\S]*?)<\/p>/.exec(
      read('rules/RL203.html'),
    )![1]!;
    expect(attributes(tags, />([^<]+)<\/span>/g)).to.deep.equal(['error', 'load', 'high confidence', 'unsafe fix']);
  });

  it('links only pages and headings that exist', () => {
    const anchors = new Map(pages.map(page => [page, new Set(attributes(read(page), /\sid="([^"]*)"/g))]));
    const dead: string[] = [];
    for (const page of pages)
      for (const href of attributes(read(page), /<a\b[^>]*?\shref="([^"]*)"/g)) {
        if (/^[a-z]+:/.test(href)) continue;
        // What a link to the playground holds is no heading.
        const [path = '', heading = ''] = href
          .replace(/(?<=playground\/index\.html)#p=.*/, '')
          .replace(/\?[^#]*/, '')
          .split('#');
        const target =
          path === '' ? page : fileOf(path.startsWith('/') ? path.slice(1) : posix.join(posix.dirname(page), path));
        const isFound =
          files.includes(target) && (heading === '' || anchors.get(target)?.has(decodeURIComponent(heading)));
        if (!isFound) dead.push(`${page}: ${href}`);
      }
    expect(dead).to.deep.equal([]);
    expect(pages).to.have.length.above(100);
  });

  it('loads nothing from elsewhere', () => {
    // A canonical address is named, and not loaded.
    const loads =
      /<(?:script|img|iframe|source)\b[^>]*?\ssrc="([^"]*)"|<link\b(?! rel="canonical")[^>]*?\shref="([^"]*)"/g;
    const foreign = pages.flatMap(page =>
      Array.from(read(page).matchAll(loads), ([, src, href]) => src ?? href!).filter(url =>
        /^(?:[a-z]+:)?\/\//.test(url),
      ),
    );
    expect(foreign).to.deep.equal([]);
    const styles = files
      .filter(file => file.endsWith('.css'))
      .flatMap(file => attributes(read(file), /url\(["']?(https?:[^)"']*)/g));
    expect(styles).to.deep.equal([]);
  });

  it('has each document in the sidebar of its section, or in the footer', () => {
    const rules = pages.filter(page => /^rules\/RL\d+\.html$/.test(page));
    const sections = ['getting-started.html', 'policy.html', 'api/index.html', 'retry-lint.html', ...rules].map(read);
    const missing = documents
      .filter(path => !/^decisions\/(?!README)/.test(path))
      .filter(path => {
        const page = path.replace(/README\.md$/, '').replace(/\.md$/, '.html');
        return !sections.some(html => html.includes(`href="/${page}"`) || html.includes(`href="/${page}index.html"`));
      });
    expect(missing).to.deep.equal([]);
  });
});

const fileOf = (path: string): string => (path === '' || path.endsWith('/') ? `${path}index.html` : path);
