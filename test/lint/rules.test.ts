/** Every rule, by its own examples. */
import {existsSync} from 'node:fs';
import {expect} from 'chai';
import {RuleTester} from '../../lint/rule-tester.ts';
import {rules} from '../../lint/rules/index.ts';

const tester = new RuleTester();
for (const rule of rules) tester.run(rule);

describe('the rules', () => {
  it('are listed by code, each code and name once', () => {
    const codes = rules.map(({code}) => code);
    expect(codes).to.deep.equal([...new Set(codes)].sort());
    expect(new Set(rules.map(({name}) => name)).size).to.equal(rules.length);
  });

  for (const {code, summary, documentation} of rules) {
    const {sources, why} = documentation();
    it(`${code} cites a source and gives a reason`, () => {
      expect(sources).to.not.be.empty;
      for (const {url} of sources) {
        const page = /^docs\/(?:guides\/)?[a-z-]+\.md/.exec(url)?.[0];
        if (page === undefined) expect(new URL(url).protocol).to.equal('https:');
        else expect(existsSync(new URL(`../../${page}`, import.meta.url)), url).to.equal(true);
      }
      expect(why.trim().length).to.be.above(100);
      expect(summary).to.match(/^[A-Z].*[^.]$/);
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
});
