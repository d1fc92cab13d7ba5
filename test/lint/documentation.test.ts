/** Where findings say that their rules are documented: links that exist, and none where there is no page. */
import {execFileSync} from 'node:child_process';
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {expect} from 'chai';
import {documentationOf, guideUrl} from '../../lint/documentation.ts';
import {formatters} from '../../lint/formatters/index.ts';
import {defineRule, lintText, type Rule, rules} from '../../lint/index.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const {homepage, version} = JSON.parse(read('package.json'));
const site = homepage.replace('#readme', '');

/** A rule of a plugin, which finds something in every policy. */
const ruleOf = (docs?: string): Rule =>
  defineRule({
    code: 'ACME101',
    name: 'use-a-name',
    category: 'hygiene',
    severity: 'warning',
    confidence: 'high',
    summary: 'Name every policy',
    documentation: () => ({
      why: 'A trace shows the name.',
      sources: [],
      bad: [{name: 'no name', text: '{}', findings: []}],
      good: [{name: 'a name', text: '{"name": "a"}'}],
    }),
    check: () => [{at: 'name', message: 'No name.'}],
    ...(docs === undefined ? {} : {docs}),
  });

async function formatted(format: string, rule: Rule): Promise<string> {
  const text = '{"backoff": {"jitter": "none"}}';
  const report = await lintText({path: 'p.json', files: {'p.json': text}, config: {extraRules: [rule]}});
  const run = {reports: [report], texts: {'p.json': text}, rules: [...rules, rule], version, today: () => '2027-01-31'};
  return formatters.find(({name}) => name === format)!.format(run, {colour: false, width: 100});
}

describe('the documentation of a rule', () => {
  it('is a page of the repository at the released version, by the homepage of package.json', () => {
    for (const {code} of rules) {
      const path = `docs/rules/${code}.md`;
      expect(documentationOf({code}).url).to.equal(`${site}/blob/v${version}/${path}`);
      expect(existsSync(new URL(path, root)), path).to.equal(true);
    }
    expect(guideUrl()).to.equal(`${site}/blob/v${version}/docs/retry-lint.md`);
  });

  it('has no page if package.json has no homepage', () => {
    expect(documentationOf({code: 'RL203'}, '').url).to.equal(undefined);
    expect(guideUrl('')).to.equal(undefined);
  });

  it('of a plugin is the page that it names, or none', () => {
    expect(documentationOf({code: 'ACME101'}).url).to.equal(undefined);
    expect(documentationOf({code: 'ACME101', docs: 'https://acme.example/1'}).url).to.equal('https://acme.example/1');
    expect(() => ruleOf('docs/1.md')).to.throw(TypeError, 'Invalid docs of rule ACME101');
  });

  it('is a command in a terminal', async () => {
    const text = await formatted('stylish', ruleOf('https://acme.example/1'));
    expect(text).to.contain('\n  see  retry-lint explain RL203\n').and.contain('\n  see  retry-lint explain ACME101\n');
    expect(text).to.not.contain('https://');
  });

  it('is a helpUri in SARIF only if there is a page', async () => {
    for (const docs of [undefined, 'https://acme.example/1']) {
      const {driver} = JSON.parse(await formatted('sarif', ruleOf(docs))).runs[0].tool;
      const find = (code: string) => driver.rules.find(({id}: {id: string}) => id === code);
      expect(find('ACME101').helpUri).to.equal(docs);
      expect(find('RL203').helpUri).to.equal(`${site}/blob/v${version}/docs/rules/RL203.md`);
      expect(driver.informationUri).to.equal(guideUrl());
    }
  });

  for (const {name} of formatters) {
    it(`is nowhere "undefined" in ${name}`, async () => {
      expect(await formatted(name, ruleOf())).to.not.contain('undefined');
    });
  }

  it('is no host that somebody else could register: the home of the project, or a name that RFC 2606 reserves', () => {
    const {host} = new URL(homepage);
    const files = execFileSync('git', ['ls-files', '-z'], {cwd: root, encoding: 'utf8'}).split('\0').filter(Boolean);
    const hosts = files
      .filter(path => existsSync(new URL(path, root)))
      .flatMap(path => [...read(path).matchAll(/https?:\/\/([\w.-]*\b(?:steadfetch|retry-lint)\.[a-z][\w.-]*)/g)])
      .map(([, named]) => named!);
    expect(hosts).to.include(host);
    expect(hosts.filter(named => named !== host && !/\.(?:invalid|test|example)$/.test(named))).to.deep.equal([]);
  });

  it('is nowhere but in package.json, and in what is generated from it', () => {
    const {host} = new URL(homepage);
    const files = readdirSync(new URL('lint/', root), {recursive: true, encoding: 'utf8'});
    const naming = files.filter(
      path => path.endsWith('.ts') && !path.includes('node_modules/') && read(`lint/${path}`).includes(host),
    );
    expect(naming).to.deep.equal(['homepage.ts']);
  });
});
