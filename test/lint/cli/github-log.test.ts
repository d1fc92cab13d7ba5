/** What GitHub Actions reads in the log of a step: a line that begins with two colons is a command, and so is `##[` anywhere. */
import {expect} from 'chai';
import {formatNames} from '../../../lint/commands/table.ts';
import {Desk, wavy} from './desk.ts';

/** As the runner finds commands. */
const commandsIn = (log: string): string[] =>
  log.split(/\r?\n/).filter(line => line.trimStart().startsWith('::') || line.includes('##['));

const STOP = '::stop-commands::zz';
const OLD = '##[stop-commands]zz';

function deskOf(): Desk {
  const text = `{\n  "maxAttemps": "${STOP}",\n  "name": "${OLD}",\n  "x ${STOP}": 1,\n  "deadlineMs": null,\n  "maxAttempts": 30\n}\n`;
  const desk = new Desk({
    [`${STOP}.retry.json`]: text,
    [`a ${OLD}.retry.json`]: text,
    '::warning file=a::b.retry.json': wavy,
  });
  desk.env = {GITHUB_ACTIONS: 'true'};
  return desk;
}

describe('in a log of GitHub Actions', () => {
  for (const format of formatNames.filter(each => each !== 'github'))
    it(`no line of the format ${format} is a command`, async () => {
      const {code, out, err} = await deskOf().run('-f', format, '--rule', 'RL601=info');
      expect(code).to.equal(1);
      expect(commandsIn(out + err)).to.deep.equal([]);
      expect(out).to.contain('stop-commands');
    });

  it('the format github has a command for each finding, and no other', async () => {
    const {out} = await deskOf().run('-f', 'github');
    expect(out.trimEnd().split('\n')).to.have.length.above(3);
    for (const line of out.trimEnd().split('\n')) expect(line).to.match(/^::(?:error|warning|notice) file=/);
  });

  it('no error and no diff is a command', async () => {
    for (const argv of [
      [`${STOP}.yaml`],
      ['--rule', STOP],
      ['--config', STOP],
      ['explain', STOP],
      ['-f', `json=${STOP}/a`],
      ['--fix-dry-run', '--unsafe-fixes'],
      ['--fix'],
      ['baseline'],
    ]) {
      const {out, err} = await deskOf().run(...argv);
      expect(commandsIn(out + err), argv.join(' ')).to.deep.equal([]);
      expect(out + err).to.not.equal('');
    }
  });

  it('other text is as it is elsewhere', async () => {
    const [here, there] = [new Desk({'a.retry.json': wavy}), new Desk({'a.retry.json': wavy})];
    here.env = {GITHUB_ACTIONS: 'true'};
    expect(await here.run()).to.deep.equal(await there.run());
  });

  it('JSON means the same', async () => {
    const {out} = await deskOf().run('-f', 'json');
    const {findings} = JSON.parse(out) as {findings: readonly {path: string}[]};
    expect(findings.map(({path}) => path)).to.include.members([`${STOP}.retry.json`, `a ${OLD}.retry.json`]);
  });
});
