/**
 * Every rule, by the examples of its page.
 *
 * `UPDATE_DOCS=1 npm test -- test/lint/rules.test.ts` writes what the linter says now into the pages.
 */
import {existsSync, writeFileSync} from 'node:fs';
import {expect} from 'chai';
import type {Config} from '../../lint/config.ts';
import {lintText} from '../../lint/lint.ts';
import {defineRule} from '../../lint/rule.ts';
import {RuleTester} from '../../lint/rule-tester.ts';
import {rules} from '../../lint/rules/index.ts';
import {outputOf, withOutput} from '../../scripts/rule-pages/output.ts';
import {rulePages} from '../../scripts/rule-pages/pages.ts';
import {readPages} from '../../scripts/rule-pages/read.ts';

const root = new URL('../../', import.meta.url);

if (process.env.UPDATE_DOCS !== undefined) {
  const updated = [...readPages()].map(async ([code, page]) => [code, await withOutput(page)] as const);
  const texts = await rulePages(new Map(await Promise.all(updated)));
  for (const [path, text] of Object.entries(texts)) writeFileSync(new URL(path, root), text);
}

const tester = new RuleTester();
const pages = readPages();
for (const rule of rules) {
  const page = pages.get(rule.code)!;
  tester.run(defineRule({...rule, documentation: () => page}));
}

describe('the rules', () => {
  it('are listed by code, each code and name once', () => {
    const codes = rules.map(({code}) => code);
    expect(codes).to.deep.equal([...new Set(codes)].sort());
    expect(new Set(rules.map(({name}) => name)).size).to.equal(rules.length);
  });

  /** What a file that cannot be read as a policy says is found by several of these together. */
  const together = ['RL002', 'RL005'];

  it('each report an example alone: it is a defect that no other rule finds', async () => {
    const alone = new Set<string>();
    const examples = [...pages.values()].flatMap(({facts: {strict}, bad}) => bad.map(each => ({...each, strict})));
    for (const {text, path = 'policy.jsonc', files, strict} of examples) {
      const config: Config = strict ? {preset: 'strict'} : {};
      const {findings} = await lintText({path, files: {...files, [path]: text}, config});
      const codes = new Set(findings.map(({code}) => code));
      if (codes.size === 1) for (const code of codes) alone.add(code);
    }
    expect(rules.map(({code}) => code).filter(code => !alone.has(code))).to.deep.equal(together);
  });

  for (const [code, {facts, sources, why, bad}] of pages) {
    it(`${code} says what its page shows, with the titles of fixes and suggestions`, async () => {
      const said = await Promise.all(bad.map(example => outputOf(code, example)));
      expect(said).to.deep.equal(bad.map(({output}) => output));
    });

    it(`${code} cites a source and gives a reason`, () => {
      expect(sources).to.not.be.empty;
      for (const {url} of sources) {
        const page = /^docs\/(?:guides\/)?[a-z-]+\.md/.exec(url)?.[0];
        if (page === undefined) expect(new URL(url).protocol).to.equal('https:');
        else expect(existsSync(new URL(page, root)), url).to.equal(true);
      }
      expect(why.length).to.be.above(100);
      expect(facts.summary).to.match(/^[A-Z].*[^.]$/);
    });
  }
});

describe('RuleTester', () => {
  it('says what to pass where describe and it are not global', () => {
    const {it: global} = globalThis;
    Reflect.deleteProperty(globalThis, 'it');
    try {
      expect(() => new RuleTester()).to.throw(TypeError, 'Pass them: new RuleTester({describe, it}).');
    } finally {
      globalThis.it = global;
    }
  });

  it('refuses a rule without documentation', () => {
    expect(() => tester.run(rules[0]!)).to.throw(TypeError, 'Rule RL001 has no documentation with examples.');
  });
});
