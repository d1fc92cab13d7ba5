/** The API reference has a page for each entry point, and each page describes every name that the entry point exports. */
import {readdirSync, readFileSync} from 'node:fs';
import {expect} from 'chai';
import {linterNames, publicNames} from '../public-names.ts';

const folder = new URL('../../docs/api/', import.meta.url);
const read = (page: string): string => readFileSync(new URL(page, folder), 'utf8');
const pageOf = (entry: string): string => (entry === '.' ? 'steadfetch.md' : `${entry.slice('./'.length)}.md`);

/** By page, the entry and the names that it exports. */
const entries = new Map<string, {readonly entry: string; readonly names: readonly string[]}>();
for (const [entry, names] of Object.entries(publicNames)) entries.set(pageOf(entry), {entry, names});
entries.set('lint.md', {entry: 'retry-lint', names: linterNames['.']!});

describe('docs/api', () => {
  it('has one page for each entry point, and an index', () => {
    const pages = [...entries.keys()];
    expect(readdirSync(folder).sort()).to.deep.equal(['README.md', ...pages].sort());
    for (const page of pages) expect(read('README.md')).to.include(`](${page})`);
  });

  for (const [page, {entry, names}] of entries) {
    it(`${page} describes, or links to, every name that ${entry} exports`, () => {
      const described = [...read(page).matchAll(/^### (?:`abstract` )?(\w+)/gm)].map(([, name]) => name);
      const linked = [...read(page).matchAll(/\[`?(\w+)`?\]\([\w-]+\.md#/g)].map(([, name]) => name);
      expect([...described, ...linked]).to.include.members([...names]);
    });
  }

  const pages = readdirSync(folder);

  it('describes every row of a table', () => {
    expect(pages).not.to.be.empty;
    for (const page of pages) {
      const lines = read(page).split('\n');
      const rows = lines.filter(line => /^\| `/.test(line));
      expect(
        rows.filter(row => /\| (?:-|) *\|$/.test(row)),
        `${page}: rows without a description`,
      ).to.deep.equal([]);
      const heads = lines.filter((_, index) => lines[index + 1]?.startsWith('| ---'));
      expect(
        heads.filter(head => !/\| (?:Description|content) \|$/.test(head)),
        `${page}: tables without descriptions`,
      ).to.deep.equal([]);
    }
  });

  it('names no path of the machine that wrote it', () => {
    expect(pages).not.to.be.empty;
    for (const page of pages) expect(read(page), page).not.to.match(/file:\/\/|node_modules|\/home\/|\/Users\//);
  });
});
