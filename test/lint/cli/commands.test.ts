/** The commands beside lint. */
import {execFileSync, spawnSync} from 'node:child_process';
import {expect} from 'chai';
import {commands, shells} from '../../../lint/commands/table.ts';
import {rules} from '../../../lint/rules/index.ts';
import {loadPolicySync} from '../../../src/load.ts';
import {pageOf} from '../support/page-of.ts';
import {Desk, wavy} from './desk.ts';

const hasShell = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).status === 0;

describe('the commands of retry-lint', () => {
  it('--version prints the version of the package', async () => {
    expect(await new Desk().run('--version')).to.deep.equal({code: 0, out: '0.1.0\n', err: ''});
  });

  for (const {name, groups, summary} of commands) {
    it(`${name} --help names every option, in lines that fit`, async () => {
      const {code, out} = await new Desk().run(name, '--help');
      expect(code).to.equal(0);
      expect(out.replaceAll('\n', ' ')).to.contain(summary);
      for (const {options} of groups) for (const option of options) expect(out).to.contain(`--${option.name}`);
      expect(out.split('\n').filter(line => line.length > 100)).to.deep.equal([]);
    });
  }

  /** What an option takes where it is not given. */
  const defaults: Readonly<Record<string, string>> = {
    'stdin-filename': 'JSON',
    changed: 'the last commit',
    config: 'the nearest .retry-lintrc.json at or above each policy',
    preset: 'recommended',
    baseline: 'the one that the configuration names, or .retry-lint-baseline.json',
    format: 'stylish',
    'fail-on': 'warning',
    'max-warnings': '0 if warnings fail the run',
  };

  for (const {name, groups, summary, about, examples} of commands) {
    it(`${name} --help says in plain English what each option does, and its default`, () => {
      for (const {name: option, help} of groups.flatMap(({options}) => options)) {
        // An imperative, no sentence: neither "Reads no …" nor "Only …", and no full stop.
        expect(help, option).to.match(/^(?!Only |So |This |The |No )[A-Z][a-z]*[a-rt-z] /);
        expect(help, option).not.to.match(/\.$/);
        if (defaults[option] !== undefined) expect(help, option).to.contain(`(default: ${defaults[option]})`);
      }
      const texts = [
        summary,
        ...about,
        ...examples.flat(),
        ...groups.flatMap(({options}) => options.map(each => each.help)),
      ];
      const riddles = /\b(?:(?:is|are) none|nobody|somebody|whoever|mend(?:s|ed)?|let pass)\b/i;
      expect(texts.filter(text => riddles.test(text))).to.deep.equal([]);
    });
  }

  it('too few or too many operands are refused', async () => {
    for (const argv of [['explain'], ['explain', 'RL203', 'a', 'b'], ['completions'], ['init', 'a', 'b']]) {
      const {code, err} = await new Desk().run(...argv);
      expect(code).to.equal(2);
      expect(err).to.match(/^Usage: retry-lint .*; "retry-lint \w+ --help" says more\.\n$/);
    }
  });

  it('help shows the page of a command, as --help does', async () => {
    expect((await new Desk().run('help', 'init')).out).to.equal((await new Desk().run('init', '--help')).out);
    expect((await new Desk().run('help')).out).to.equal((await new Desk().run('-h')).out);
    expect((await new Desk().run('help', 'me')).out).to.equal((await new Desk().run('-h')).out);
  });

  it('only the first operand can name a command', async () => {
    const desk = new Desk({'p.json': '{}', rules: '{"preset": "strict"}'});
    expect((await desk.run('--config', 'rules', 'p.json')).out).to.equal('No findings in 1 file.\n');
  });

  it('a file may have the name of a command', async () => {
    expect((await new Desk({rules: wavy}).run('./rules')).code).to.equal(1);
  });

  describe('explain', () => {
    for (const rule of rules) {
      const {code, name} = rule;
      it(`${code} by code and by name`, async () => {
        const {out} = await new Desk().run('explain', code.toLowerCase());
        expect(out).to.contain(`${code} ${name}`).and.contain(pageOf(rule).why);
        expect((await new Desk().run('explain', name)).out).to.equal(out);
      });
    }

    it('with a file shows the findings of the rule there, even if it is off or accepted', async () => {
      const desk = new Desk({'p.json': wavy, '.retry-lintrc.json': '{"rules": {"RL203": "off"}}'});
      expect((await desk.run('explain', 'RL203', 'p.json')).out).to.contain('p.json:2:15  error  RL203');
      desk.write('p.json', '{}');
      expect((await desk.run('explain', 'RL203', 'p.json')).out).to.contain('RL203 has nothing to say about p.json.');
    });

    const configured: [title: string, config: object, argv: string[], here: string | undefined, shown: string][] = [
      ['as it is by default', {}, [], undefined, 'error'],
      ['of the configuration', {rules: {RL203: 'info'}}, [], 'info, set by .retry-lintrc.json', 'info'],
      [
        'of an override',
        {overrides: [{files: ['p.*'], rules: {'no-synchronized-retries': 'warning'}}]},
        [],
        'warning, set by .retry-lintrc.json: overrides[0]',
        'warning',
      ],
      ['of the command line', {rules: {RL203: 'off'}}, ['--rule', 'RL203=info'], 'info, set by --rule', 'info'],
      [
        'that is off, and of its findings as if it were on',
        {rules: {RL203: 'off'}},
        [],
        'off, set by .retry-lintrc.json',
        'error',
      ],
      ['without the configuration', {rules: {RL203: 'off'}}, ['--no-config'], undefined, 'error'],
    ];
    for (const [title, config, argv, here, shown] of configured) {
      it(`says the severity ${title}`, async () => {
        const desk = new Desk({'p.json': wavy, '.retry-lintrc.json': JSON.stringify(config)});
        const {out} = await desk.run('explain', 'RL203', 'p.json', ...argv);
        expect(out).to.contain(`p.json:2:15  ${shown}  RL203`);
        expect(/^For p\.json: (.*)\.$/m.exec(out)?.[1]).to.equal(here);
      });
    }

    it('shows the severity for this folder if no policy is named', async () => {
      const desk = new Desk({'.retry-lintrc.json': '{"preset": "strict"}'});
      const {code} = rules.find(({severity}) => severity === 'info')!;
      expect((await desk.run('explain', code)).out).to.match(/^In this folder: warning, set by the preset strict\.$/m);
      expect((await desk.run('explain', code, '--no-config')).out).not.to.contain('In this folder');
    });

    it('shows the arithmetic with the numbers of the file', async () => {
      const text = '{"maxAttempts": 4, "attemptTimeoutMs": 10000, "deadlineMs": 20000}';
      const {out} = await new Desk({'p.json': text}).run('explain', 'RL303', 'p.json');
      expect(out)
        .to.match(/^ {2}attempt .*starts by/m)
        .and.to.contain('20000 ms');
    });

    it('print-config shows the setting of a retired rule', async () => {
      const desk = new Desk({'.retry-lintrc.json': '{"rules": {"no-excessive-attempts": "off"}}', 'p.json': '{}'});
      const {rules} = JSON.parse((await desk.run('print-config', 'p.json')).out);
      expect(rules.RL202).to.deep.equal({
        name: 'no-excessive-attempts',
        severity: 'off',
        from: '.retry-lintrc.json',
        partOf: 'RL201',
      });
      expect(rules.RL201).to.include({severity: 'error', from: 'the preset recommended'});
      expect(rules).not.to.have.property('RL211');
    });

    for (const name of ['RL202', 'no-excessive-attempts'])
      it(`explains the rule that ${name} became`, async () => {
        const {code, out} = await new Desk().run('explain', name);
        expect(code).to.equal(0);
        expect(out)
          .to.match(/^RL201 no-too-many-attempts$/m)
          .and.contain('RL202 no-excessive-attempts');
      });

    it('refuses an unknown rule', async () => {
      expect(await new Desk().run('explain', 'no-too-many-attempt')).to.deep.equal({
        code: 2,
        out: '',
        err: 'no-too-many-attempt is not a rule; did you mean "no-too-many-attempts"?\n',
      });
    });
  });

  describe('init', () => {
    for (const name of ['retry-policy.jsonc', 'deep/shop.retry.json', 'shop.retry.yaml']) {
      it(`writes ${name}, which runs, is clean under strict, and knows its schema`, async () => {
        const desk = new Desk({'node_modules/steadfetch/schema/policy.schema.json': '{}'});
        const {code} = await desk.run('init', ...(name === 'retry-policy.jsonc' ? [] : [name]));
        expect(code).to.equal(0);
        const up = name.startsWith('deep/') ? '../' : './';
        expect(desk.read(name)).to.contain(`${up}node_modules/steadfetch/schema/policy.schema.json`);
        expect(loadPolicySync(desk.at(name)).maxAttempts).to.equal(3);
        expect((await desk.run('--preset', 'strict', '--fail-on', 'info')).out).to.equal('No findings in 1 file.\n');
      });
    }

    it('writes comments whose suggestions are clean, too', async () => {
      for (const name of ['a.jsonc', 'a.yaml']) {
        const desk = new Desk();
        await desk.run('init', name);
        const text = desk.read(name);
        const route = text.replace(/^# (?=routes:|\s)/gm, '').replace('// "routes"', '"routes"');
        expect(route).to.not.equal(text);
        desk.write(name, route);
        expect((await desk.run('--preset', 'strict', name)).out).to.equal('No findings in 1 file.\n');
      }
    });

    it('writes a file that is valid JSON without its comments, and with the route that a comment suggests', async () => {
      const desk = new Desk();
      await desk.run('init', 'a.jsonc');
      const withoutComments = (text: string): string => text.replace(/^ *\/\/.*$/gm, '');
      const text = desk.read('a.jsonc');
      expect(JSON.parse(withoutComments(text))).not.to.have.property('routes');
      expect(JSON.parse(withoutComments(text.replace('// "routes"', '"routes"')))).to.have.property('routes');
    });

    it('does not overwrite a file without --force', async () => {
      const desk = new Desk({'p.json': 'mine'});
      expect(await desk.run('init', 'p.json')).to.deep.equal({
        code: 2,
        out: '',
        err: 'p.json exists already; --force overwrites it.\n',
      });
      expect(desk.read('p.json')).to.equal('mine');
      expect((await desk.run('init', '--force', 'p.json')).code).to.equal(0);
      expect((await desk.run('init', 'policy.toml')).err).to.equal(
        'A policy is written in JSON or YAML, so its name ends in .json, .jsonc, .yaml or .yml: try policy.toml.json.\n',
      );
    });
  });

  it('rules lists every rule, as text and as JSON', async () => {
    const {out} = await new Desk().run('rules');
    for (const {code, name} of rules) expect(out).to.contain(code).and.contain(name);
    const plain = JSON.parse((await new Desk().run('rules', '--json')).out);
    expect(plain.map(({code}: {code: string}) => code)).to.deep.equal(rules.map(({code}) => code));
    expect(plain.find(({code}: {code: string}) => code === 'RL203')).to.include({
      severity: 'error',
      fixable: true,
      fix: 'unsafe',
    });
  });

  describe('completions', () => {
    for (const shell of shells) {
      it(`${shell} takes what is printed`, async function () {
        if (!hasShell(shell)) this.skip();
        const {out} = await new Desk().run('completions', shell);
        expect(() => execFileSync(shell, ['-n'], {input: out, stdio: 'pipe'})).not.to.throw();
      });
    }

    it('zsh is told what each option takes: nothing, one of some values, or a file', async () => {
      const {out} = await new Desk().run('completions', 'zsh');
      expect(commands.flatMap(({groups}) => groups).flatMap(({options}) => options)).not.to.be.empty;
      for (const {options} of commands.flatMap(({groups}) => groups))
        for (const {name, value, values, file} of options) {
          const lines = out.split('\n').filter(line => RegExp(`'\\*?--${name}[=[]`).test(line));
          const taken = values === undefined ? (file ? '_files' : '') : `(${values.join(' ')})`;
          const argument = value === undefined ? '' : `:${value}:${taken}`;
          expect(lines, name).not.to.be.empty;
          for (const line of lines)
            expect(line.replace(/ \\$/, '')).to.satisfy((text: string) => text.endsWith(`]${argument}'`));
        }
    });

    it('bash completes commands, options, their values and codes', async function () {
      if (!hasShell('bash')) this.skip();
      const {out} = await new Desk().run('completions', 'bash');
      const complete = (...words: string[]): string[] => {
        const script = `${out}\nCOMP_WORDS=(retry-lint ${words.map(word => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}; _retry_lint; printf '%s\\n' "\${COMPREPLY[@]}"`;
        return execFileSync('bash', ['-c', script], {encoding: 'utf8', cwd: new Desk().folder}).trim().split('\n');
      };
      expect(complete('expl')).to.deep.equal(['explain']);
      expect(complete('--fix')).to.deep.equal(['--fix', '--fix-dry-run']);
      expect(complete('--preset', 's')).to.deep.equal(['strict']);
      expect(complete('explain', 'RL20')).to.include.members(['RL201', 'RL203']);
      expect(complete('baseline', '--pr')).to.deep.equal(['--prune', '--preset']);
    });

    it('refuse another shell', async () => {
      expect((await new Desk().run('completions', 'tcsh')).err).to.equal(
        'The shell must be one of bash, zsh, fish, got "tcsh".\n',
      );
    });
  });
});
