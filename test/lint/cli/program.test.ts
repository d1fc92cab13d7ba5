/** The bundled program, alone in an empty folder: nothing of it was left behind, and nothing is loaded that a run does not need. */
import {type SpawnSyncReturns, spawnSync} from 'node:child_process';
import {cpSync, rmSync} from 'node:fs';
import {builtinModules} from 'node:module';
import {Script} from 'node:vm';
import {expect} from 'chai';
import {rules} from '../../../lint/rules/index.ts';
import {bundlePrograms} from '../../../scripts/bundle/programs.ts';
import {clean, Desk, wavy} from './desk.ts';

/** Says at its end which of Node's larger modules were loaded. */
const spy = `
process.on('exit', () => {
  const isLoaded = name => process.moduleLoadList.includes('NativeModule ' + name);
  console.error(JSON.stringify(['net', 'stream', 'child_process'].filter(isLoaded)));
});
`;

describe('the program retry-lint', () => {
  let home: Desk;
  let program: string;

  before(async () => {
    home = Desk.lasting();
    program = home.at('dist/retry-lint.cjs');
    await bundlePrograms(home.at('dist'));
    // As in the package.
    cpSync(new URL('../../../docs/rules', import.meta.url), home.at('docs/rules'), {recursive: true});
    home.write('spy.cjs', spy);
  });
  after(() => rmSync(home.folder, {recursive: true, force: true}));

  function start(
    desk: Desk,
    argv: readonly string[],
    input = '',
    flags: readonly string[] = [],
  ): SpawnSyncReturns<string> {
    const env = {PATH: process.env.PATH};
    return spawnSync(process.execPath, [...flags, program, ...argv], {cwd: desk.folder, encoding: 'utf8', input, env});
  }

  const files = ['retry-lint.cjs', 'retry-lint-main.cjs', 'retry-lint-mcp.cjs'];
  /** Modules, loaded when they are needed. */
  const modules = ['./retry-lint-lsp.js', './python.js', './configurations.js'];

  it('consists of three files that import only Node’s own modules, and three that load when they are needed', () => {
    const required = files.flatMap(file =>
      [...home.read(`dist/${file}`).matchAll(/\b(?:require|import)\("([^"]+)"\)/g)].map(([, name]) =>
        name!.replace('node:', ''),
      ),
    );
    const own = [...files.slice(1).map(file => `./${file}`), ...modules];
    expect(required).to.include.members(['fs', ...own]);
    expect(required.filter(name => !builtinModules.includes(name) && !own.includes(name))).to.deep.equal([]);
  });

  it('is plain source text, which Node compiles unchanged', () => {
    for (const file of files) {
      const text = home.read(`dist/${file}`);
      expect(text).to.match(/^[\0-\x7F]*$/);
      expect(() => new Script(`(function () {${text.replace(/^#!.*/, '')}})`)).not.to.throw();
    }
    const program = home.read('dist/retry-lint-main.cjs');
    for (const {code, name, summary} of rules) expect(program).to.contain(code).and.contain(name).and.contain(summary);
  });

  it('runs alone in an empty folder', () => {
    const desk = new Desk({'policy.json': wavy, 'policy.yaml': 'backoff: {jitter: none}\n'});
    const empty = new Desk(Object.fromEntries(files.map(file => [file, home.read(`dist/${file}`)])));
    const {status, stdout} = spawnSync(process.execPath, [empty.at('retry-lint.cjs'), '*.json', 'policy.yaml'], {
      cwd: desk.folder,
      encoding: 'utf8',
      env: {PATH: process.env.PATH},
    });
    expect(status).to.equal(1);
    expect(stdout).to.contain('2 errors in 2 files.');
  });

  it('lints without the pages of the rules, and says where they are', () => {
    const desk = new Desk({
      ...Object.fromEntries(files.map(file => [file, home.read(`dist/${file}`)])),
      'p.json': wavy,
    });
    const alone = (...argv: readonly string[]) =>
      spawnSync(process.execPath, [desk.at('retry-lint.cjs'), ...argv], {cwd: desk.folder, encoding: 'utf8'});
    const why =
      /^The page docs\/rules\/RL203\.md of this installation of retry-lint does not exist\. It is also at https:\S+\/RL203\.md\.$/;
    const explained = alone('explain', 'RL203');
    expect(explained).to.include({status: 2, stdout: ''});
    expect(explained.stderr.trimEnd()).to.match(why);
    const {status, stdout} = alone('-f', 'sarif', 'p.json');
    expect(status).to.equal(1);
    expect(JSON.parse(stdout).runs[0].tool.driver.rules[0].help.text).to.match(why);
  });

  it('lints, fixes and explains policies in every format', () => {
    const desk = new Desk({'a.retry.json': wavy, 'b.retry.yaml': 'backoff: {jitter: none}\n', 'c.json': wavy});
    const {status, stdout, stderr} = start(desk, ['--fix-dry-run', '--unsafe-fixes', '.', '*.json']);
    expect({status, stderr}).to.deep.equal({status: 0, stderr: 'No findings in 3 files.\n'});
    expect(stdout.match(/^\+\+\+ .*/gm)).to.deep.equal(['+++ b/a.retry.json', '+++ b/b.retry.yaml', '+++ b/c.json']);
    expect(start(desk, ['explain', 'RL203']).stdout).to.match(/^RL203 no-synchronized-retries\n/);
    const read = start(desk, ['-', '-f', 'json'], wavy);
    expect(read.status).to.equal(1);
    expect(JSON.parse(read.stdout).findings[0].path).to.equal('<stdin>');
    expect(start(desk, ['gone.json'])).to.include({status: 2, stdout: '', stderr: 'gone.json does not exist.\n'});
  });

  it('is a language server, in a file that no other command loads', () => {
    const message = (content: object): string => {
      const text = JSON.stringify({jsonrpc: '2.0', ...content});
      return `Content-Length: ${text.length}\r\n\r\n${text}`;
    };
    const params = {processId: null, rootUri: null, capabilities: {}};
    const input =
      message({id: 1, method: 'initialize', params}) + message({id: 2, method: 'shutdown'}) + message({method: 'exit'});
    const {status, stdout, stderr} = start(new Desk(), ['lsp', '--stdio'], input);
    expect({status, stderr}).to.deep.equal({status: 0, stderr: ''});
    expect(stdout).to.contain('"serverInfo":{"name":"retry-lint"');
    const main = home.read('dist/retry-lint-main.cjs');
    expect(main)
      .to.not.contain('textDocument/')
      .and.not.contain('markdownDescription')
      .and.not.contain('FormatReplacement');
  });

  it('serves coding agents, from a file that no other command loads', () => {
    const params = {protocolVersion: '2025-06-18', capabilities: {}, clientInfo: {name: 'test', version: '1'}};
    const {status, stdout, stderr} = start(
      new Desk(),
      ['mcp'],
      `${JSON.stringify({jsonrpc: '2.0', id: 1, method: 'initialize', params})}\n`,
    );
    expect({status, stderr}).to.deep.equal({status: 0, stderr: ''});
    expect(stdout).to.contain('"serverInfo":{"name":"retry-lint"');
    for (const file of files.slice(0, -1)) expect(home.read(`dist/${file}`)).to.not.contain('tools/call');
    expect(home.read('dist/retry-lint-mcp.cjs').length).to.be.below(1_100_000);
  });

  it('loads rules that are ECMAScript modules, although it is CommonJS', () => {
    const rule = `export default [{
      code: 'ACME101', name: 'use-a-name', category: 'hygiene', severity: 'error', confidence: 'high', summary: 'S', documentation: () => ({why: 'W',
      sources: [], bad: [{}], good: [{}]}), check: () => [{at: '', message: 'No.'}],
    }]`;
    const desk = new Desk({'.retry-lintrc.json': '{"plugins": ["./r.mjs"]}', 'r.mjs': rule, 'p.json': clean});
    const {stdout, stderr} = start(desk, ['p.json']);
    expect(stdout).to.contain('ACME101 use-a-name');
    expect(stderr).to.equal('');
  });

  it('loads none of Node’s larger modules for a policy, whatever its format', () => {
    const desk = new Desk({'a.json': wavy, 'a.yaml': 'backoff: {jitter: none}\n'});
    for (const argv of [['a.json'], ['a.yaml'], ['*.json']]) {
      const {stderr} = start(desk, argv, '', ['--require', home.at('spy.cjs')]);
      expect(JSON.parse(stderr), argv[0]).to.deep.equal([]);
    }
  });

  it('writes a report that is larger than a pipe to its last byte', () => {
    const files = Object.fromEntries(Array.from({length: 60}, (_, index) => [`${index}.retry.json`, wavy]));
    const {status, stdout} = start(new Desk(files), ['-f', 'sarif']);
    expect(status).to.equal(1);
    expect(stdout.length).to.be.above(100_000);
    expect(JSON.parse(stdout).runs[0].results).to.have.length(60);
  });

  it('ends without a message when its output is closed', () => {
    const desk = new Desk({'a.json': wavy});
    const {stderr} = spawnSync('sh', ['-c', `"${process.execPath}" "${program}" --help | head -n 1`], {
      cwd: desk.folder,
      encoding: 'utf8',
    });
    expect(stderr).to.equal('');
  });
});
