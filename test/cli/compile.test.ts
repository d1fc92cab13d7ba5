/** `steadfetch compile`: what it writes, what it refuses, and what `--check` finds. */
import {existsSync, mkdirSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {expect} from 'chai';
import {helpOf} from '../../src/cli/command-spec.ts';
import {COMPILE} from '../../src/cli/compile-usage.ts';
import type {InvalidPolicyError} from '../../src/core.ts';
import {loadPolicy} from '../../src/load.ts';
import {Workplace} from './running.ts';

describe('steadfetch compile', () => {
  const place = new Workplace();
  before(() => {
    place.write('base.json', '{"name": "base", "hedge": {"delayMs": 40}}');
    place.write(
      'shop.json',
      '{"name": "shop", "extends": ["./base.json", "steadfetch:interactive"], "routes": [{"match": {"path": "/a"}, "maxAttempts": 2}]}',
    );
    place.write('wrong.json', '{"maxAttempt": 2, "deadlineMs": "5"}');
    mkdirSync(join(place.folder, 'src'));
  });
  after(() => place.remove());

  it('writes JavaScript to standard output', async () => {
    const {code, stdout, stderr} = await place.call(['compile', 'shop.json']);
    expect([code, stderr]).to.deep.equal([0, '']);
    expect(stdout).to.contain('// Written by steadfetch compile from shop.json.');
    expect(stdout).to.match(/^useHedges\(\);$/m);
    expect(stdout).to.match(/^export function createFetch\(ports = \{\}, policy = /m);
    expect(stdout).to.contain('"deadlineMs": 10000').and.to.contain('"policy": {\n        "maxAttempts": 2\n      }');
  });

  it('writes a module of JavaScript, and its declarations beside it', async () => {
    expect(await place.call(['compile', 'shop.json', '--out', 'src/shop.mjs'])).to.include({code: 0, stdout: ''});
    expect(place.read('src/shop.mjs')).to.contain('// Written by steadfetch compile from ../shop.json.');
    expect(place.read('src/shop.d.mts')).to.contain('export declare function createFetch(ports?: Ports');
  });

  it('writes TypeScript, which has its types itself', async () => {
    expect(await place.call(['compile', 'steadfetch:llm', '--out', 'src/llm.ts'])).to.include({code: 0, stdout: ''});
    expect(place.read('src/llm.ts')).to.contain('const plan: CompiledPlan = {').and.to.contain('from steadfetch:llm.');
    expect(existsSync(join(place.folder, 'src/llm.d.ts'))).to.equal(false);
  });

  it('refuses a wrong policy with the message of loadPolicy, and writes nothing', async () => {
    const message = await loadPolicy(join(place.folder, 'wrong.json')).then(
      () => '',
      (error: unknown) => (error as InvalidPolicyError).message,
    );
    const {code, stderr} = await place.call(['compile', 'wrong.json', '--out', 'wrong.js']);
    expect(code).to.equal(2);
    expect(stderr.replaceAll(`${place.folder}/`, '')).to.equal(`${message.replaceAll(`${place.folder}/`, '')}\n`);
    expect(existsSync(join(place.folder, 'wrong.js'))).to.equal(false);
  });

  it('--check passes after compiling, from another folder too, and with the line ends of Windows', async () => {
    await place.call(['compile', 'shop.json', '--out', 'src/a.js']);
    expect(await place.call(['compile', './shop.json', '--out', './src/a.js', '--check'])).to.include({
      code: 0,
      stdout: '',
      stderr: '',
    });
    for (const name of ['src/a.js', 'src/a.d.ts']) place.write(name, place.read(name).replaceAll('\n', '\r\n'));
    expect(await place.call(['compile', 'shop.json', '--out', 'src/a.js', '--check'])).to.include({code: 0});
  });

  it('--check fails where the policy or the module has changed, or a file is missing, and writes nothing', async () => {
    const check = ['compile', 'steadfetch:default', '--out', 'b.js', '--check'];
    const failed = (file: string) => ({
      code: 1,
      stdout: '',
      stderr: `${file} is not what steadfetch:default compiles to. Run: steadfetch compile steadfetch:default --out b.js\n`,
    });
    expect(await place.call(check)).to.deep.equal(failed('b.js'));
    expect(existsSync(join(place.folder, 'b.js'))).to.equal(false);
    await place.call(check.slice(0, -1));
    const written = place.read('b.js');
    place.write('b.js', written.replace('"maxAttempts": 3', '"maxAttempts": 4'));
    expect(await place.call(check)).to.deep.equal(failed('b.js'));
    expect(place.read('b.js')).to.contain('"maxAttempts": 4');
    place.write('b.js', written);
    rmSync(join(place.folder, 'b.d.ts'));
    expect(await place.call(check)).to.deep.equal(failed('b.d.ts'));
  });

  const usage: readonly (readonly [args: string[], message: string])[] = [
    [[], 'Missing the policy: give a file, or the name of a preset, such as steadfetch:llm.'],
    [['a.json', 'b.json'], 'One policy, not 2: a.json, b.json.'],
    [['shop.json', '--check'], '--check compares a file: name it by --out.'],
    [['shop.json', '--out', 'a.json'], '--out a.json: name a file that ends in .ts, .mts, .js or .mjs.'],
    [['shop.json', '--out', 'a.d.ts'], '--out a.d.ts: name a file that ends in .ts, .mts, .js or .mjs.'],
    [['shop.json', '--out', 'no/a.ts'], '--out no/a.ts: there is no directory no.'],
    [['steadfetch:lmm'], '<policy> is "steadfetch:lmm", which is not a preset; did you mean "steadfetch:llm"?'],
  ];
  for (const [args, message] of usage)
    it(`refuses ${args.join(' ') || 'no argument'}`, async () => {
      expect(await place.call(['compile', ...args])).to.deep.equal({code: 2, stdout: '', stderr: `${message}\n`});
    });

  it('has a help of at most 80 columns', async () => {
    expect(await place.call(['compile', '--help'])).to.deep.equal({code: 0, stdout: helpOf(COMPILE), stderr: ''});
    for (const line of helpOf(COMPILE).split('\n')) expect(line).to.have.length.at.most(80);
  });
});
