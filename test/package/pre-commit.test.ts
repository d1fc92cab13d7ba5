/** The real pre-commit, with the configuration that the guide shows, on a repository of its own. */
import {execFile} from 'node:child_process';
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {delimiter, dirname, join} from 'node:path';
import {expect} from 'chai';
import {findPythonTool, preCommit} from '../../tools/python/find.ts';
import {emptyFolder, packedLinter, type Ran, root, run} from './projects.ts';

const unsafe = '{\n  "maxAttemps": 3,\n  "backoff": {"jitter": "none"}\n}\n';

describe('pre-commit', () => {
  let binary: string;
  let folder: string;

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
    writeFileSync(join(folder, '.pre-commit-config.yaml'), await configuration());
    await run(folder, 'git', 'init', '--quiet');
    await run(folder, 'git', 'add', '.');
  });

  /** The block of the guide with the packages of this build, which no registry has yet, and a second hook that fixes. */
  async function configuration(): Promise<string> {
    const guide = readFileSync(join(root, 'docs/retry-lint.md'), 'utf8');
    const block = /```yaml\n(repos:\n[\s\S]*?)```/.exec(guide)![1]!;
    const shown = block.replace(/\[retry-lint@[^\]]+\]/, JSON.stringify([await packedLinter()]));
    const hook = shown.slice(shown.indexOf('      - id:'));
    const fixing = hook.replace('id: retry-lint', 'id: retry-lint-fix').replace(/entry: .*/, 'entry: retry-lint --fix');
    return `${shown}${fixing.replace(/additional/, 'stages: [manual]\n        additional')}`;
  }

  function preCommitRun(...args: string[]): Promise<Ran> {
    const env = {
      ...process.env,
      PATH: dirname(process.execPath) + delimiter + process.env.PATH,
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
});
