/** What a finding shows beside its own place. */
import {expect} from 'chai';
import {lintText} from '../../lint/lint.ts';

const related = async (text: string, code: string): Promise<string[]> => {
  const {findings} = await lintText({path: 'p.json', files: {'p.json': text}});
  return findings.find(finding => finding.code === code)!.related.map(({message}) => message);
};

describe('related places', () => {
  it('are where a value is written', async () => {
    expect(await related('{"maxAttempts": 30, "deadlineMs": 20000}', 'RL303')).to.deep.equal([
      'maxAttempts is set here.',
    ]);
  });

  it('are never the place of the finding itself', async () => {
    const layers = '"retryingLayers": [{"name": "mesh", "maxAttempts": 4}]';
    expect(await related(`{"maxAttempts": 4, ${layers}}`, 'RL209')).to.deep.equal(['maxAttempts is set here.']);
    expect(await related('{"breaker": {"kind": "consecutive", "failures": 3}}', 'RL216')).to.deep.equal([]);
  });

  it('are none for a default, which is written nowhere', async () => {
    expect(await related('{"maxAttempts": 30}', 'RL303')).to.deep.equal([]);
  });

  it('of an inherited value are in the file that writes it', async () => {
    const files = {'p.json': '{"extends": ["./base.json"], "maxAttempts": 30}', 'base.json': '{"deadlineMs": 20000}'};
    const {findings} = await lintText({path: 'p.json', files});
    expect(findings.find(({code}) => code === 'RL303')!.related).to.deep.equal([
      {
        message: 'deadlineMs is set here.',
        path: 'base.json',
        range: {start: {line: 1, column: 2}, end: {line: 1, column: 14}},
      },
    ]);
  });
});
