/** What --fix writes, and what it leaves alone. */
import {execFileSync} from 'node:child_process';
import {chmodSync, linkSync, lstatSync, readdirSync, statSync, symlinkSync} from 'node:fs';
import {expect} from 'chai';
import {Desk, findingsOf, wavy} from './desk.ts';

const commented = [
  '\uFEFF{',
  '  // Three sends at most.',
  '  "maxAttempts": 3,',
  '  "backoff": {"jitter": "none"}, // for now',
  '}',
  '',
].join('\r\n');

describe('retry-lint --fix', () => {
  it('changes only the findings, and keeps comments, line ends, byte order mark and file mode', async () => {
    const desk = new Desk({'policy.json': commented});
    chmodSync(desk.at('policy.json'), 0o640);
    const {code, out, err} = await desk.run('--fix', '--unsafe-fixes', 'policy.json');
    expect({code, out, err}).to.deep.equal({
      code: 0,
      out: 'No findings in 1 file.\n',
      err: '1 finding fixed in 1 file.\n',
    });
    expect(desk.read('policy.json')).to.equal(commented.replace('"none"', '"full"'));
    expect(statSync(desk.at('policy.json')).mode & 0o777).to.equal(0o640);
    expect(readdirSync(desk.folder)).to.deep.equal(['policy.json']);
  });

  it('does not overwrite what was saved while it ran, and says so', async () => {
    const desk = new Desk({'policy.json': wavy});
    const saved = '{"maxAttempts": 9}\n';
    const rule = `import {writeFileSync} from 'node:fs';
export default {
  code: 'ACME101', name: 'a-save', category: 'hygiene', severity: 'info', confidence: 'high', summary: 'S', fields: [],
  documentation: () => ({why: 'W', sources: [], bad: [{}], good: [{}]}),
  *check() { writeFileSync(${JSON.stringify(desk.at('policy.json'))}, ${JSON.stringify(saved)}); },
};\n`;
    desk.write('r.mjs', rule);
    desk.write('.retry-lintrc.json', '{"plugins": ["./r.mjs"]}');
    const {code, err} = await desk.run('--fix', '--unsafe-fixes', 'policy.json');
    expect(code).to.equal(2);
    expect(err).to.contain('policy.json could not be written: it has changed since it was read.');
    expect(desk.read('policy.json')).to.equal(saved);
  });

  describe('without --unsafe-fixes', () => {
    const both = '{\n  "deadlineMS": null,\n  "backoff": {"jitter": "none"}\n}\n';
    const safely = both.replace('deadlineMS', 'deadlineMs');

    it('applies safe fixes only, and says how to apply the others', async () => {
      const desk = new Desk({'policy.json': both});
      const {code, out, err} = await desk.run('--fix', 'policy.json');
      expect(desk.read('policy.json')).to.equal(safely);
      expect(out).to.contain('  fix  Set jitter to "full" (--fix --unsafe-fixes)\n');
      expect(out).to.match(/2 findings can be fixed with --fix --unsafe-fixes\.\n$/);
      expect(err).to.equal('1 finding fixed in 1 file.\n');
      expect(code).to.equal(1);
    });

    it('shows the same with --fix-dry-run', async () => {
      const desk = new Desk({'policy.json': both});
      const {out} = await desk.run('--fix-dry-run', 'policy.json');
      expect(out.match(/^[+-] .*/gm)).to.deep.equal(['-  "deadlineMS": null,', '+  "deadlineMs": null,']);
    });

    it('counts both kinds in the report of a run without --fix', async () => {
      const desk = new Desk({'policy.json': both});
      const {out} = await desk.run('policy.json');
      expect(out).to.match(/1 finding can be fixed with --fix, and 2 more with --fix --unsafe-fixes\.\n$/);
      const {summary} = JSON.parse((await desk.run('-f', 'json', 'policy.json')).out);
      expect(summary).to.include({fixable: 1, unsafelyFixable: 2});
    });
  });

  it('fixes a file once that has two hard links in a folder', async () => {
    const desk = new Desk({'a.retry.json': wavy});
    linkSync(desk.at('a.retry.json'), desk.at('b.retry.json'));
    const {code, err} = await desk.run('--fix', '--unsafe-fixes', '.');
    expect({code, err}).to.deep.equal({code: 0, err: '1 finding fixed in 1 file.\n'});
    expect(desk.read('b.retry.json')).to.equal(desk.read('a.retry.json')).and.to.contain('"full"');
  });

  it('writes through a link, which is kept', async () => {
    const desk = new Desk({'real.json': wavy});
    symlinkSync('real.json', desk.at('link.json'));
    await desk.run('--fix', '--unsafe-fixes', 'link.json');
    expect(lstatSync(desk.at('link.json')).isSymbolicLink()).to.equal(true);
    expect(desk.read('real.json')).to.contain('"full"');
  });

  it('does not write a file without fixes', async () => {
    const desk = new Desk({'policy.json': '{"maxAttempts": "many"}'});
    const before = statSync(desk.at('policy.json')).mtimeMs;
    expect((await desk.run('--fix', 'policy.json')).code).to.equal(1);
    expect(statSync(desk.at('policy.json')).mtimeMs).to.equal(before);
  });

  it('reports the remaining findings, with their new positions', async () => {
    const desk = new Desk({'policy.json': '{"backoff": {"jiter": "none"}, "maxAttempts": "many"}'});
    const found = await desk.run('--fix', '--unsafe-fixes', '-f', 'json', 'policy.json');
    expect(desk.read('policy.json')).to.equal('{"backoff": {"jitter": "full"}, "maxAttempts": "many"}');
    expect(findingsOf(found)).to.deep.equal(['RL003 1:48']);
  });

  for (const flag of ['--fix', '--fix-dry-run']) {
    it(`${flag}: what is mended in a base is not overridden in its heirs, whatever they are called`, async () => {
      const heir = '{"extends": ["./m.json"]}';
      const desk = new Desk({'a.json': heir, 'm.json': wavy, 'z.json': heir});
      const {code, out, err} = await desk.run(flag, '--unsafe-fixes', 'a.json', 'm.json', 'z.json');
      expect(code).to.equal(0);
      expect(out + err).to.contain('No findings in 3 files.');
      expect(desk.read('a.json') + desk.read('z.json')).to.equal(heir + heir);
      expect(desk.read('m.json')).to.equal(flag === '--fix' ? wavy.replace('none', 'full') : wavy);
    });
  }

  it('--fix-dry-run prints a diff that git applies, and writes nothing', async () => {
    const yaml = 'maxAttempts: 3\nbackoff:\n  jitter: none # for now\n';
    const desk = new Desk({'deep/policy.json': wavy, 'b.yaml': yaml});
    const {code, out, err} = await desk.run('--fix-dry-run', '--unsafe-fixes', 'deep/policy.json', 'b.yaml');
    expect({code, err}).to.deep.equal({code: 0, err: 'No findings in 2 files.\n'});
    expect(desk.read('deep/policy.json')).to.equal(wavy);
    expect(out).to.contain('-  jitter: none # for now\n+  jitter: "full" # for now\n');
    execFileSync('git', ['apply'], {cwd: desk.folder, input: out});
    expect(desk.read('deep/policy.json')).to.equal(wavy.replace('none', 'full'));
    expect(desk.read('b.yaml')).to.equal(yaml.replace('none', '"full"'));
  });

  it('--fix-dry-run takes standard input', async () => {
    const desk = new Desk();
    desk.input = wavy;
    const {out} = await desk.run('--fix-dry-run', '--unsafe-fixes', '-', '--stdin-filename', 'policy.json');
    expect(out).to.match(/^--- a\/policy\.json\n\+\+\+ b\/policy\.json\n/);
  });

  it('reports a folder that cannot be written to, and keeps the file whole', async function () {
    // The superuser may write anywhere.
    if (process.getuid?.() === 0) this.skip();
    const desk = new Desk({'deep/policy.json': wavy});
    chmodSync(desk.at('deep'), 0o500);
    const {code, err} = await desk.run('--fix', '--unsafe-fixes', 'deep/policy.json');
    chmodSync(desk.at('deep'), 0o700);
    expect(code).to.equal(2);
    expect(err).to.equal('deep/policy.json could not be written: it is not accessible: permission denied.\n');
    expect(desk.read('deep/policy.json')).to.equal(wavy);
  });
});
