/** Findings that a project lives with. */
import {existsSync, rmSync} from 'node:fs';
import {expect} from 'chai';
import {clean, Desk, findingsOf, wavy} from './desk.ts';

const endless = '{\n  "maxAttempts": "unlimited",\n  "deadlineMs": null\n}\n';

describe('retry-lint baseline', () => {
  it('accepts the current findings, so that only new findings fail', async () => {
    const desk = new Desk({'a.retry.json': wavy});
    expect(await desk.run('baseline')).to.deep.equal({
      code: 0,
      out: '.retry-lint-baseline.json: 1 accepted finding in 1 file; 1 new, 0 taken out.\n',
      err: '',
    });
    expect((await desk.run()).code).to.equal(0);
    expect((await desk.run('--no-baseline')).code).to.equal(1);
    desk.write('a.retry.json', `{\n  "name": "moved",\n\n${endless.slice(2, -2)},${wavy.slice(1)}`);
    expect(findingsOf(await desk.run('-f', 'json'))).to.deep.equal(['RL201 4:3']);
  });

  it('has the same effect from every folder', async () => {
    const desk = new Desk({'deep/a.retry.json': wavy, '.retry-lintrc.json': '{"baseline": "known.json"}'});
    await desk.runIn('deep', 'baseline');
    expect(JSON.parse(desk.read('known.json'))).to.deep.equal({
      version: 1,
      findings: {'deep/a.retry.json': ['RL203 backoff.jitter']},
    });
    expect((await desk.run()).code).to.equal(0);
    expect((await desk.runIn('deep')).code).to.equal(0);
  });

  it('keeps the accepted findings of other files', async () => {
    const desk = new Desk({'a.retry.json': wavy, 'b.retry.json': wavy});
    await desk.run('baseline', 'a.retry.json');
    await desk.run('baseline', 'b.retry.json');
    expect(Object.keys(JSON.parse(desk.read('.retry-lint-baseline.json')).findings)).to.deep.equal([
      'a.retry.json',
      'b.retry.json',
    ]);
  });

  it('--prune removes findings that are fixed or gone, and adds none', async () => {
    const desk = new Desk({'a.retry.json': wavy, 'b.retry.json': wavy, 'c.retry.json': wavy});
    await desk.run('baseline');
    desk.write('a.retry.json', clean);
    rmSync(desk.at('b.retry.json'));
    desk.write('c.retry.json', `${endless.slice(0, -2)},${wavy.slice(1)}`);
    expect((await desk.run('baseline', '--prune')).out).to.equal(
      '.retry-lint-baseline.json: 1 accepted finding in 1 file; 0 new, 2 taken out.\n',
    );
    expect(findingsOf(await desk.run('-f', 'json'))).to.deep.equal(['RL201 2:3']);
  });

  for (const [title, input, argv, message] of [
    ['with nothing on standard input', '', ['-'], 'Standard input is empty: there is no finding to accept.'],
    [
      'of a name for standard input alone',
      '',
      ['--stdin-filename', 'a.yaml'],
      '--stdin-filename names standard input, which was not asked for: add - to the files.',
    ],
    [
      'of standard input that cannot be read',
      'version: 1\n',
      ['-'],
      '<stdin> cannot be read as a policy, so none of its findings is accepted: 1:1: This is not a JSON value: texts stand in double quotes.',
    ],
    [
      'of a policy that cannot be read',
      '',
      ['broken.json'],
      'broken.json cannot be read as a policy, so none of its findings is accepted: 1:2: The object is never closed: a } is missing.',
    ],
  ] as const) {
    it(`${title} is an error, and changes nothing`, async () => {
      const desk = new Desk({'broken.json': '{'});
      desk.input = input;
      expect(await desk.run('baseline', ...argv)).to.deep.equal({code: 2, out: '', err: `${message}\n`});
      expect(existsSync(desk.at('.retry-lint-baseline.json'))).to.equal(false);
    });
  }

  it('keeps the accepted findings of a policy that cannot be read now', async () => {
    const desk = new Desk({'a.retry.json': wavy, 'b.retry.json': wavy});
    await desk.run('baseline', 'a.retry.json');
    desk.write('a.retry.json', '{');
    for (const argv of [['baseline'], ['baseline', '--prune']]) {
      expect((await desk.run(...argv)).code, argv.join(' ')).to.equal(2);
      expect(Object.keys(JSON.parse(desk.read('.retry-lint-baseline.json')).findings)).to.deep.equal([
        'a.retry.json',
        'b.retry.json',
      ]);
    }
  });

  it('accepts the findings of standard input under its name', async () => {
    const desk = new Desk();
    desk.input = 'backoff: {jitter: none}\n';
    const named = ['-', '--stdin-filename', 'a.yaml'];
    expect((await desk.run('baseline', ...named)).code).to.equal(0);
    expect((await desk.run(...named)).code).to.equal(0);
  });

  for (const text of ['{', '{"version": 2}', '{"version": 1, "findings": {"a": 1}}', 'null']) {
    it(`refuses ${text} as a baseline`, async () => {
      const desk = new Desk({'a.retry.json': wavy, '.retry-lint-baseline.json': text});
      const {code, err} = await desk.run();
      expect(code).to.equal(2);
      expect(err).to.match(/^The baseline \.retry-lint-baseline\.json is no/);
    });
  }
});
