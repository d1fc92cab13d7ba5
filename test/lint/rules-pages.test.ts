/** docs/rules has a page for each rule, and what is generated from the pages is fresh. */

import {readdirSync, readFileSync} from 'node:fs';
import {expect} from 'chai';
import {rules} from '../../lint/rules/index.ts';
import {FACTS, factsModule} from '../../scripts/rule-pages/facts.ts';
import {rulePages} from '../../scripts/rule-pages/pages.ts';

const root = new URL('../../', import.meta.url);

describe('docs/rules', () => {
  it('has a page for each rule, a list of them, and nothing else', () => {
    const names = readdirSync(new URL('docs/rules/', root)).sort();
    expect(names).to.deep.equal(['README.md', ...rules.map(({code}) => `${code}.md`)].sort());
  });

  it('has the form of its pages, and is the source of the facts of rules and of the arithmetic', async () => {
    const written = Object.entries({[FACTS]: factsModule(), ...(await rulePages())});
    expect(written).to.have.length(rules.length + 2);
    for (const [path, text] of written)
      expect(readFileSync(new URL(path, root), 'utf8'), `${path} is stale: run npm run generate`).to.equal(text);
  });
});
