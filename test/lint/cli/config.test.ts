/** Which settings apply, and what is wrong with them. */
import {symlinkSync} from 'node:fs';
import {expect} from 'chai';
import {clean, Desk, findingsOf, wavy} from './desk.ts';

const plugin = `
export default {
  code: 'ACME101', name: 'use-a-name', category: 'hygiene', severity: 'warning', confidence: 'high',
  summary: 'Name every policy',
  documentation: () => ({
    why: 'Without a name it cannot be found.', sources: [{title: 'Us', url: 'https://acme.example'}],
    bad: [{name: 'none', text: '{}', findings: []}], good: [{name: 'one', text: '{"name": "a"}'}],
  }),
  *check(scope) {
    if (scope.policy.name === 'default') yield {at: 'name', message: 'The policy has no name.'};
  },
};
`;

const half = "export default {code: 'ACME102', name: 'use-more', category: 'hygiene', check: () => []};";

describe('the configuration of retry-lint', () => {
  it('is the nearest one in the folder of each policy or above', async () => {
    const desk = new Desk({
      '.retry-lintrc.json': '{"rules": {"RL203": "off"}}',
      'a.retry.json': wavy,
      'strict/.retry-lintrc.jsonc': '{\n  // the default\n  "preset": "recommended",\n}',
      'strict/deep/b.retry.json': wavy,
    });
    const {out} = await desk.run('-f', 'json');
    expect(JSON.parse(out).findings.map(({path}: {path: string}) => path)).to.deep.equal(['strict/deep/b.retry.json']);
    expect((await desk.run('--no-config', '-f', 'json', 'a.retry.json')).code).to.equal(1);
    expect((await desk.run('-c', '.retry-lintrc.json', 'strict/deep/b.retry.json')).code).to.equal(0);
  });

  it('is not read with --no-config, even if one is named', async () => {
    const desk = new Desk({'c.json': '{"rules": {"RL203": "off"}}', 'p.json': wavy});
    expect((await desk.run('-c', 'c.json', 'p.json')).code).to.equal(0);
    expect((await desk.run('-c', 'c.json', '--no-config', 'p.json')).code).to.equal(1);
  });

  it('is overridden by the command line', async () => {
    const desk = new Desk({'.retry-lintrc.json': '{"rules": {"no-synchronized-retries": "off"}}', 'p.json': wavy});
    expect((await desk.run('p.json')).code).to.equal(0);
    expect((await desk.run('--rule', 'RL203=error', 'p.json')).code).to.equal(1);
  });

  describe('of a repository', () => {
    const outside = '{"rules": {"RL203": "off"}}';
    const folders: [what: string, marker: string, text: string][] = [
      ['a repository', '.git/HEAD', 'ref: refs/heads/main\n'],
      ['a worktree or a submodule', '.git', 'gitdir: ../elsewhere\n'],
    ];
    for (const [what, marker, text] of folders) {
      it(`is not looked for above the root of ${what}`, async () => {
        const desk = new Desk({'.retry-lintrc.json': outside, [`repo/${marker}`]: text, 'repo/deep/p.json': wavy});
        expect((await desk.run('repo/deep/p.json')).code).to.equal(1);
        desk.write('repo/.retry-lintrc.json', outside);
        expect((await desk.run('repo/deep/p.json')).code).to.equal(0);
      });
    }

    it('is searched for up to the root of the disk without a repository', async () => {
      const desk = new Desk({'.retry-lintrc.json': outside, 'deep/er/p.json': wavy});
      expect((await desk.run('deep/er/p.json')).code).to.equal(0);
    });
  });

  describe('a plugin', () => {
    const config = (plugin: string): string => JSON.stringify({plugins: [plugin]});

    /** Says so, should it ever run. */
    const foreign = `process.stdout.write('it ran');\n${plugin}`;

    it('from outside of the repository is refused, and does not run', async () => {
      const desk = new Desk({
        'rules.mjs': foreign,
        'repo/.git/HEAD': '',
        'repo/deep/.retry-lintrc.json': config('../../rules.mjs'),
        'repo/deep/p.json': clean,
      });
      expect(await desk.run('repo/deep/p.json')).to.deep.equal({
        code: 2,
        out: '',
        err: 'repo/deep/.retry-lintrc.json:1:13: plugins[0]: the module rules.mjs is outside of the repository, and is not run: copy it there, or install it.\n',
      });
    });

    it('from outside is refused behind a link, too', async () => {
      const desk = new Desk({
        'rules.mjs': foreign,
        'repo/.git/HEAD': '',
        'repo/.retry-lintrc.json': config('./r.mjs'),
        'repo/p.json': clean,
      });
      symlinkSync('../rules.mjs', desk.at('repo/r.mjs'));
      expect((await desk.run('repo/p.json')).err).to.contain(
        'plugins[0]: the module repo/r.mjs is outside of the repo',
      );
    });

    it('from outside of its folder is refused where the configuration is in no repository', async () => {
      const desk = new Desk({
        'rules.mjs': foreign,
        'deep/.retry-lintrc.json': config('../rules.mjs'),
        'deep/p.json': clean,
      });
      expect((await desk.run('deep/p.json')).err).to.contain('rules.mjs is outside of the folder of the configuration');
    });

    it('from elsewhere in the repository, or beside a configuration that was named, runs', async () => {
      const desk = new Desk({
        'repo/.git/HEAD': '',
        'repo/rules.mjs': plugin,
        'repo/deep/.retry-lintrc.json': config('../rules.mjs'),
        'repo/deep/p.json': clean,
        'shared/rules.mjs': plugin,
        'shared/lint.json': config('./rules.mjs'),
      });
      expect(findingsOf(await desk.run('-f', 'json', 'repo/deep/p.json'))).to.deep.equal(['ACME101 1:1']);
      const named = await desk.run('-f', 'json', '-c', 'shared/lint.json', 'repo/deep/p.json');
      expect(findingsOf(named)).to.deep.equal(['ACME101 1:1']);
    });
  });

  it('applies an override to the files that its globs match, relative to its folder', async () => {
    const config = {
      rules: {RL203: 'off'},
      overrides: [
        {files: ['batch/**'], rules: {RL203: 'warning'}},
        {files: ['**/*.yaml'], rules: {RL203: 'error'}},
      ],
    };
    const desk = new Desk({
      '.retry-lintrc.json': JSON.stringify(config),
      'p.retry.json': wavy,
      'batch/p.retry.json': wavy,
      'batch/p.retry.yaml': 'backoff: {jitter: none}\n',
    });
    const {out} = await desk.runIn('batch', '-f', 'json', '..');
    const found = JSON.parse(out).findings.map(
      ({path, severity}: {path: string; severity: string}) => `${path} ${severity}`,
    );
    expect(found).to.deep.equal(['p.retry.json warning', 'p.retry.yaml error']);
  });

  it('excludes policies, and includes other files', async () => {
    const desk = new Desk({
      '.retry-lintrc.json': '{"ignores": ["fixtures/**"], "policies": ["config/*.json"]}',
      'fixtures/bad.retry.json': wavy,
      'config/shop.json': wavy,
    });
    const {out} = await desk.run('-f', 'json');
    expect(JSON.parse(out).findings.map(({path}: {path: string}) => path)).to.deep.equal(['config/shop.json']);
    expect(await desk.run('fixtures/bad.retry.json')).to.deep.equal({
      code: 0,
      out: 'No findings in 0 files.\n',
      err: '1 file ignored by the configuration.\n',
    });
  });

  it('may not declare a file that is missing, where its folder is searched', async () => {
    const desk = new Desk({
      '.retry-lintrc.json': '{"policies": ["cfg/payments.json", "cfg/orders.json#/retry"]}',
      'ok.retry.json': clean,
      'deep/ok.retry.json': clean,
    });
    const err =
      '.retry-lintrc.json: policies[0]: cfg/payments.json does not exist.\n.retry-lintrc.json: policies[1]: cfg/orders.json does not exist.\n';
    expect(await desk.run()).to.deep.equal({code: 2, out: 'No findings in 2 files.\n', err});
    expect(await desk.run('--allow-empty')).to.include({code: 2, err});
    expect(await desk.run('--exit-zero')).to.include({code: 0, err});
    for (const operand of ['ok.retry.json', 'deep', '*.json']) expect(await desk.run(operand)).to.include({code: 0});
  });

  it('may not declare a glob that matches no file, unless --allow-empty lets it', async () => {
    const desk = new Desk({'.retry-lintrc.json': '{"policies": ["cfg/*.json"]}', 'ok.retry.json': clean});
    expect(await desk.run()).to.deep.equal({
      code: 2,
      out: 'No findings in 1 file.\n',
      err: '.retry-lintrc.json: policies[0]: cfg/*.json matches no file. With --allow-empty this is not an error.\n',
    });
    expect(await desk.run('--allow-empty')).to.deep.equal({code: 0, out: 'No findings in 1 file.\n', err: ''});
    desk.write('cfg/a.json', clean);
    expect(await desk.run()).to.include({code: 0, err: ''});
  });

  it('is not linted as a policy, even if a glob of policies matches it', async () => {
    const desk = new Desk({
      '.retry-lintrc.json': '{"policies": ["*.json"], "baseline": ".retry-lint-baseline.json"}',
      '.retry-lint-baseline.json': '{"version": 1, "findings": {}}',
      'shop.json': wavy,
    });
    const {out} = await desk.run('-f', 'json');
    expect(JSON.parse(out).findings.map(({path}: {path: string}) => path)).to.deep.equal(['shop.json']);
  });

  it('can disable suppressions in comments', async () => {
    const text = '{\n  // retry-lint-disable-next-line RL203 -- we are alone\n  "backoff": {"jitter": "none"}\n}\n';
    const desk = new Desk({'p.json': text});
    expect((await desk.run('p.json')).code).to.equal(0);
    desk.write('.retry-lintrc.json', '{"suppressions": false}');
    expect(findingsOf(await desk.run('-f', 'json', 'p.json'))).to.include('RL203 3:15');
  });

  it('adds rules of plugins', async () => {
    const desk = new Desk({
      '.retry-lintrc.json': '{"plugins": ["./rules.mjs"], "rules": {"use-a-name": "error"}}',
      'rules.mjs': plugin,
      'p.json': clean,
    });
    expect(findingsOf(await desk.run('-f', 'json', 'p.json'))).to.deep.equal(['ACME101 1:1']);
    expect((await desk.run('explain', 'ACME101')).out).to.contain('Without a name it cannot be found.');
    expect((await desk.run('rules')).out).to.match(/ACME101 .* error /);
    expect((await desk.run('p.json', '--rule', 'acme101=off')).code).to.equal(0);
  });

  const slips: [what: string, text: string, message: string][] = [
    ['a misspelt field', '{\n  "rule": {}\n}', '2:3: rule is not a field of the configuration; did you mean "rules"?'],
    [
      'a severity',
      '{"rules": {"RL203": "warn"}}',
      '1:12: rules.RL203 must be "error", "warning", "info" or "off", got "warn".',
    ],
    [
      'a rule',
      '{"rules": {"no-too-many-attempt": "off"}}',
      '1:12: rules["no-too-many-attempt"] is not a rule; did you mean "no-too-many-attempts"?',
    ],
    ['a code', '{"rules": {"RL999": "off"}}', '1:12: rules.RL999 is not a rule; "retry-lint rules" lists them.'],
    ['a preset', '{"preset": "strickt"}', '1:2: preset must be "recommended" or "strict", got "strickt".'],
    ['a list', '{"ignores": "a"}', '1:2: ignores must be a list of globs such as "test/**", got "a".'],
    ['an entry', '{"ignores": ["a", 1]}', '1:19: ignores[1] must be a glob such as "test/**", got 1.'],
    ['a switch', '{"suppressions": "no"}', '1:2: suppressions must be true or false, got "no".'],
    ['an override without files', '{"overrides": [{"preset": "strict"}]}', '1:16: overrides[0].files is missing.'],
    [
      'a rule of an override',
      '{"overrides": [{"files": ["a"], "rules": {"X": "off"}}]}',
      '1:43: overrides[0].rules.X is not a rule; "retry-lint rules" lists them.',
    ],
    ['a list for an object', '[]', '1:1: the configuration must be an object, got a list of 0 entries.'],
    ['syntax', '{"preset": "strict" "rules": {}}', '1:19: A comma is missing after this value.'],
    ['two equal keys', '{"preset": "strict", "preset": "recommended"}', '1:22: '],
    [
      'a plugin that is not there',
      '{"plugins": ["./gone.mjs"]}',
      '1:14: plugins[0]: the module gone.mjs does not exist.',
    ],
    [
      'a rule of a plugin',
      '{"plugins": ["./half.mjs"]}',
      '1:14: plugins[0]: half.mjs:1: the rule ACME102 has no severity.',
    ],
    [
      'a plugin without rules',
      '{"plugins": ["./empty.mjs"]}',
      '1:14: plugins[0]: empty.mjs:1: the default export must be a rule, or a list of rules, as defineRule makes them.',
    ],
  ];
  for (const [what, text, message] of slips) {
    it(`names what is wrong with ${what}, and where`, async () => {
      const desk = new Desk({
        '.retry-lintrc.json': text,
        'p.json': clean,
        'empty.mjs': 'export default {};',
        'half.mjs': half,
      });
      const {code, out, err} = await desk.run('p.json');
      expect({code, out}).to.deep.equal({code: 2, out: ''});
      expect(err)
        .to.match(/^\.retry-lintrc\.json:/)
        .and.contain(message);
    });
  }

  it('reports all mistakes at once', async () => {
    const desk = new Desk({'.retry-lintrc.json': '{\n  "preset": 1,\n  "baseline": ""\n}', 'p.json': clean});
    expect((await desk.run('p.json')).err.split('\n')).to.have.length(3);
  });

  it('is one file: two in a folder are an error, unless one of them is named', async () => {
    const desk = new Desk({'deep/.retry-lintrc.json': '{}', 'deep/.retry-lintrc.jsonc': '{}', 'deep/p.json': clean});
    expect(await desk.run('deep/p.json')).to.deep.equal({
      code: 2,
      out: '',
      err: 'deep/.retry-lintrc.json and deep/.retry-lintrc.jsonc are both there, and one configuration applies: delete one of them.\n',
    });
    expect((await desk.run('-c', 'deep/.retry-lintrc.jsonc', 'deep/p.json')).code).to.equal(0);
    expect((await desk.run('--no-config', 'deep/p.json')).code).to.equal(0);
  });

  it('must exist if it is named', async () => {
    const {code, err} = await new Desk({'p.json': clean}).run('-c', 'gone.json', 'p.json');
    expect({code, err}).to.deep.equal({code: 2, err: 'The configuration gone.json does not exist.\n'});
  });

  it('is shown by print-config, with the origin of each setting', async () => {
    const desk = new Desk({
      '.retry-lintrc.json':
        '{"preset": "strict", "rules": {"RL203": "warning"}, "overrides": [{"files": ["b*"], "rules": {"RL201": "off"}}]}',
    });
    const {code, out} = await desk.run('print-config', 'b.json', '--rule', 'RL101=info');
    const {config, preset, rules} = JSON.parse(out);
    expect(code).to.equal(0);
    expect(config).to.equal('.retry-lintrc.json');
    expect(preset).to.deep.equal({value: 'strict', from: '.retry-lintrc.json'});
    const said = ['RL101', 'RL201', 'RL203', 'RL406'].map(rule => [rule, rules[rule].severity, rules[rule].from]);
    expect(said).to.deep.equal([
      ['RL101', 'info', '--rule'],
      ['RL201', 'off', '.retry-lintrc.json: overrides[0]'],
      ['RL203', 'warning', '.retry-lintrc.json'],
      ['RL406', 'error', 'the preset strict'],
    ]);
  });
});
