/** What is published beside the package: its name on npm, its hook and its action. */
import {execFileSync, spawnSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {expect} from 'chai';
import {parse} from 'yaml';
import {hasPolicyName} from '../../../lint/io/policy-file.ts';
import {Desk} from './desk.ts';

const root = new URL('../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const json = (path: string) => JSON.parse(read(path));

describe('what is published of retry-lint', () => {
  const {version, engines, bin, exports} = json('package.json');

  it('the package retry-lint has the version of steadfetch, and runs that one', () => {
    const shim = json('packages/retry-lint/package.json');
    expect(shim).to.deep.include({version, engines, dependencies: {steadfetch: version}});
    expect(exports['./retry-lint']).to.equal(bin['retry-lint']);
    expect(read('packages/retry-lint/retry-lint.cjs')).to.contain("require('steadfetch/retry-lint')");
  });

  it('the hooks take the files that a folder is searched for', () => {
    const hooks = parse(read('.pre-commit-hooks.yaml')) as {id: string; files: string; entry: string}[];
    expect(hooks.map(({id}) => id)).to.deep.equal(['retry-lint', 'retry-lint-fix']);
    const names = [
      'retry-policy.json',
      'retry-policy.shop.yaml',
      'a.retry.jsonc',
      'b.retry.yml',
      'retry.json',
      'policy.json',
    ];
    for (const {files} of hooks) {
      const matches = new RegExp(files);
      for (const name of names)
        expect(matches.test(`deep/${name}`), `${name} by ${files}`).to.equal(hasPolicyName(name));
    }
  });

  describe('the action', () => {
    const {inputs, runs} = parse(read('action.yml'));
    const [{run, env}] = runs.steps;

    it('runs this version, and puts no input into its script', () => {
      expect(inputs.version.default).to.equal(version);
      expect(run).to.not.contain('${{');
      expect(Object.keys(env).sort()).to.deep.equal(['ARGS', 'FILES', 'SARIF', 'VERSION']);
    });

    /** Stands in for npx: says what it was asked, writes a summary, and ends with 1. */
    const npx = `#!/bin/sh
for word; do
  echo "[$word]"
  case $word in github-summary=*) echo "# done" > "\${word#*=}" ;; esac
done
exit 1
`;

    it('asks for annotations, a summary and SARIF, and ends as retry-lint does', function () {
      if (spawnSync('bash', ['-c', 'true']).status !== 0) this.skip();
      const desk = new Desk({'bin/npx': npx, 'a b.json': ''});
      execFileSync('chmod', ['+x', desk.at('bin/npx')]);
      const {status, stdout} = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', run], {
        cwd: desk.folder,
        encoding: 'utf8',
        env: {
          PATH: `${desk.at('bin')}:${process.env.PATH}`,
          GITHUB_STEP_SUMMARY: desk.at('summary.md'),
          VERSION: '1.2.3',
          FILES: '*.json config/**',
          ARGS: '--preset strict',
          SARIF: 'out.sarif',
        },
      });
      const words = stdout
        .trim()
        .split('\n')
        .filter(word => !word.includes('github-summary='));
      expect(words.join(' ')).to.equal(
        '[--yes] [retry-lint@1.2.3] [--format] [github] [--format] [--format] [sarif=out.sarif] [--preset] [strict] [--] [*.json] [config/**]',
      );
      expect(status).to.equal(1);
      expect(desk.read('summary.md')).to.equal('# done\n');
    });
  });
});
