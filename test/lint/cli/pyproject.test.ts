/** The configuration of Python projects, and what a configuration says of dialects. */
import {expect} from 'chai';
import {gateway} from '../dialects/gateway.ts';
import {clean, Desk, findingsOf, wavy} from './desk.ts';

const greedy = 'kind: Gateway\nroutes:\n  - match: {path: /search}\n    retry_policy: {num_retries: 19}\n';

function deskOf(files: Readonly<Record<string, string>>): Desk {
  const desk = new Desk(files);
  desk.dialects = [gateway];
  return desk;
}

const off = '[project]\nname = "shop"\n\n[tool.retry-lint.rules]\nRL203 = "off"\n';

describe('pyproject.toml', () => {
  it('is the configuration if it has the table of retry-lint', async () => {
    const desk = new Desk({'pyproject.toml': off, 'deep/p.json': wavy});
    expect((await desk.run('deep/p.json')).code).to.equal(0);
    expect(JSON.parse((await desk.run('print-config', 'deep/p.json')).out)).to.deep.include({config: 'pyproject.toml'});
    expect((await desk.run('--no-config', 'deep/p.json')).code).to.equal(1);
    expect((await desk.run('-c', 'pyproject.toml', 'deep/p.json')).code).to.equal(0);
  });

  it('is passed by if it has none, whatever is wrong with it', async () => {
    for (const text of [
      '[tool.ruff]\n',
      'dependencies = ["retry-lint"]\n',
      'dependencies = [\n"retry-lint==1.0",\n',
      '[project\n',
      '# [tool.retry-lint]\n',
    ]) {
      const desk = new Desk({'pyproject.toml': off, 'deep/pyproject.toml': text, 'deep/p.json': wavy});
      expect(await desk.run('deep/p.json'), text).to.deep.include({code: 0, err: ''});
    }
  });

  const spellings: readonly string[] = [
    '[tool]\nretry-lint.rules.RL203 = "off"\n',
    '[tool]\nretry-lint = {rules = {RL203 = "off"}}\n',
    'tool.retry-lint.rules = {RL203 = "off"}\n',
    '[tool."retry-lint".rules]\nRL203 = "off"\n',
    '["tool"."retry\\u002dlint".rules]\nRL203 = "off"\n',
    '["tool"."retry\\U0000002Dlint"]\nrules = {RL203 = "off"}\n',
    '[ "tool" . \'retry-lint\' ]\nrules = {RL203 = "off"}\n',
  ];
  for (const text of spellings)
    it(`is the configuration however TOML writes the table: ${JSON.stringify(text)}`, async () => {
      const desk = new Desk({'pyproject.toml': text, 'deep/p.json': wavy});
      expect(await desk.run('deep/p.json')).to.deep.include({code: 0, err: ''});
    });

  it('is refused where the table of retry-lint cannot be read, and not passed by', async () => {
    for (const text of [
      '[tool.retry-lint\nrules = {}\n',
      '[project]\n[tool\n[tool.retry-lint]\n',
      '[tool]\nretry-lint.rules = \n',
    ]) {
      const {code, err} = await new Desk({'pyproject.toml': text, 'p.json': wavy}).run('p.json');
      expect(code, text).to.equal(2);
      expect(err, text).to.match(/^pyproject\.toml:\d+:\d+: Invalid TOML document: .+[.?]\n$/);
    }
  });

  it('gives way to a file of retry-lint in its folder', async () => {
    const desk = new Desk({'pyproject.toml': off, '.retry-lintrc.json': '{}', 'p.json': wavy});
    expect((await desk.run('p.json')).code).to.equal(1);
  });

  it('has everything that the file can have', async () => {
    const desk = new Desk({
      'pyproject.toml': `
[tool.retry-lint]
preset = "strict"
ignores = [
  "old/**",
]
policies = ["config/*.json"]
baseline = "known.json"
suppressions = true

[[tool.retry-lint.overrides]]
files = ["config/**"]
rules = {RL203 = "off"}
`,
      'config/a.json': wavy,
      'old/b.retry.json': wavy,
      'c.retry.json': wavy,
    });
    const {out} = await desk.run('-f', 'json');
    const shown = (JSON.parse(out) as {findings: {code: string; path: string}[]}).findings;
    expect(shown.filter(({code}) => code === 'RL203').map(({path}) => path)).to.deep.equal(['c.retry.json']);
    await desk.run('baseline');
    expect(desk.read('known.json')).to.contain('RL203');
  });

  const mistakes: [what: string, text: string, message: string][] = [
    [
      'a value',
      '[tool.retry-lint]\npreset = "strickt"\n',
      'pyproject.toml:2:1: preset must be "recommended" or "strict", got "strickt".',
    ],
    [
      'a name',
      '[tool.other]\nrule = 1\n[tool.retry-lint]\n\nrule = {}\n',
      'pyproject.toml:5:1: rule is not a field of the configuration; did you mean "rules"?',
    ],
    [
      'a rule',
      '[tool.retry-lint.rules]\n"RL999" = "off"\n',
      'pyproject.toml:2:1: rules.RL999 is not a rule; "retry-lint rules" lists them.',
    ],
    [
      'a rule in an inline table',
      '[tool.retry-lint]\nrules = {RL999 = "off"}\n',
      'pyproject.toml:2:1: rules.RL999 is not a rule; "retry-lint rules" lists them.',
    ],
    [
      'an override',
      '[[tool.retry-lint.overrides]]\nfiles = ["a"]\n[[tool.retry-lint.overrides]]\nrules.RL203 = "of"\n',
      'pyproject.toml:4:1: overrides[1].rules.RL203 must be "error", "warning", "info" or "off", got "of".\npyproject.toml:3:3: overrides[1].files is missing.',
    ],
    [
      'a name under a dotted key',
      '[tool]\nruff.x = 1\nretry-lint.rule = {}\n',
      'pyproject.toml:3:1: rule is not a field of the configuration; did you mean "rules"?',
    ],
    ['the syntax', '[tool.retry-lint]\npreset = \n', 'pyproject.toml:2:10: Invalid TOML document: '],
  ];
  for (const [what, text, message] of mistakes) {
    it(`is refused for a mistake in ${what}, with its place`, async () => {
      const {code, err} = await new Desk({'pyproject.toml': text, 'p.json': clean}).run('p.json');
      expect(code).to.equal(2);
      expect(err.trimEnd().slice(0, message.length)).to.equal(message);
      expect(err).to.match(/[.?]\n$/);
    });
  }
});

describe('the setting of a dialect', () => {
  it('is "off" for one that is not looked for', async () => {
    const config = '{"dialects": {"gateway": "off"}}';
    const desk = deskOf({'a.retry.json': wavy, 'app.yaml': greedy, 'deep/app.yaml': greedy});
    desk.write('deep/.retry-lintrc.json', config);
    expect(findingsOf(await desk.run('-f', 'json', '.')).map(found => found.slice(0, 5))).to.include('RL201');
    desk.write('.retry-lintrc.json', config);
    expect(findingsOf(await desk.run('-f', 'json', '.'))).to.deep.equal(['RL203 2:15']);
    expect(findingsOf(await desk.run('-f', 'json', 'app.yaml')).map(found => found.slice(0, 5))).to.include('RL004');
  });

  it('is off for one in a folder, and not in others', async () => {
    const desk = deskOf({'app.yaml': greedy, 'deep/app.yaml': greedy, 'deep/template.yaml': `${greedy}# {{ a }}\n`});
    desk.write('deep/.retry-lintrc.json', '{"dialects": {"gateway": "off"}}');
    const {out, err} = await desk.run('-f', 'json', '.');
    expect((JSON.parse(out) as {findings: {path: string}[]}).findings.map(({path}) => path)).not.to.include(
      'deep/app.yaml',
    );
    expect(err).to.equal('');
  });

  it('is shown by print-config', async () => {
    const desk = deskOf({'.retry-lintrc.json': '{"dialects": {"python": {"tests": true}}}'});
    expect(JSON.parse((await desk.run('print-config')).out).dialects).to.deep.equal({python: {tests: true}});
  });

  const mistakes: [config: string, message: string][] = [
    ['{"gateway": "on"}', '1:15: dialects.gateway must be "off", or an object such as {"tests": true}, got "on".'],
    ['{"gateway": {"tests": 1}}', '1:27: dialects.gateway.tests must be true or false, got 1.'],
    ['{"gateway": {"test": true}}', '1:27: dialects.gateway.test is not a field of a dialect; did you mean "tests"?'],
    ['{"gatway": "off"}', '1:15: dialects.gatway is not a dialect; did you mean "gateway"?'],
    ['{"envoy": "off"}', '1:15: dialects.envoy is not a dialect; the dialects are gateway, native, python.'],
    ['["gateway"]', '1:2: dialects must be an object, got a list of 1 entry.'],
  ];
  for (const [config, message] of mistakes) {
    it(`is refused as ${config}`, async () => {
      const desk = deskOf({'.retry-lintrc.json': `{"dialects": ${config}}`, 'p.json': clean});
      expect(await desk.run('p.json')).to.deep.equal({code: 2, out: '', err: `.retry-lintrc.json:${message}\n`});
    });
  }
});
