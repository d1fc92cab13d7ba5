/** `npx retry-lint mcp` as it is installed, with the client of the official SDK. */
import {spawnSync} from 'node:child_process';
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {Client} from '@modelcontextprotocol/client';
import {StdioClientTransport} from '@modelcontextprotocol/client/stdio';
import {expect} from 'chai';
import {fullProject} from './projects.ts';

const policy = '{\n  "budgt": {"capacity": 400},\n  "backoff": {"jitter": "none"}\n}\n';

describe('npx retry-lint mcp', () => {
  let folder: string;
  let program: string;
  const client = new Client({name: 'package-test', version: '1.0.0'});

  before(async () => {
    folder = await fullProject();
    writeFileSync(join(folder, 'agent.retry.json'), policy);
    // The program itself: npx between them would not be ended with it.
    program = join(folder, 'node_modules/retry-lint/dist/retry-lint.cjs');
    await client.connect(
      new StdioClientTransport({command: process.execPath, args: [program, 'mcp', folder], cwd: folder}),
    );
  });
  after(() => client.close());

  it('lints and fixes', async () => {
    const linted = await client.callTool({name: 'lint', arguments: {path: 'agent.retry.json'}});
    expect(linted.structuredContent).to.include({errors: 2});
    const fixed = await client.callTool({name: 'fix', arguments: {path: 'agent.retry.json'}});
    expect(fixed.structuredContent).to.include({text: policy.replace('budgt', 'budget')});
    expect(readFileSync(join(folder, 'agent.retry.json'), 'utf8')).to.equal(policy);
  });

  it('explains', async () => {
    const {structuredContent} = await client.callTool({name: 'explain', arguments: {rule: 'RL203'}});
    expect(structuredContent).to.include({rule: 'no-synchronized-retries'});
  });

  it('says in one sentence what keeps it from starting', () => {
    const {status, stderr} = spawnSync(process.execPath, [program, 'mcp', '--plugin', './missing.mjs'], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect({status, stderr}).to.deep.equal({
      status: 2,
      stderr: '--plugin: the module missing.mjs does not exist.\n',
    });
  });

  it('simulates, with the simulator of the package', async () => {
    const {structuredContent} = await client.callTool({
      name: 'simulate',
      arguments: {text: '{"maxAttempts": 3}', scenario: 'brownout'},
    });
    expect(structuredContent).to.have.nested.property('results[1].name', 'policy');
  });
});
