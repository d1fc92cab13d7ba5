/** The command retry-lint in the other runtimes that run programs for Node: it prints what it prints under Node. */
import {spawnSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect} from 'chai';
import {bundlePrograms} from '../../scripts/bundle/programs.ts';
import {bun, deno, installRuntime} from './hosts.ts';

const rule = `export default {
  code: 'ACME101', name: 'use-a-name', category: 'hygiene', severity: 'warning', confidence: 'high', summary: 'S', documentation: () => ({why: 'W',
  sources: [], bad: [{}], good: [{}]}), check: () => [{at: '', message: 'No.'}],
}`;

describe('retry-lint', () => {
  let folder: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'steadfetch-runtime-'));
    await bundlePrograms(folder);
    mkdirSync(join(folder, 'home'));
    writeFileSync(join(folder, 'p.json'), '{"backoff": {"jitter": "none"}}');
    writeFileSync(join(folder, 'p.yaml'), 'backoff: {jitter: none}\n');
    writeFileSync(join(folder, 'rules.mjs'), rule);
    writeFileSync(join(folder, '.retry-lintrc.json'), '{"plugins": ["./rules.mjs"]}');
  });
  after(() => rmSync(folder, {recursive: true, force: true}));

  const run = (binary: string, args: readonly string[]) => {
    const argv = [...args, join(folder, 'retry-lint.cjs'), 'p.json', '*.yaml'];
    const env = {PATH: process.env.PATH, HOME: join(folder, 'home'), DENO_DIR: join(folder, 'deno')};
    const {status, stdout, stderr} = spawnSync(binary, argv, {cwd: folder, encoding: 'utf8', env});
    return {status, stdout, stderr};
  };

  for (const runtime of [bun, deno])
    it(`says under ${runtime.name} ${runtime.version} what it says under Node`, async function () {
      const place = join(folder, runtime.name);
      mkdirSync(place);
      const binary = await installRuntime(runtime, place);
      if (binary === undefined) {
        console.log(`      skipped: ${runtime.package} cannot be installed here`);
        return this.skip();
      }
      const expected = run(process.execPath, []);
      expect(expected.stdout).to.contain('RL203').and.contain('ACME101');
      const args = runtime === deno ? ['run', '--allow-read', '--allow-write', '--allow-env', '--allow-sys'] : [];
      for (const start of ['first', 'second']) expect(run(binary, args), start).to.deep.equal(expected);
      expect(readdirSync(folder)).to.not.include('.cache');
    });
});
