/** Which files a command is about. */
import {execFileSync} from 'node:child_process';
import {chmodSync, rmSync, symlinkSync, truncateSync} from 'node:fs';
import {expect} from 'chai';
import type {Finding} from '../../../lint/finding.ts';
import {clean, Desk, findingsOf, wavy} from './desk.ts';

/** The files of a report, in its order. */
async function linted(desk: Desk, ...argv: string[]): Promise<string[]> {
  const {out} = await desk.run('-f', 'json', ...argv);
  return (JSON.parse(out) as {findings: {path: string}[]}).findings.map(({path}) => path);
}

describe('the files of retry-lint', () => {
  it('may not be missing: a file that does not exist is a usage error', async () => {
    expect(await new Desk().run('nope.json')).to.deep.equal({code: 2, out: '', err: 'nope.json does not exist.\n'});
  });

  it('may not be missing in a folder, except with --allow-empty', async () => {
    const desk = new Desk({'package.json': '{}', 'data.json': '{"a": 1}'});
    const {code, err} = await desk.run();
    expect(code).to.equal(2);
    expect(err).to.match(/^No policy was found in this folder\./);
    expect(await desk.run('--allow-empty')).to.deep.equal({code: 0, out: 'No findings in 0 files.\n', err: ''});
    expect((await desk.run('*.yaml')).err).to.match(/^No policy was found in \*\.yaml\./);
  });

  it('that are missing do not keep the others from being linted, fixed and reported', async () => {
    const desk = new Desk({'b.json': '{"maxAtempts": 2}', 'empty/notes.md': '', 'deep/c.json': clean});
    const {code, err} = await desk.run('--fix', '-f', 'sarif=out.sarif', 'missing.json', 'b.json', 'gone/d.json');
    expect({code, err}).to.deep.equal({
      code: 2,
      err: '1 finding fixed in 1 file.\nmissing.json does not exist.\ngone/d.json does not exist.\n',
    });
    expect(desk.read('b.json')).to.contain('maxAttempts');
    expect(JSON.parse(desk.read('out.sarif')).runs).to.have.length(1);
    expect(await desk.run('b.json', 'b.json#/x', 'deep#/x')).to.deep.equal({
      code: 2,
      out: 'No findings in 1 file.\n',
      err: 'b.json has nothing at /x.\ndeep is a folder: /x can be in a file only.\n',
    });
  });

  it('are said to be missing where a folder or a glob beside others finds none', async () => {
    const desk = new Desk({'b.json': clean, 'empty/notes.md': ''});
    const {code, out, err} = await desk.run('b.json', 'empty', 'conifg/*.json');
    expect({code, out}).to.deep.equal({code: 2, out: 'No findings in 1 file.\n'});
    expect(err).to.match(
      /^No policy was found in empty, conifg\/\*\.json\. .* With --allow-empty this is not an error\.\n$/,
    );
    expect(await desk.run('--allow-empty', 'b.json', 'empty')).to.include({code: 0, err: ''});
  });

  it('in a folder are found by their names and by their schema', async () => {
    const schema = './node_modules/steadfetch/schema/policy.schema.json';
    const desk = new Desk({
      'a.retry.json': wavy,
      'retry-policy.jsonc': wavy,
      'retry-policy.shop.yaml': 'backoff: {jitter: none}\n',
      'deep/b.retry.yml': 'backoff: {jitter: none}\n',
      'deep/by-schema.json': `{"$schema": "${schema}", "backoff": {"jitter": "none"}}`,
      'deep/by-comment.yaml': `# yaml-language-server: $schema=${schema}\nbackoff: {jitter: none}\n`,
      'deep/other.json': wavy,
      'deep/other-schema.json': '{"$schema": "https://json.schemastore.org/package.json"}',
      'notes.md': 'no policy',
    });
    const policies = [
      'a.retry.json',
      'deep/b.retry.yml',
      'deep/by-comment.yaml',
      'deep/by-schema.json',
      'retry-policy.jsonc',
      'retry-policy.shop.yaml',
    ];
    expect(await linted(desk)).to.deep.equal(policies);
    expect(await linted(desk, 'deep')).to.deep.equal(policies.filter(path => path.startsWith('deep/')));
  });

  it('in a folder do not include files that git ignores, or installed packages', async () => {
    const desk = new Desk({
      '.git/HEAD': 'ref: refs/heads/main\n',
      '.gitignore': 'build/\n/local.retry.json\n*.tmp.retry.json\n!keep.tmp.retry.json\n',
      'build/a.retry.json': wavy,
      'node_modules/x/a.retry.json': wavy,
      'local.retry.json': wavy,
      'deep/local.retry.json': wavy,
      'deep/a.tmp.retry.json': wavy,
      'deep/keep.tmp.retry.json': wavy,
      'deep/.gitignore': 'mine.retry.json\n',
      'deep/mine.retry.json': wavy,
    });
    const kept = ['deep/keep.tmp.retry.json', 'deep/local.retry.json'];
    expect(await linted(desk)).to.deep.equal(kept);
    const below = await desk.runIn('deep', '-f', 'json');
    expect(JSON.parse(below.out).findings.map(({path}: {path: string}) => path)).to.deep.equal([
      'keep.tmp.retry.json',
      'local.retry.json',
    ]);
    expect(await linted(desk, 'build/a.retry.json')).to.deep.equal(['build/a.retry.json']);
  });

  it('are told apart by case where git does, and left out by .git/info/exclude too', async function () {
    if (process.platform !== 'linux') this.skip();
    const desk = new Desk({
      '.git/HEAD': 'ref: refs/heads/main\n',
      '.git/info/exclude': 'mine.retry.json\n!kept.retry.json\n',
      '.gitignore': '/Config/\nkept.retry.json\n',
      'config/a.retry.json': wavy,
      'mine.retry.json': wavy,
      'kept.retry.json': wavy,
    });
    expect(await linted(desk)).to.deep.equal(['config/a.retry.json']);
  });

  it('with a backslash in their name are in no other folder', async function () {
    if (process.platform === 'win32') this.skip();
    const desk = new Desk({'repo/..\\victim\\v.retry.json': '{"maxAtempts": 2}', 'victim/v.retry.json': wavy});
    const {code} = await desk.runIn('repo', '--fix');
    expect(code).to.equal(0);
    expect(desk.read('victim/v.retry.json')).to.equal(wavy);
    expect(desk.read('repo/..\\victim\\v.retry.json')).to.equal('{"maxAttempts": 2}');
  });

  it('that are larger than any policy are not read', async () => {
    const desk = new Desk({'a.retry.json': wavy, 'huge.retry.json': '{}'});
    truncateSync(desk.at('huge.retry.json'), 3_000_000_000);
    const ended = await desk.run('-f', 'json');
    expect(findingsOf(ended)).to.have.length(1);
    expect({code: ended.code, err: ended.err}).to.deep.equal({
      code: 2,
      err: 'huge.retry.json has 3000000000 bytes, and at most 20000000 are read.\n',
    });
  });

  it('that cannot be read do not end the run', async function () {
    if (process.geteuid === undefined) this.skip();
    const desk = new Desk({
      'a.retry.json': wavy,
      'deep/secret/b.retry.json': wavy,
      'deep/c.retry.json': wavy,
      'deep/d.retry.json': wavy,
    });
    chmodSync(desk.at('deep/secret'), 0);
    chmodSync(desk.at('deep/d.retry.json'), 0);
    const said =
      'deep/secret is not accessible: permission denied.\ndeep/d.retry.json is not accessible: permission denied.\n';
    const {code, out, err} = await desk.runUnprivileged('-f', 'json');
    expect(JSON.parse(out).findings.map(({path}: {path: string}) => path)).to.deep.equal([
      'a.retry.json',
      'deep/c.retry.json',
    ]);
    expect({code, err}).to.deep.equal({code: 2, err: said});
    expect(await desk.runUnprivileged('--exit-zero', '--quiet', '--rule', 'RL203=off')).to.deep.equal({
      code: 0,
      out: 'No findings in 2 files.\n',
      err: said,
    });
    expect(await desk.runUnprivileged('deep/secret', 'deep/d.retry.json')).to.deep.equal({code: 2, out: '', err: said});
    chmodSync(desk.at('deep/secret'), 0o755);
  });

  it('are not found through links to folders, so a circle of links ends', async () => {
    const desk = new Desk({'a.retry.json': wavy});
    symlinkSync('.', desk.at('again'));
    expect(await linted(desk)).to.deep.equal(['a.retry.json']);
  });

  describe('that are links', () => {
    const shop = 'shop/retry-policy.json';
    const pay = 'pay/retry-policy.json';
    const make = (): Desk => {
      const desk = new Desk({
        '.git/HEAD': 'ref: refs/heads/main\n',
        'shared/policy.json': wavy,
        'shop/.keep': '',
        'pay/.keep': '',
      });
      symlinkSync('../shared/policy.json', desk.at(shop));
      return desk;
    };

    it('are linted where a folder, a glob or a configuration finds them', async () => {
      const desk = make();
      expect(await linted(desk)).to.deep.equal([shop]);
      expect(await linted(desk, 'shop')).to.deep.equal([shop]);
      expect(await linted(desk, '*/retry-policy.json')).to.deep.equal([shop]);
      desk.write('.retry-lintrc.json', '{"policies": ["shop/*.json#/backoff"]}');
      expect((await desk.run()).out).to.contain(shop);
    });

    it('are linted in each folder, once for each file', async () => {
      const desk = make();
      symlinkSync('../shop/retry-policy.json', desk.at(pay));
      symlinkSync('retry-policy.json', desk.at('pay/again.retry.json'));
      symlinkSync('policy.json', desk.at('shared/retry-policy.json'));
      const again = 'pay/again.retry.json';
      expect(await linted(desk)).to.deep.equal([again, 'shared/retry-policy.json', shop]);
      expect(await linted(desk, 'shop', 'pay')).to.deep.equal([again, shop]);
      expect(await linted(desk, '**/*.json')).to.deep.equal([again, 'shared/policy.json', shop]);
      expect(await linted(desk, 'shop', 'shared/policy.json')).to.deep.equal(['shared/policy.json', shop]);
    });

    it('are linted with the files that they extend from their own folders', async () => {
      const desk = new Desk({
        '.git/HEAD': 'ref: refs/heads/main\n',
        'shared/policy.txt': '{"extends": ["./common.json"]}',
        'dev/common.json': clean,
        'prod/common.json': wavy,
      });
      for (const folder of ['dev', 'prod']) symlinkSync('../shared/policy.txt', desk.at(`${folder}/api.retry.json`));
      expect((await desk.run('--exit-zero')).out).to.match(/^prod\/api\.retry\.json:1:14 .*in 2 files\./s);
    });

    it('are fixed in the file that they lead to', async () => {
      const desk = make();
      symlinkSync('../shared/policy.json', desk.at(pay));
      const {err} = await desk.run('--fix', '--unsafe-fixes');
      expect(err).to.equal('1 finding fixed in 1 file.\n');
      expect(desk.read('shared/policy.json')).to.contain('"full"');
    });

    it('are named where they lead out of the repository, or to no file', async () => {
      const desk = make();
      const other = new Desk({'p.json': wavy});
      symlinkSync(other.at('p.json'), desk.at(pay));
      symlinkSync('nowhere.json', desk.at('lost.retry.json'));
      symlinkSync('nowhere.json', desk.at('no-policy.json'));
      const {code, out, err} = await desk.run('-f', 'json', '--exit-zero');
      expect(JSON.parse(out).summary).to.include({files: 1});
      expect({code, err}).to.deep.equal({
        code: 0,
        err: `lost.retry.json was not linted: the link leads to no file.\n${pay} was not linted: the link leads out of the repository.\n`,
      });
    });

    it('lead no further than the searched folder where there is no repository', async () => {
      const desk = new Desk({'in/a.retry.json': clean, 'secret.json': wavy});
      symlinkSync('../secret.json', desk.at('in/b.retry.json'));
      expect(await desk.runIn('in')).to.deep.equal({
        code: 0,
        out: 'No findings in 1 file.\n',
        err: 'b.retry.json was not linted: the link leads out of the folder.\n',
      });
      rmSync(desk.at('in/a.retry.json'));
      expect((await desk.runIn('in')).err).to.match(
        /^b\.retry\.json was not linted: .*\nNo policy was found in this folder\./,
      );
    });

    it('count as changed where the file changed that they lead to', async () => {
      const desk = make();
      desk.write('.gitignore', '*.keep\n');
      const git = (...argv: string[]) => execFileSync('git', argv, {cwd: desk.folder, stdio: 'pipe'});
      rmSync(desk.at('.git'), {recursive: true});
      git('init', '-q');
      git('add', '.');
      git('-c', 'user.name=a', '-c', 'user.email=a@b.c', 'commit', '-qm', 'all');
      expect(await linted(desk, '--changed')).to.deep.equal([]);
      desk.write('shared/policy.json', `${wavy}\n`);
      expect(await linted(desk, '--changed')).to.deep.equal([shop]);
    });
  });

  it('may be named by globs, which match any file name, each file once and in order', async () => {
    const desk = new Desk({'b/two.json': wavy, 'a/one.json': wavy, 'a/three.yaml': 'backoff: {jitter: none}\n'});
    expect(await linted(desk, '**/*.json', 'a/one.json')).to.deep.equal(['a/one.json', 'b/two.json']);
    expect(await linted(desk, 'a/*.{json,yaml}')).to.deep.equal(['a/one.json', 'a/three.yaml']);
  });

  it('do not include hidden files for a glob, as in a shell, nor files of the linter itself', async () => {
    const desk = new Desk({
      'sub/a.json': wavy,
      'sub/.retry-lintrc.json': '{}',
      'sub/.retry-lint-baseline.json': '{"version": 1, "findings": {}}',
      'sub/.prettierrc.json': '{}',
      '.config/b.json': wavy,
      'sub/.hidden/c.json': wavy,
    });
    expect(await linted(desk, 'sub/*.json')).to.deep.equal(['sub/a.json']);
    expect(await linted(desk, '**/*.json')).to.deep.equal(['sub/a.json']);
    expect(await linted(desk, '.config/*.json')).to.deep.equal(['.config/b.json']);
    expect(await linted(desk, 'sub/.*/*.json')).to.deep.equal(['sub/.hidden/c.json']);
    expect(await linted(desk, '!(a)/**/*.json')).to.deep.equal(['sub/a.json']);
    expect(await linted(desk, '+(*)/*.json')).to.deep.equal(['sub/a.json']);
    expect(await linted(desk, '{.config,sub}/*.json')).to.deep.equal(['.config/b.json', 'sub/a.json']);
    expect((await desk.run('sub/.retry-lint*.json')).err).to.match(/^No policy was found in sub/);
  });

  it('are reported with paths relative to the working directory', async () => {
    const desk = new Desk({'up.json': wavy, 'deep/here.json': clean});
    const {out} = await desk.runIn('deep', '-f', 'json', '../up.json');
    expect(JSON.parse(out).findings[0].path).to.equal('../up.json');
  });

  it('may come from standard input, with a given name and its neighbors', async () => {
    const desk = new Desk({'deep/base.json': wavy});
    desk.input = 'extends: [./base.json]\n';
    const found = await desk.run('-f', 'json', '-', '--stdin-filename', 'deep/shop.retry.yaml');
    expect(findingsOf(found)).to.deep.equal(['RL203 1:11']);
    expect(JSON.parse(found.out).findings[0].path).to.equal('deep/shop.retry.yaml');
    desk.input = wavy;
    expect((await desk.run('-')).out).to.match(/^<stdin>:2:15 /);
  });

  it('on standard input that look like YAML cause a suggestion of --stdin-filename', async () => {
    const suggestion =
      'Standard input was read as JSON, and it looks like YAML. Name it to have it read as YAML: --stdin-filename policy.yaml\n';
    const desk = new Desk();
    const suggested = async (input: string, ...argv: string[]): Promise<string> => {
      desk.input = input;
      return (await desk.run('-', ...argv)).err;
    };
    expect(await suggested('# ours\n---\nversion: 1\n')).to.equal(suggestion);
    expect(await suggested('$schema: ./p.json\nbackoff:\n  jitter: none\n', '-f', 'json')).to.equal(suggestion);
    expect(await suggested('{"version" 1}')).to.equal('');
    expect(await suggested('{\n  version: 1\n}')).to.equal('');
    expect(await suggested('')).to.equal('');
    expect(await suggested('version: 1\n', '--stdin-filename', 'a.json')).to.equal('');
    expect(await suggested('version: 1\n', '--stdin-filename', 'a.yaml')).to.equal('');
  });

  it('that a policy extends are read from disk, on every level', async () => {
    const desk = new Desk({
      'app/policy.json': '{"extends": ["../shared/base.json"]}',
      'shared/base.json': '{"extends": ["./deeper/root.yaml"]}',
      'shared/deeper/root.yaml': 'backoff: {jitter: none}\n',
    });
    const {out} = await desk.run('-f', 'json', 'app/policy.json');
    const [{code, related}] = JSON.parse(out).findings;
    expect(code).to.equal('RL203');
    expect(related[0].path).to.equal('shared/deeper/root.yaml');
  });

  it('that a policy extends are judged with it, on every level', async () => {
    const desk = new Desk({
      'all.retry.json': '{"maxAttempts": 1, "backoff": {"baseMs": 200}}',
      'team.retry.json': '{"extends": ["./all.retry.json"]}',
    });
    const codes = async (...args: string[]): Promise<string> => (await desk.run('-f', 'json', ...args)).out;
    expect(await codes('.')).to.contain('RL405');
    desk.write('app/reads.retry.yaml', 'extends: [../team.retry.json]\nmaxAttempts: 3\n');
    expect(await codes('.')).not.to.contain('RL405');
    expect(await codes('app/reads.retry.yaml', 'all.retry.json')).not.to.contain('RL405');
    expect(await codes('all.retry.json')).to.contain('RL405');
    expect((await desk.run('--fix', '--unsafe-fixes', '.')).code).to.equal(0);
    expect(desk.read('all.retry.json')).to.contain('baseMs');
  });

  it('that a policy extends and that do not exist are a finding', async () => {
    const desk = new Desk({'policy.json': '{"extends": ["./gone.json"]}'});
    expect(findingsOf(await desk.run('-f', 'json', 'policy.json'))).to.deep.equal(['RL406 1:14']);
  });

  for (const [what, name, text, problem] of [
    ['a misspelt field', './base.json', '{"maxAtempts": 2}', 'which the client refuses: maxAtempts is not a field'],
    ['a wrong value', './base.json', '{"deadlineMs": "x"}', 'which the client refuses: deadlineMs must be'],
    ['null', './base.json', 'null', 'which the client refuses: it must be an object'],
    ['a list', './base.json', '[]', 'which the client refuses: it must be an object'],
    ['an alias of nothing', './base.yaml', 'hedge: *nope\n', 'which cannot be read as a policy: No anchor &nope'],
    ['another ending', './base.txt', '{}', 'and policy files end in .json, .jsonc, .yaml or .yml'],
    ['a backslash', '.\\base.json', '{}', 'has a backslash, which only Windows takes for a separator'],
  ] as const)
    it(`that a policy extends and that the client refuses are a finding: ${what}`, async () => {
      const desk = new Desk({'p.json': JSON.stringify({extends: [name]}), [name.replace(/^\W+/, '')]: text});
      const {out} = await desk.run('-f', 'json', 'p.json');
      const [{code, message}, ...others] = JSON.parse(out).findings;
      expect([code, others]).to.deep.equal(['RL406', []]);
      expect(message).to.contain(problem);
    });

  it('that a policy extends and that make too many routes of it are a finding', async () => {
    const routes = (letter: string) =>
      Array.from({length: 150}, (_, index) => ({match: {path: `/${letter}${index}`}, name: `${letter}${index}`}));
    const desk = new Desk({
      'p.json': JSON.stringify({extends: ['./base.json'], routes: routes('a')}),
      'base.json': JSON.stringify({routes: routes('b')}),
    });
    const {out} = await desk.run('-f', 'json', 'p.json');
    const [{code, message}] = JSON.parse(out).findings;
    expect(code).to.equal('RL406');
    expect(message).to.equal('extends[0] makes 300 routes of this policy, and the client reads at most 200.');
  });

  it('that are too large for a policy are a finding', async () => {
    const keys = Object.fromEntries(Array.from({length: 80_000}, (_, n) => [`field${n}`, n]));
    const desk = new Desk({'p.json': JSON.stringify(keys), 'p.yaml': `x-note: ${'x'.repeat(1_000_000)}\n`});
    const {out} = await desk.run('-f', 'json', 'p.json', 'p.yaml');
    expect(JSON.parse(out).findings.map(({code, message}: Finding) => `${code} ${message}`)).to.deep.equal([
      'RL006 The file has 1497781 characters. Only files with up to 1000000 are read.',
      'RL006 The file has 1000009 characters. Only files with up to 1000000 are read.',
    ]);
  });

  it('that are not UTF-8 are a finding', async () => {
    const desk = new Desk();
    desk.write('policy.json', Buffer.from([...Buffer.from('{\n  "name": "caf'), 0xe9, ...Buffer.from('"\n}\n')]));
    const found = await desk.run('-f', 'json', 'policy.json');
    expect(findingsOf(found)).to.deep.equal(['RL006 2:15']);
    desk.write('wide.json', Buffer.from('\uFEFF{"version": 1}', 'utf16le'));
    expect(findingsOf(await desk.run('-f', 'json', 'wide.json'))).to.deep.equal(['RL006 1:1']);
  });
});
