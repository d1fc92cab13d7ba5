/** The tools for coding agents, called by the client of the official SDK: what they answer, and what they refuse. */
import {existsSync, rmSync, symlinkSync, truncateSync, utimesSync} from 'node:fs';
import {expect} from 'chai';
import {clean, Desk, wavy} from '../cli/desk.ts';
import {Agent, type Answer} from './agent.ts';

const slips = '{\n  "budgt": {"capacity": 400},\n  "backoff": {"jitter": "none"}\n}\n';

interface FoundData {
  readonly findings: {code: string; path: string; line: number; severity: string; fix: {safety: string} | null}[];
  readonly omitted: number;
}

describe('the server for coding agents', () => {
  it('refuses an invalid folder', async () => {
    const {code, err} = await new Desk().run('mcp', 'gone');
    expect({code, err}).to.deep.equal({code: 2, err: 'gone is not a directory.\n'});
  });

  it('ends when its input ends', async () => {
    const agent = await Agent.start({});
    agent.desk.streams.input.end();
    expect(await agent.exitCode).to.equal(0);
  });
});

describe('the tool lint', () => {
  it('lints every policy of the folder, the worst finding first', async () => {
    const agent = await Agent.start({
      'a.retry.json': '{"budget": null}',
      'sub/b.retry.yaml': 'backoff: {jitter: none}\n',
    });
    const {texts, data} = await agent.call('lint');
    expect(data).to.include({files: 2, errors: 1, warnings: 1, infos: 0, suppressed: 0, omitted: 0});
    const {findings} = data as unknown as FoundData;
    expect(findings.map(({code, path, line, severity}) => [code, path, line, severity])).to.deep.equal([
      ['RL203', 'sub/b.retry.yaml', 1, 'error'],
      ['RL207', 'a.retry.json', 1, 'warning'],
    ]);
    expect(texts[0]).to.match(/^1 error and 1 warning in 2 files\.\nsub\/b\.retry\.yaml:1:11 error RL203 /);
    expect(texts[0]).to.contain('\n  unsafe fix: Set jitter to "full"\n');
  });

  it('lints the others where a file cannot be read, and says so', async () => {
    const agent = await Agent.start({'a.retry.json': '{"budget": null}', 'huge.retry.json': '{}'});
    truncateSync(agent.desk.at('huge.retry.json'), 30_000_000);
    const {texts, data} = await agent.call('lint');
    const said = 'huge.retry.json has 30000000 bytes, and at most 20000000 are read.';
    expect(data).to.deep.include({files: 1, warnings: 1, unreadable: [said]});
    expect(texts[0]).to.contain(said);
  });

  it('counts the configuration of the project, and options of the command', async () => {
    const files = {'a.retry.json': wavy, '.retry-lintrc.json': '{"rules": {"RL203": "off"}}'};
    const quiet = await Agent.start(files);
    expect((await quiet.call('lint')).data).to.include({errors: 0});
    const loud = await Agent.start(files, '--no-config');
    expect((await loud.call('lint')).data).to.include({errors: 1});
  });

  it('bounds its answer', async () => {
    const files = Object.fromEntries(Array.from({length: 130}, (_, index) => [`${index}.retry.json`, wavy]));
    const agent = await Agent.start(files);
    const {texts, data} = await agent.call('lint');
    const {findings, omitted} = data as unknown as FoundData;
    expect(findings).to.have.length(100);
    expect(omitted).to.equal(30);
    expect(texts[0]).to.match(/30 more findings were left out: lint one policy at a time\.$/);
  });
});

describe('files outside of the folder', () => {
  const outside = 'is outside of the folder that this server is for.';

  it('are refused by every tool, however they are named', async () => {
    const agent = await Agent.start({'in/a.retry.json': clean, 'secret.json': wavy}, 'in');
    symlinkSync(agent.desk.at('secret.json'), agent.desk.at('in/link.json'));
    symlinkSync(agent.desk.folder, agent.desk.at('in/up'));
    for (const path of [
      '../secret.json',
      agent.desk.at('secret.json'),
      'link.json',
      'up/secret.json',
      '../secret.json#/x',
    ])
      for (const [tool, more] of [
        ['lint', {}],
        ['fix', {}],
        ['explain', {rule: 'RL203'}],
        ['simulate', {scenario: 'outage'}],
      ] as const)
        expect(await agent.failure(tool, {path, ...more}), `${tool} ${path}`).to.contain(outside);
    for (const glob of ['../*.json', 'up/*.json', `${agent.desk.folder}/*.json`])
      expect(await agent.failure('lint', {path: glob}), glob).to.contain(outside);
    expect(await agent.failure('lint', {path: '../new.json', text: clean})).to.contain(outside);
  });

  it('are not linted where a link in the folder leads to them, also in a repository', async () => {
    const agent = await Agent.start(
      {'.git/HEAD': '', 'in/a.retry.json': clean, 'secret.json': wavy, 'in/own.json': wavy},
      'in',
    );
    symlinkSync('../secret.json', agent.desk.at('in/b.retry.json'));
    symlinkSync('own.json', agent.desk.at('in/c.retry.json'));
    const {texts, data} = await agent.call('lint');
    expect(data).to.include({files: 2, errors: 1});
    expect(texts.join()).not.to.contain('b.retry.json');
  });

  it('count as unreadable where a policy extends them', async () => {
    const agent = await Agent.start({'in/a.retry.json': clean, 'secret.json': '{"secret": '}, 'in');
    const {texts} = await agent.call('lint', {text: '{"extends": ["../secret.json"]}'});
    expect(texts.join()).to.contain('../secret.json, which cannot be read').and.not.contain('as a policy');
  });
});

describe('code of the folder', () => {
  const policy = {'a.retry.json': clean};
  /** A module that leaves a trace beside itself when it runs. */
  const leaving = (trace: string): string =>
    `import {appendFileSync} from 'node:fs';\nappendFileSync(new URL('./${trace}', import.meta.url), '1');\n`;
  const module = (trace: string, at = '.'): Record<string, string> => ({
    [`${at}/rules.mjs`]: `${leaving(trace)}export default ${rule}`,
    [`${at}/.retry-lintrc.json`]: '{"plugins": ["./rules.mjs"], "rules": {"RL207": "off"}}',
  });
  const rule = `{
    code: 'ACME101', name: 'use-a-name', category: 'hygiene', severity: 'error', confidence: 'high', summary: 'S',
    documentation: () => ({why: 'W', sources: [], bad: [{}], good: [{}]}),
    *check() { yield {at: 'name', message: 'It has no name.'}; },
  };`;
  const callAll = async (agent: Agent): Promise<void> => {
    for (const [tool, args] of [
      ['lint', {}],
      ['lint', {text: '{"budget": null}'}],
      ['fix', {text: '{}'}],
      ['explain', {rule: 'RL203', text: '{}'}],
      ['explain', {rule: 'RL203'}],
      ['simulate', {text: '{}', scenario: 'steady', policy: 7}],
    ] as const)
      await agent.call(tool, args);
  };

  it('is run by no tool, and the rest of the configuration applies', async () => {
    const agent = await Agent.start({...policy, ...module('ranInFolder')});
    await callAll(agent);
    expect(existsSync(agent.desk.at('ranInFolder'))).to.equal(false);
    const {data} = await agent.call('lint', {text: '{"budget": null}'});
    expect(data.findings).to.deep.equal([]);
    expect(agent.desk.err.text).to.equal(
      'retry-lint mcp: .retry-lintrc.json:1:14: plugins[0] does not run: start the server with --plugin rules.mjs if its code can be trusted.\n',
    );
  });

  it('is not run where it is invalid, nor where it is above the folder', async () => {
    const broken = {...module('ranBroken'), './rules.mjs': `${leaving('ranBroken')}export default 7;\n`};
    const agent = await Agent.start({...policy, ...broken});
    await callAll(agent);
    expect((await agent.call('lint')).isError).to.equal(false);
    const inner = await Agent.start({'in/a.retry.json': clean, ...module('ranAbove')}, 'in');
    await callAll(inner);
    expect(existsSync(agent.desk.at('ranBroken'))).to.equal(false);
    expect(existsSync(inner.desk.at('ranAbove'))).to.equal(false);
  });

  it('runs once, at the start, where the server is started with its name', async () => {
    const agent = await Agent.start({...policy, ...module('ranByName')}, '--plugin', 'rules.mjs');
    const codes = async (): Promise<string[]> =>
      ((await agent.call('lint')).data as unknown as FoundData).findings.map(({code}) => code);
    expect(await codes()).to.deep.equal(['ACME101']);
    agent.desk.write('rules.mjs', `${leaving('ranLater')}export default ${rule}`);
    utimesSync(agent.desk.at('rules.mjs'), 1e9, 1e9);
    expect(await codes()).to.deep.equal(['ACME101']);
    expect(agent.desk.read('ranByName')).to.equal('1');
    expect(existsSync(agent.desk.at('ranLater'))).to.equal(false);
  });

  it('ends the start with its mistake', async () => {
    const desk = new Desk({'rules.mjs': 'export default 7;\n'});
    const {code, err} = await desk.run('mcp', '--plugin', 'rules.mjs');
    expect(code).to.equal(2);
    expect(err).to.match(/^--plugin: rules\.mjs:1: the default export must be a rule/);
  });
});

describe('files beside and above the folder', () => {
  const codesOf = ({data}: Answer): string[] => (data as unknown as FoundData).findings.map(({code}) => code);

  it('are no configuration, no baseline and no .gitignore of it', async () => {
    const files = {
      '.git/HEAD': 'ref: refs/heads/main\n',
      '.retry-lintrc.json': '{"rules": {"RL203": "off"}}',
      '.gitignore': 'in/a.retry.json\n',
      'in/a.retry.json': wavy,
    };
    expect(codesOf(await (await Agent.start(files, 'in')).call('lint'))).to.deep.equal(['RL203']);
    const accepted = {
      version: 1,
      findings: {
        'in/a.retry.json': [{finding: 'RL203 backoff.jitter', severity: 'error', digest: '510ad85f', numbers: [100]}],
      },
    };
    const named = {
      '.git/HEAD': 'ref: refs/heads/main\n',
      'in/a.retry.json': wavy,
      'in/.retry-lintrc.json': '{"baseline": "../accepted.json"}',
      'accepted.json': JSON.stringify(accepted),
    };
    expect(codesOf(await (await Agent.start(named, 'in')).call('lint'))).to.deep.equal(['RL203']);
    // With the folder above, both apply.
    expect(codesOf(await (await Agent.start(named)).call('lint'))).to.deep.equal([]);
  });

  it('are not read through links in it', async () => {
    const agent = await Agent.start({'in/a.retry.json': wavy, 'config.json': '{"rules": {"RL203": "off"}}'}, 'in');
    symlinkSync(agent.desk.at('config.json'), agent.desk.at('in/.retry-lintrc.json'));
    expect(codesOf(await agent.call('lint'))).to.deep.equal(['RL203']);
  });
});

/** They change no file. */
describe('one server for coding agents', () => {
  let agent: Agent;
  before(async () => {
    agent = await Agent.lasting({
      'a.retry.json': wavy,
      'package.json': `{"retryPolicy": ${wavy}}`,
      'sub/b.retry.json': clean,
      'base.json': wavy,
      'slips.json': slips,
      'orders.json': '{"name": "orders", "maxAttempts": 3}',
    });
  });
  after(async () => {
    await agent.leave();
    rmSync(agent.desk.folder, {recursive: true, force: true});
  });

  it('lists four tools that only read, with schemas for what goes in and comes out', async () => {
    const {client} = agent;
    const {tools} = await client.listTools();
    expect(tools.map(({name}) => name)).to.deep.equal(['lint', 'fix', 'explain', 'simulate']);
    for (const {annotations, inputSchema, outputSchema, description} of tools) {
      expect(annotations).to.include({readOnlyHint: true, openWorldHint: false});
      expect(inputSchema).to.include({type: 'object', additionalProperties: false});
      expect(outputSchema).to.include({type: 'object'});
      expect(description).to.match(/\.$/);
    }
    expect(client.getServerVersion()).to.include({name: 'retry-lint'});
    expect(client.getInstructions()).to.contain('lint it');
  });

  describe('the tool lint', () => {
    it('lints a file, a part of a file, a folder, a glob, and a text', async () => {
      const codes = async (args: Record<string, unknown>): Promise<string[]> =>
        ((await agent.call('lint', args)).data as unknown as FoundData).findings.map(({code}) => code);
      expect(await codes({path: 'a.retry.json'})).to.deep.equal(['RL203']);
      expect(await codes({path: 'package.json#/retryPolicy'})).to.deep.equal(['RL203']);
      expect(await codes({path: 'sub'})).to.deep.equal([]);
      expect(await codes({path: '*.retry.json'})).to.deep.equal(['RL203']);
      expect(await codes({text: wavy})).to.deep.equal(['RL203']);
      expect(await codes({text: 'backoff: {jitter: none}\n', path: 'new.yaml'})).to.deep.equal(['RL203']);
      expect(await codes({text: '{"extends": ["../base.json"]}', path: 'sub/c.json'})).to.deep.equal(['RL203']);
      expect(await codes({text: '{"maxAttempts" 3}'})).to.deep.equal(['RL001']);
    });

    it('says what is wrong with a call', async () => {
      const failures: [args: Record<string, unknown>, message: string | RegExp][] = [
        [{path: 'gone.json'}, 'gone.json does not exist.'],
        [{path: 'package.json#/x', text: '{}'}, 'package.json has nothing at /x.'],
        [{path: '-'}, './- does not exist.'],
        [{text: 'x'.repeat(5_000_001)}, /text: Too big: expected string to have <=5000000 characters/],
        [{file: 'a.retry.json'}, /Unrecognized key: "file"/],
        [{path: 7}, /path: Invalid input: expected string, received number/],
      ];
      for (const [args, message] of failures) {
        const failure = await agent.failure('lint', args);
        if (typeof message === 'string') expect(failure).to.equal(message);
        else expect(failure).to.match(message);
      }
    });
  });

  describe('the tool fix', () => {
    it('returns the text after safe fixes and what is left, and writes nothing', async () => {
      const {texts, data} = await agent.call('fix', {path: 'slips.json'});
      const text = slips.replace('budgt', 'budget');
      expect(data).to.include({path: 'slips.json', changed: true, text, omitted: 0});
      expect(data.fixed).to.have.nested.property('[0].code', 'RL004');
      expect(data.left).to.have.nested.property('[0].code', 'RL203');
      expect(texts).to.have.length(2);
      expect(texts[0]).to.match(
        /^1 finding fixed, 1 left in slips\.json\.\nfixed RL004 in line 2: Rename it to budget\n/,
      );
      expect(texts[1]).to.equal(text);
      expect(agent.desk.read('slips.json')).to.equal(slips);
    });

    it('applies unsafe fixes where it is asked to', async () => {
      const {data} = await agent.call('fix', {text: wavy, unsafe: true});
      expect(data).to.include({changed: true, text: wavy.replace('none', 'full')});
      const {data: same, texts} = await agent.call('fix', {text: clean});
      expect(same).to.include({changed: false, text: clean});
      expect(texts).to.deep.equal(['0 findings fixed, 0 left in policy.json.']);
    });

    it('asks for a policy', async () => {
      expect(await agent.failure('fix')).to.equal('Give the path or the text of a policy.');
    });
  });

  describe('the tool explain', () => {
    it('gives the reasons, and with a policy its arithmetic', async () => {
      const {texts, data} = await agent.call('explain', {
        rule: 'no-unreachable-attempts',
        text: '{"deadlineMs": 10000}',
      });
      expect(data).to.include({code: 'RL303', rule: 'no-unreachable-attempts', fix: 'none'});
      expect(data.page).to.match(/\/docs\/rules\/RL303\.md$/);
      expect(texts[0])
        .to.match(/^## RL303 /)
        .and.contain('the deadline of 10000 ms is long enough for 1 attempt');
      expect((await agent.call('explain', {rule: 'rl303'})).texts[0]).to.not.contain('10000 ms');
      expect(await agent.failure('explain', {rule: 'RL999'})).to.equal(
        'RL999 is not a rule; "retry-lint rules" lists them.',
      );
      expect(await agent.failure('explain', {rule: 'no-flat-backof'})).to.equal(
        'no-flat-backof is not a rule; did you mean "no-flat-backoff"?',
      );
    });
  });

  describe('the tool simulate', function () {
    this.timeout(120_000);

    it('gives the numbers with and without the policy, the same for the same seed', async () => {
      const {texts, data} = await agent.call('simulate', {path: 'orders.json', scenario: 'brownout', seed: 7});
      const [without, having] = data.results as {name: string; successRatio: number; requestsPerCall: number}[];
      expect([without!.name, having!.name]).to.deep.equal(['no policy', 'orders']);
      expect(having!.successRatio).to.be.above(without!.successRatio);
      expect(data).to.include({scenario: 'brownout', seed: 7});
      expect(texts[0])
        .to.match(/^brownout: /)
        .and.contain('requests per call');
      const again = await agent.call('simulate', {path: 'orders.json', scenario: 'brownout', seed: 7});
      expect(again.data).to.deep.equal(data);
    });

    it('refuses a policy with a mistake, and a scenario that there is not', async () => {
      const fail = (args: Record<string, unknown>): Promise<string> => agent.failure('simulate', args);
      expect(await fail({text: '{"maxAttempts": "many"}', scenario: 'outage'})).to.match(
        /^policy\.json: maxAttempts must be .* Correct it before a simulation\.$/,
      );
      expect(await fail({text: '{"budgt": {}}', scenario: 'outage'})).to.equal(
        'policy.json: budgt is not a field of the policy; did you mean "budget"? Correct it before a simulation.',
      );
      expect(await fail({text: '{}', scenario: 'outtage'})).to.contain('expected one of "brownout"');
      expect(await fail({scenario: 'outage'})).to.equal('Give the path or the text of a policy.');
    });

    it('ends when the call is cancelled, and serves the next', async () => {
      const cancel = new AbortController();
      const cancelled = agent.call('simulate', {text: '{}', scenario: 'spike'}, cancel.signal).catch(error => error);
      // The next call waits for the simulation before it.
      const next = agent.call('simulate', {text: '{}', scenario: 'steady'});
      cancel.abort(new Error('enough'));
      expect(await cancelled).to.be.an('error');
      expect((await next).data).to.include({scenario: 'steady'});
    });
  });
});
