/** What all commands of `steadfetch` have in common: help, version, names, completions, and one way to name a policy and a scenario. */
import {execFileSync} from 'node:child_process';
import {linkSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect} from 'chai';
import {helpOf, optionsOf} from '../../src/cli/command-spec.ts';
import {COMMANDS, HELP} from '../../src/cli/commands.ts';
import {completionsOf} from '../../src/cli/completions.ts';
import {QUEUE} from '../../src/cli/queue-usage.ts';
import {ENDPOINT_SCENARIOS, SCENARIOS} from '../../src/cli/scenario-names.ts';
import {VERSION} from '../../src/core/version.ts';
import {loadPolicySync} from '../../src/load.ts';
import {checkPolicy} from '../../src/policy/validate.ts';
import {scenarios} from '../../src/simulate/scenario/scenarios.ts';
import {Workplace} from './running.ts';

describe('steadfetch', () => {
  let place: Workplace;
  beforeEach(() => {
    place = new Workplace();
  });
  afterEach(() => place.remove());

  for (const spec of [...COMMANDS, QUEUE]) {
    const words = spec.name.split(' ');
    it(`${spec.name} has a help in 80 columns, in four ways, and the version`, async () => {
      const help = {code: 0, stdout: helpOf(spec), stderr: ''};
      expect(await place.call([...words, '--help'])).to.deep.equal(help);
      expect(await place.call([...words, '-h'])).to.deep.equal(help);
      expect(await place.call(['help', ...words])).to.deep.equal(help);
      const version = {code: 0, stdout: `${VERSION}\n`, stderr: ''};
      for (const flag of ['--version', '-V'])
        if (spec !== QUEUE) expect(await place.call([...words, flag])).to.deep.equal(version);
      for (const line of help.stdout.split('\n')) expect(line.length, line).to.be.at.most(80);
      expect(help.stdout).to.contain(`\nMore: ${spec.page}\n`);
      expect(readFileSync(new URL(`../../${spec.page}`, import.meta.url), 'utf8')).to.contain('steadfetch');
    });

    it(`${spec.name} names each option once, and what it is for`, () => {
      const options = optionsOf(spec);
      if (spec !== QUEUE) expect(new Set(options.map(({name}) => name)).size).to.equal(options.length);
      expect(options).not.to.be.empty;
      for (const {name, help} of options)
        expect(help, name)
          .to.match(/^['A-Z&<\w]/)
          .and.not.match(/\.$/);
    });
  }

  it('names every scenario', () => {
    const [ofEndpoints, others] = [true, false].map(has =>
      Object.entries(scenarios).flatMap(([name, {endpoints}]) => (has === (endpoints !== undefined) ? [name] : [])),
    );
    expect(ENDPOINT_SCENARIOS).to.deep.equal(ofEndpoints);
    expect(SCENARIOS).to.deep.equal(others);
  });

  it('says what each command is for, and where the linter is', async () => {
    for (const args of [['--help'], ['-h'], ['help']])
      expect(await place.call(args)).to.deep.equal({code: 0, stdout: HELP, stderr: ''});
    expect(await place.call([])).to.deep.equal({code: 2, stdout: '', stderr: HELP});
    for (const line of HELP.split('\n')) expect(line.length, line).to.be.at.most(80);
    for (const {name, summary} of COMMANDS) expect(HELP.replace(/\s+/g, ' ')).to.contain(`${name} ${summary}`);
    expect(HELP).to.contain('npx retry-lint');
  });

  for (const [typed, said] of [
    [['simulte'], 'Unknown command "simulte"; did you mean simulate?'],
    [['help', 'chao'], 'Unknown command "chao"; did you mean chaos?'],
    [['lint', 'x.json'], 'Policies are linted by the package retry-lint: npx retry-lint.'],
    [['xyz'], `Unknown command "xyz". Commands: ${COMMANDS.map(({name}) => name).join(', ')}.`],
    [['measure', 'http://127.0.0.1:1/', '--timeout', '5'], '--timeout is --deadline here: the time limit of a call.'],
    [['simulate', 'outage'], 'outage is a scenario: --scenario outage.'],
    [['chaos', 'outage', '--scenario', 'spike'], 'One scenario, not 2: outage, spike.'],
    [['compile', 'a.json', '--policy', 'b.json'], 'One policy, not 2: a.json, b.json.'],
    [['compile', '-'], 'Standard input (-) cannot be the policy: name a file, or a preset such as steadfetch:llm.'],
    [
      ['simulate', 'steadfetch:llm', '--policy', 'steadfetch:llm', '--scenario', 'outage'],
      'steadfetch:llm was given twice; each policy is simulated once.',
    ],
  ] as const)
    it(`refuses ${typed.join(' ')}`, async () => {
      expect(await place.call(typed)).to.deep.equal({code: 2, stdout: '', stderr: `${said}\n`});
    });

  it('takes a policy and a scenario as a word or as an option', async () => {
    place.write('policy.json', '{"name": "api"}');
    const [word, option] = [
      await place.call(['compile', 'policy.json']),
      await place.call(['compile', '--policy', 'policy.json']),
    ];
    expect(option).to.deep.equal(word);
    expect(word.code).to.equal(0);
    const json = async (...args: string[]) =>
      (await place.call(['simulate', ...args, '--scenario', 'steady', '--json'])).stdout;
    expect(await json('--policy', 'policy.json')).to.equal(await json('policy.json'));
  });

  it('writes a page only over a page, and a module only over a module', async () => {
    place.write('policy.json', '{"name": "api"}');
    place.write('hand.mjs', 'export const mine = 1;\n');
    expect(
      await place.call(['simulate', 'policy.json', '--scenario', 'steady', '--html', 'policy.json']),
    ).to.deep.equal({
      code: 2,
      stdout: '',
      stderr: '--html policy.json exists, and is no page by its name. Name a file that ends in .html.\n',
    });
    expect(await place.call(['compile', 'policy.json', '--out', 'hand.mjs'])).to.deep.equal({
      code: 2,
      stdout: '',
      stderr: 'hand.mjs exists, and steadfetch compile did not write it. Name another file, or remove it first.\n',
    });
    place.write('made.d.mts', 'export declare const mine: 1;\n');
    expect((await place.call(['compile', 'policy.json', '--out', 'made.mjs'])).code).to.equal(2);
    expect([place.read('policy.json'), place.read('hand.mjs')]).to.deep.equal([
      '{"name": "api"}',
      'export const mine = 1;\n',
    ]);
    for (const name of ['link.html', 'link.mjs']) linkSync(join(place.folder, 'policy.json'), join(place.folder, name));
    expect(
      (await place.call(['simulate', 'policy.json', '--scenario', 'steady', '--html', 'link.html'])).stderr,
    ).to.equal('--html link.html exists, and holds no page. Name another file, or remove it first.\n');
    expect((await place.call(['compile', 'policy.json', '--out', 'link.mjs'])).code).to.equal(2);
    expect(place.read('policy.json')).to.equal('{"name": "api"}');
    for (let times = 0; times < 2; times++) {
      expect((await place.call(['compile', 'policy.json', '--out', 'new.mjs'])).code).to.equal(0);
      expect(
        (await place.call(['simulate', 'policy.json', '--scenario', 'steady', '--html', 'new.html'])).code,
      ).to.equal(0);
    }
  });

  describe('init', () => {
    for (const name of ['retry-policy.jsonc', 'a.json', 'new/deep.yaml'])
      it(`writes a policy that holds into ${name}, and not over a file`, async () => {
        mkdirSync(join(place.folder, 'node_modules/steadfetch/schema'), {recursive: true});
        writeFileSync(join(place.folder, 'node_modules/steadfetch/schema/policy.schema.json'), '{}');
        const args = name === 'retry-policy.jsonc' ? ['init'] : ['init', name];
        expect(await place.call(args)).to.deep.equal({
          code: 0,
          stdout: `Wrote ${name}. Lint it: npx retry-lint ${name}\n`,
          stderr: '',
        });
        const text = place.read(name);
        expect(text).to.match(/[=" ]\.\.?\/node_modules\/steadfetch\/schema\/policy\.schema\.json/);
        const policy = loadPolicySync(join(place.folder, name));
        expect(checkPolicy(policy)).to.deep.equal([]);
        expect(policy).to.include({name: 'service', maxAttempts: 3});
        expect(await place.call(args)).to.deep.equal({
          code: 2,
          stdout: '',
          stderr: `${name} exists already; --force writes over it.\n`,
        });
        place.write(name, 'mine');
        expect((await place.call([...args, '--force'])).code).to.equal(0);
        expect(place.read(name)).to.equal(text);
      });

    it('refuses a name that is no policy, and a folder that is a file', async () => {
      expect(await place.call(['init', 'policy.txt'])).to.deep.equal({
        code: 2,
        stdout: '',
        stderr: 'A policy is JSON or YAML, and ends in .json, .jsonc, .yaml or .yml: try policy.txt.json.\n',
      });
      place.write('file', '');
      const {code, stderr} = await place.call(['init', 'file/policy.json']);
      expect(code).to.equal(1);
      expect(stderr).to.match(/^Cannot write to file\/policy\.json: /);
    });
  });

  describe('completions', () => {
    it('complete commands, options, values and scenarios in bash', () => {
      const script = completionsOf({name: 'steadfetch', commands: COMMANDS}, 'bash');
      const completed = (...words: string[]): string[] =>
        execFileSync(
          'bash',
          [
            '-c',
            `${script}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _steadfetch; printf '%s\\n' "\${COMPREPLY[@]}"`,
            'bash',
            'steadfetch',
            ...words,
          ],
          {encoding: 'utf8', cwd: place.folder},
        )
          .split('\n')
          .filter(word => word !== '');
      expect(completed('sim')).to.deep.equal(['simulate']);
      expect(completed('batch', '--re')).to.deep.equal(['--resume', '--retry-failed']);
      expect(completed('chaos', '--time-from', '')).to.deep.equal(['first-request', 'start']);
      expect(completed('chaos', 'ou')).to.deep.equal(['outage']);
      expect(completed('completions', '')).to.include.members(['bash', 'zsh', 'fish']);
    });

    it('are written for each shell, with every command and option', async () => {
      for (const shell of ['bash', 'zsh', 'fish']) {
        const {code, stdout} = await place.call(['completions', shell]);
        expect(code).to.equal(0);
        for (const spec of COMMANDS)
          for (const {name} of optionsOf(spec)) expect(stdout, `${shell} ${name}`).to.contain(name);
      }
      expect(await place.call(['completions', 'tcsh'])).to.deep.equal({
        code: 2,
        stdout: '',
        stderr: 'The shell must be one of bash, zsh, fish, got "tcsh".\n',
      });
    });
  });
});
