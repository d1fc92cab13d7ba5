/** What is published beside the package: its name on npm, its hook and its action. */
import {execFileSync, spawnSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {expect} from 'chai';
import {parse} from 'yaml';
import {isBelow} from '../../../lint/io/paths.ts';
import {Desk} from './desk.ts';

const root = new URL('../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const json = (path: string) => JSON.parse(read(path));

/** The block of the guide that is a configuration of pre-commit. */
const hookOf = (guide: string): string => /```yaml\n(repos:\n[\s\S]*?)```/.exec(guide)?.[1] ?? '';

describe('what is published of retry-lint', () => {
  const {version, engines} = json('package.json');

  it('the package retry-lint has the version of steadfetch, and needs no package', () => {
    const linter = json('packages/retry-lint/package.json');
    expect(linter).to.deep.include({version, engines});
    expect(linter).to.not.have.any.keys('dependencies', 'peerDependencies', 'optionalDependencies');
  });

  it('the guide names this version for pip and uv, too', () => {
    const versions = [...read('docs/retry-lint.md').matchAll(/retry-lint(?:@|==)(\d+\.\d+\.\d+)/g)];
    expect(versions.length).to.be.above(3);
    for (const [text, named] of versions) expect(named, text).to.equal(version);
  });

  it('the hook searches the folder where any file changed that may be a policy, with this version', () => {
    const {hooks} = parse(hookOf(read('docs/retry-lint.md'))).repos[0];
    const [{id, entry, files, pass_filenames: passes, additional_dependencies: packages}] = hooks;
    expect({id, entry, passes, packages}).to.deep.equal({
      id: 'retry-lint',
      entry: 'retry-lint --allow-empty',
      passes: false,
      packages: [`retry-lint@${version}`],
    });
    const names = ['retry-policy.json', 'retry-policy.shop.yaml', 'a.retry.jsonc', 'b.retry.yml', 'policy.json'];
    for (const name of names) expect(`deep/${name}`).to.match(new RegExp(files));
  });

  describe('the action', () => {
    const {inputs, runs} = parse(read('action.yml'));
    const [{run, env}] = runs.steps;

    it('runs this version, and inserts no input into its script', () => {
      expect(inputs.version.default).to.equal(version);
      expect(run).to.not.contain('${{');
      for (const value of Object.values(env)) expect(value).to.match(/^\$\{\{ (?:inputs|github)\./);
    });

    /** Stands in for npm: installs a retry-lint that says what it was asked, writes a summary, and ends with 1. */
    const npm = `#!/bin/sh
echo "[npm $*] in $PWD" >> "$LOG"
mkdir -p node_modules/.bin
cat > node_modules/.bin/retry-lint <<'EOF'
#!/bin/sh
for word; do
  echo "[$word]"
  case $word in github-summary=*) echo "# done" > "\${word#*=}" ;; esac
done
exit 1
EOF
chmod +x node_modules/.bin/retry-lint
`;

    /** What the action says to retry-lint, and how it ends. */
    function act(desk: Desk, variables: Readonly<Record<string, string>>, folder = '.') {
      desk.write('bin/npm', npm);
      execFileSync('chmod', ['+x', desk.at('bin/npm')]);
      const {status, stdout, stderr} = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', run], {
        cwd: desk.at(folder),
        encoding: 'utf8',
        env: {
          PATH: `${desk.at('bin')}:${process.env.PATH}`,
          LOG: desk.at('npm.log'),
          GITHUB_STEP_SUMMARY: desk.at('summary.md'),
          GITHUB_WORKSPACE: desk.folder,
          GITHUB_REPOSITORY: 'acme/shop',
          VERSION: '1.2.3',
          FILES: '.',
          ARGS: '',
          SARIF: '',
          CONFIG_OF_FORKS: 'false',
          HEAD: '',
          IS_CHANGE: 'false',
          ...variables,
        },
      });
      const said = stdout
        .replace(/github-summary=[^\]]*/, 'github-summary=…')
        .trim()
        .split('\n')
        .join(' ');
      return {status, said, stderr};
    }

    before(function () {
      if (spawnSync('bash', ['-c', 'true']).status !== 0) this.skip();
    });

    it('writes annotations, a summary and SARIF, and has the exit code of retry-lint', () => {
      const desk = new Desk({'a b.json': ''});
      const {status, said} = act(desk, {FILES: '*.json config/**', ARGS: '--preset strict', SARIF: 'out.sarif'});
      expect(said).to.equal(
        `[--format] [github] [--format] [github-summary=…] [--paths-from] [${desk.folder}] [--format] [sarif=out.sarif] [--preset] [strict] [--] [*.json] [config/**]`,
      );
      expect(status).to.equal(1);
      expect(desk.read('summary.md')).to.equal('# done\n');
    });

    it('lints the whole folder by default', () => {
      expect(inputs.files.default).to.equal('.');
      expect(act(new Desk(), {FILES: inputs.files.default}).said).to.match(/\[--\] \[\.\]$/);
    });

    it('installs outside of the checkout, and runs no code of it', () => {
      const desk = new Desk({
        'app/.npmrc': 'registry=https://evil.example\n',
        'app/node_modules/.bin/retry-lint': '#!/bin/sh\necho evil\n',
      });
      execFileSync('chmod', ['+x', desk.at('app/node_modules/.bin/retry-lint')]);
      expect(act(desk, {}, 'app').said).to.not.contain('evil');
      const [, line = '', folder = ''] = /^\[npm (.*)\] in (.*)\n$/.exec(desk.read('npm.log')) ?? [];
      expect(line).to.match(/^install .*--ignore-scripts .*retry-lint@1\.2\.3$/);
      expect(isBelow(desk.folder, folder), folder).to.equal(false);
    });

    const origins: [what: string, variables: Record<string, string>, readsConfig: boolean][] = [
      ['a push', {}, true],
      ['a pull request of the repository', {IS_CHANGE: 'true', HEAD: 'acme/shop'}, true],
      ['a pull request from a fork', {IS_CHANGE: 'true', HEAD: 'mallory/shop'}, false],
      ['a pull request from a fork that is gone', {IS_CHANGE: 'true', HEAD: ''}, false],
      ['a trusted fork', {IS_CHANGE: 'true', HEAD: 'ada/shop', CONFIG_OF_FORKS: 'true'}, true],
    ];
    for (const [what, variables, readsConfig] of origins) {
      it(`reads ${readsConfig ? 'the' : 'no'} configuration for ${what}`, () => {
        expect(act(new Desk(), variables).said.includes('[--no-config]')).to.equal(!readsConfig);
      });
    }
  });

  it('every action of a workflow is pinned by commit', () => {
    const uses = [...read('.github/workflows/ci.yml').matchAll(/uses: (\S+)(.*)/g)];
    expect(uses).to.not.be.empty;
    for (const [, action, comment] of uses) {
      expect(action).to.match(/^[\w-]+\/[\w/-]+@[0-9a-f]{40}$/);
      expect(comment).to.match(/^ # v\d+\.\d+\.\d+$/);
    }
  });
});
