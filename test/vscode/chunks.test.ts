/** When the built language server loads which chunk. */
import {mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect} from 'chai';
import type {CompletionItem, Hover} from 'vscode-languageserver-protocol';
import {ServerThread} from './thread.ts';

const JSON_POLICY = '{\n  "version": 1,\n  "maxAttempts": 3,\n  "backoff": {"jitter": "none"}\n}\n';
const YAML_POLICY = 'version: 1\nmaxAttempts: 3\nbackoff:\n  jitter: none\n';

describe('the language server of the extension', () => {
  let thread: ServerThread | undefined;

  const start = async (...args: Parameters<typeof ServerThread.start>): Promise<ServerThread> => {
    thread = await ServerThread.start(...args);
    return thread;
  };
  afterEach(async () => {
    await thread?.end();
    thread = undefined;
  });

  it('finds, fixes and completes in JSON without a chunk, but for a comma too many', async () => {
    const server = await start({
      'a.retry.json': JSON_POLICY,
      'b.retry.jsonc': `// why\n${JSON_POLICY.replace('3', '3,')}`,
    });
    expect((await server.findings('a.retry.json')).join()).to.match(/^RL203 Retries come in bursts/);
    expect(await server.findings('b.retry.jsonc')).to.deep.equal([]);
    const actions = await server.ask<{title: string}[]>('textDocument/codeAction', {
      textDocument: {uri: 'file:///vscode-vfs/-/shop/a.retry.json'},
      range: {start: {line: 3, character: 15}, end: {line: 3, character: 15}},
      context: {diagnostics: []},
    });
    expect(actions.map(({title}) => title)).to.include('Set jitter to "full" (unsafe)');
    const items = await server.askAt<CompletionItem[]>('textDocument/completion', 'a.retry.json', 2, 17);
    expect(items.map(({detail}) => detail).join()).to.match(/the most that fit into/);
    expect(server.asked).to.deep.equal(['broken-json']);
  });

  it('loads YAML once for documents that are opened at the same time', async () => {
    const server = await start({'a.retry.yaml': YAML_POLICY, 'b.retry.yaml': YAML_POLICY});
    const found = await Promise.all(['a.retry.yaml', 'b.retry.yaml'].map(name => server.findings(name)));
    for (const findings of found) expect(findings.join()).to.match(/^RL203 Retries come in bursts/);
    expect(server.asked).to.deep.equal(['yaml']);
  });

  it('loads the texts of rules, the schema and globs where they are needed', async () => {
    const server = await start({
      'a.retry.json': JSON_POLICY,
      'b.retry.yaml': YAML_POLICY,
      '.retry-lintrc.json': '{"overrides": [{"files": ["b.*"], "rules": {"RL203": "off"}}]}',
    });
    expect(await server.findings('a.retry.json')).to.have.length(1);
    expect(server.asked.splice(0)).to.deep.equal(['globs']);
    const hover = await server.askAt<Hover>('textDocument/hover', 'a.retry.json', 3, 16);
    expect(JSON.stringify(hover.contents)).to.match(
      /Without jitter, clients that failed at the same time wait equally long/,
    );
    expect(server.asked.splice(0)).to.deep.equal(['rule-texts']);
    expect(await server.findings('b.retry.yaml')).to.deep.equal([]);
    const items = await server.askAt<CompletionItem[]>('textDocument/completion', 'b.retry.yaml', 3, 10);
    expect(items.map(({label}) => label)).to.include('full');
    expect(server.asked).to.deep.equal(['yaml', 'schema']);
  });

  it('says in the document and in the log that YAML cannot be read, and goes on with JSON', async () => {
    const server = await start(
      {'a.retry.json': JSON_POLICY, 'b.retry.yaml': YAML_POLICY, 'c.retry.yaml': YAML_POLICY},
      ['yaml'],
    );
    const [found, others] = await Promise.all(['b.retry.yaml', 'c.retry.yaml'].map(name => server.findings(name)));
    expect(found).to.have.length(1).and.to.deep.equal(others);
    expect(found![0]).to.match(
      /This policy is not linted: retry-lint cannot read YAML.*missing\.js.*Restart the Language Server/,
    );
    expect(server.logged).to.have.length(1);
    expect(server.logged[0]).to.match(/^retry-lint cannot read YAML/);
    expect(await server.askAt('textDocument/hover', 'b.retry.yaml', 1, 14)).to.equal(null);
    expect(await server.findings('a.retry.json')).to.have.length(1);
    expect(server.asked).to.deep.equal(['yaml']);
    expect(server.shown).to.deep.equal(server.logged);
  });

  it('loads the rules of a trusted workspace, and says where one fails', async () => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'retry-lint-chunks-')));
    const files = {'a.retry.json': JSON_POLICY, 'own/b.retry.json': JSON_POLICY};
    const rule = (check: string): string =>
      `export default {code: 'ACME101', name: 'use-a-name', category: 'hygiene', severity: 'error', confidence: 'high', summary: 'S', documentation: () => ({why: 'W', sources: [], bad: [{}], good: [{}]}), ${check}};`;
    mkdirSync(join(folder, 'own'));
    for (const [name, text] of Object.entries({
      ...files,
      '.retry-lintrc.json': '{"plugins": ["./rule.mjs"]}',
      'rule.mjs': rule("*check() { yield {at: 'name', message: 'The policy has no name.'}; }"),
      'own/.retry-lintrc.json': '{"plugins": ["./rule.mjs"]}',
      'own/rule.mjs': rule('*check(scope) { scope.gone.there; }'),
    }))
      writeFileSync(join(folder, name), text);
    const server = await start(files, [], folder);
    expect((await server.findings('a.retry.json')).join()).to.contain('ACME101 The policy has no name.');
    expect((await server.findings('own/b.retry.json')).join()).to.match(/the rule ACME101 failed: Cannot read/);
    expect(server.asked).to.deep.equal(['plugins']);
    rmSync(folder, {recursive: true});
  });

  it('says in a hover that reasons of rules are missing', async () => {
    const server = await start({'a.retry.json': JSON_POLICY}, ['rule-texts']);
    const hover = await server.askAt<Hover>('textDocument/hover', 'a.retry.json', 3, 16);
    expect(JSON.stringify(hover.contents)).to.match(/RL203.*retry-lint cannot explain rules/);
  });
});
