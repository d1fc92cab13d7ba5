/** docs/rules has a page for each rule, as its file would write it now, and none besides. */

import {readdirSync, readFileSync} from 'node:fs';
import {expect} from 'chai';
import {rules} from '../../lint/rules/index.ts';
import {rulePages} from '../../scripts/rule-pages.ts';

const root = new URL('../../', import.meta.url);

describe('docs/rules', () => {
  it('has a page for each rule, a list of them, and nothing else', () => {
    const names = readdirSync(new URL('docs/rules/', root)).sort();
    expect(names).to.deep.equal(['README.md', ...rules.map(({code}) => `${code}.md`)].sort());
  });

  it('says what the linter says now', async () => {
    const pages = Object.entries(await rulePages());
    expect(pages).not.to.be.empty;
    for (const [path, text] of pages) {
      const written = readFileSync(new URL(path, root), 'utf8');
      expect(written === text, `${path} is stale: run npm run generate`).to.equal(true);
    }
  });
});
