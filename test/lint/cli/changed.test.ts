/** `--changed`: lints only files that differ by git. */
import {execFileSync} from 'node:child_process';
import {rmSync} from 'node:fs';
import {expect} from 'chai';
import {clean, Desk, wavy} from './desk.ts';

const identity = ['-c', 'user.name=ada', '-c', 'user.email=ada@example.com', '-c', 'init.defaultBranch=main'];

function git(desk: Desk, ...args: string[]): void {
  const env = {...process.env, GIT_CONFIG_GLOBAL: '', GIT_CONFIG_NOSYSTEM: '1'};
  execFileSync('git', [...identity, ...args], {cwd: desk.folder, stdio: 'pipe', env});
}

function repository(files: Record<string, string>): Desk {
  const desk = new Desk(files);
  git(desk, 'init', '--quiet');
  git(desk, 'add', '.');
  git(desk, 'commit', '--quiet', '--message', 'first');
  return desk;
}

async function linted(desk: Desk, ...argv: string[]): Promise<string[]> {
  const {out} = await desk.run('-f', 'json', ...argv);
  return JSON.parse(out).findings.map(({path}: {path: string}) => path);
}

describe('retry-lint --changed', () => {
  it('lints uncommitted files: changed, staged and new', async () => {
    const desk = repository({'a.retry.json': wavy, 'b.retry.json': clean, 'c.retry.json': clean});
    expect(await desk.run('--changed')).to.deep.equal({code: 0, out: 'No findings in 0 files.\n', err: ''});
    desk.write('b.retry.json', wavy);
    desk.write('c.retry.json', wavy);
    git(desk, 'add', 'c.retry.json');
    desk.write('deep/new one.retry.json', wavy);
    expect(await linted(desk, '--changed')).to.deep.equal(['b.retry.json', 'c.retry.json', 'deep/new one.retry.json']);
    expect(await linted(desk, '--changed', 'deep')).to.deep.equal(['deep/new one.retry.json']);
  });

  it('lints the changes of a branch, and not those of other branches', async () => {
    const desk = repository({'a.retry.json': wavy, 'b.retry.json': clean});
    git(desk, 'checkout', '--quiet', '-b', 'feature');
    desk.write('b.retry.json', wavy);
    git(desk, 'commit', '--quiet', '--all', '--message', 'ours');
    git(desk, 'checkout', '--quiet', 'main');
    desk.write('a.retry.json', `${wavy}\n`);
    git(desk, 'commit', '--quiet', '--all', '--message', 'theirs');
    git(desk, 'checkout', '--quiet', 'feature');
    expect(await linted(desk, '--changed=main')).to.deep.equal(['b.retry.json']);
    expect(await linted(desk, '--changed')).to.deep.equal([]);
  });

  it('lints policies that extend a changed or deleted file', async () => {
    const desk = repository({
      'base.json': clean,
      'a.retry.json': '{"extends": ["./base.json"]}',
      'b.retry.json': wavy,
      'c.retry.json': '{"extends": ["./gone.json"]}',
      'gone.json': clean,
    });
    desk.write('base.json', wavy);
    rmSync(desk.at('gone.json'));
    expect(await linted(desk, '--changed')).to.deep.equal(['a.retry.json', 'c.retry.json']);
  });

  it('lints all files before the first commit', async () => {
    const desk = new Desk({'a.retry.json': wavy});
    git(desk, 'init', '--quiet');
    git(desk, 'add', '.');
    expect(await linted(desk, '--changed')).to.deep.equal(['a.retry.json']);
  });

  it('works below the top of the repository', async () => {
    const desk = repository({'deep/a.retry.json': clean, 'base.json': clean});
    desk.write('deep/a.retry.json', wavy);
    const {out} = await desk.runIn('deep', '-f', 'json', '--changed');
    expect(JSON.parse(out).findings.map(({path}: {path: string}) => path)).to.deep.equal(['a.retry.json']);
  });

  it('refuses a commit that does not exist, and a name that looks like an option', async () => {
    const desk = repository({'a.retry.json': clean});
    for (const ref of ['nowhere', '--output=x'])
      expect(await desk.run(`--changed=${ref}`)).to.deep.equal({
        code: 2,
        out: '',
        err: `--changed: git knows no commit "${ref}". In CI, fetch it first.\n`,
      });
  });

  it('needs a repository', async () => {
    const {code, err} = await new Desk({'a.retry.json': clean}).run('--changed');
    expect(code).to.equal(2);
    expect(err).to.match(/^--changed: git says: .*not a git repository/);
  });
});
