/** The bundled program, alone in an empty folder: nothing of it was left behind, and nothing is loaded that a run does not need. */
import {type SpawnSyncReturns, spawnSync} from 'node:child_process';
import {existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {builtinModules} from 'node:module';
import {join} from 'node:path';
import {expect} from 'chai';
import {bundle} from '../../../scripts/bundle.ts';
import {clean, Desk, wavy} from './desk.ts';

/** Says at its end which texts were compiled, and which of Node's larger modules were loaded. */
const spy = `
const vm = require('node:vm');
const {basename} = require('node:path');
const compiled = [];
vm.Script = class extends vm.Script {
  constructor(text, options) {
    super(text, options);
    compiled.push(basename(options.filename));
  }
};
process.on('exit', () => {
  const isLoaded = name => process.moduleLoadList.includes('NativeModule ' + name);
  console.error(JSON.stringify({compiled, loaded: ['net', 'stream', 'child_process'].filter(isLoaded)}));
});
`;

describe('the program retry-lint', () => {
  let home: Desk;
  let program: string;

  before(async () => {
    home = Desk.lasting();
    program = home.at('retry-lint.cjs');
    await bundle(home.folder);
    home.write('spy.cjs', spy);
  });
  after(() => rmSync(home.folder, {recursive: true, force: true}));

  function start(
    desk: Desk,
    argv: readonly string[],
    input = '',
    flags: readonly string[] = [],
    variables: Readonly<Record<string, string>> = {},
  ): SpawnSyncReturns<string> {
    const env = {PATH: process.env.PATH, ...variables};
    return spawnSync(process.execPath, [...flags, program, ...argv], {cwd: desk.folder, encoding: 'utf8', input, env});
  }

  it('is one file that asks for nothing but Node’s own modules', () => {
    const text = home.read('retry-lint.cjs');
    const required = [...text.matchAll(/\brequire\(\\?"([^"\\]+)\\?"\)/g)].map(([, name]) =>
      name!.replace('node:', ''),
    );
    expect(required).to.include('fs');
    expect(required.filter(name => !builtinModules.includes(name) && !name.startsWith('./'))).to.deep.equal([]);
  });

  it('runs alone in an empty folder', () => {
    const desk = new Desk({'policy.json': wavy, 'policy.yaml': 'backoff: {jitter: none}\n'});
    const empty = new Desk({'anything.cjs': readFileSync(program, 'utf8')});
    const {status, stdout} = spawnSync(process.execPath, [empty.at('anything.cjs'), '*.json', 'policy.yaml'], {
      cwd: desk.folder,
      encoding: 'utf8',
    });
    expect(status).to.equal(1);
    expect(stdout).to.contain('2 errors in 2 files.');
  });

  it('runs where the text of a function has no comments, as in Bun', () => {
    home.write('bun.cjs', 'Function.prototype.toString = () => "function program() {}";');
    const desk = new Desk({'a.json': wavy});
    const {status, stdout, stderr} = start(desk, ['a.json'], '', ['--require', home.at('bun.cjs')]);
    expect({status, stderr}).to.deep.equal({status: 1, stderr: ''});
    expect(stdout).to.contain('RL203');
  });

  describe('the bytecode of an earlier run', () => {
    const cache = (): string => join(home.folder, '.cache');
    const file = (): string => join(cache(), readdirSync(cache())[0]!);
    const lints = (message: string, env: Record<string, string> = {}): void => {
      const {status, stderr} = start(new Desk({'p.json': wavy}), ['p.json'], '', [], env);
      expect({status, stderr}, message).to.deep.equal({status: 1, stderr: ''});
    };

    beforeEach(() => rmSync(cache(), {recursive: true, force: true}));

    it('is kept, and used', () => {
      lints('without');
      const before = statSync(file());
      expect(before.size).to.be.above(50_000);
      lints('with');
      expect(statSync(file()).mtimeMs).to.equal(before.mtimeMs);
      expect(readdirSync(cache())).to.have.length(1);
    });

    it('is of a run of its own kind', () => {
      const desk = new Desk({'p.json': wavy});
      for (const argv of [['--help'], ['-v'], ['help', 'init']]) start(desk, argv);
      expect(existsSync(cache())).to.equal(false);
      for (const argv of [['rules'], ['p.json'], ['-f', 'json', 'p.json']]) start(desk, argv);
      expect(
        readdirSync(cache())
          .map(name => name.split('-')[1])
          .sort(),
      ).to.deep.equal(['lint', 'rules']);
    });

    it('is kept of the packages that few runs need, too', () => {
      const desk = new Desk({'p.yaml': 'backoff: {jitter: none}\n'});
      const kept = (): string[] => readdirSync(cache()).sort();
      const first = start(desk, ['p.yaml']);
      const files = kept();
      expect(files.map(name => name.split('-')[1])).to.deep.equal(['lint', 'yaml']);
      const times = files.map(name => statSync(join(cache(), name)).mtimeMs);
      expect(start(desk, ['p.yaml'])).to.include({status: 1, stdout: first.stdout, stderr: ''});
      expect(kept().map(name => statSync(join(cache(), name)).mtimeMs)).to.deep.equal(times);
    });

    it('that is broken is thrown away', () => {
      lints('without');
      const good = readFileSync(file());
      for (const bad of [Buffer.alloc(0), Buffer.from('garbage'), good.subarray(0, good.length / 2)]) {
        writeFileSync(file(), bad);
        lints(`with ${bad.length} bytes`);
        expect(statSync(file()).size).to.be.above(50_000);
      }
    });

    it('is done without where it cannot be written, or is not wanted', () => {
      lints('not wanted', {NODE_DISABLE_COMPILE_CACHE: '1'});
      expect(existsSync(cache())).to.equal(false);
      writeFileSync(cache(), 'a file, where a folder should be');
      lints('not to be written');
    });
  });

  it('lints, mends and explains, in every format it reads', () => {
    const desk = new Desk({'a.retry.json': wavy, 'b.retry.yaml': 'backoff: {jitter: none}\n', 'c.json': wavy});
    const {status, stdout, stderr} = start(desk, ['--fix-dry-run', '.', '*.json']);
    expect({status, stderr}).to.deep.equal({status: 0, stderr: 'No findings in 3 files.\n'});
    expect(stdout.match(/^\+\+\+ .*/gm)).to.deep.equal(['+++ b/a.retry.json', '+++ b/b.retry.yaml', '+++ b/c.json']);
    expect(start(desk, ['explain', 'RL203']).stdout).to.match(/^RL203 no-synchronised-retries\n/);
    const read = start(desk, ['-', '-f', 'json'], wavy);
    expect(read.status).to.equal(1);
    expect(JSON.parse(read.stdout).findings[0].path).to.equal('<stdin>');
    expect(start(desk, ['gone.json'])).to.include({status: 2, stdout: '', stderr: 'gone.json does not exist.\n'});
  });

  it('loads rules of a project, though it is CommonJS and they are modules', () => {
    const rule = `export default [{
      code: 'ACME101', name: 'use-a-name', category: 'hygiene', severity: 'error', confidence: 'high', summary: 'S', why: 'W',
      sources: [], bad: [{}], good: [{}], check: () => [{at: '', message: 'No.'}],
    }]`;
    const desk = new Desk({'.retry-lintrc.json': '{"plugins": ["./r.mjs"]}', 'r.mjs': rule, 'p.json': clean});
    for (const how of ['compiled', 'from bytecode']) {
      const {stdout, stderr} = start(desk, ['p.json']);
      expect(stdout, how).to.contain('ACME101 use-a-name');
      expect(stderr, how).to.equal('');
    }
  });

  it('loads what few runs need only where it is needed', () => {
    const desk = new Desk({'a.json': wavy, 'a.yaml': 'backoff: {jitter: none}\n'});
    const loadedFor = (...argv: string[]): unknown =>
      JSON.parse(
        start(desk, argv, '', ['--require', home.at('spy.cjs')])
          .stderr.trim()
          .split('\n')
          .at(-1)!,
      );
    expect(loadedFor('a.json')).to.deep.equal({compiled: ['lint'], loaded: []});
    expect(loadedFor('a.yaml')).to.deep.equal({compiled: ['lint', 'yaml'], loaded: []});
    expect(loadedFor('*.json')).to.deep.equal({compiled: ['lint', 'picomatch', 'ignore'], loaded: []});
  });

  it('writes a report that is larger than a pipe to its last byte', () => {
    const files = Object.fromEntries(Array.from({length: 60}, (_, index) => [`${index}.retry.json`, wavy]));
    const {status, stdout} = start(new Desk(files), ['-f', 'sarif']);
    expect(status).to.equal(1);
    expect(stdout.length).to.be.above(100_000);
    expect(JSON.parse(stdout).runs[0].results).to.have.length(60);
  });

  it('ends without a word when nobody reads any more', () => {
    const desk = new Desk({'a.json': wavy});
    const {stderr} = spawnSync('sh', ['-c', `"${process.execPath}" "${program}" --help | head -n 1`], {
      cwd: desk.folder,
      encoding: 'utf8',
    });
    expect(stderr).to.equal('');
  });
});
