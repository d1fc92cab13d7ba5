/**
 * Twenty programs around clients of model endpoints, judged in words before the linter read them. At first it found all twelve defects, and raised one
 * false alarm: that a question which is asked again because of its answer does not wait.
 */
import {readdirSync, readFileSync} from 'node:fs';
import {expect} from 'chai';
import {lintText} from '../../../lint/lint.ts';

interface Judgement {
  readonly file: string;
  readonly kind: 'defect' | 'clean';
  readonly judgement: string;
  readonly finds?: readonly string[];
}

const folder = new URL('../judged-python/clients/', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8');
const judgements: readonly Judgement[] = JSON.parse(read('judgements.json'));

describe('programs around clients, which were judged before the linter saw them', () => {
  it('are all in judgements.json', () => {
    const names = readdirSync(folder).filter(name => name.endsWith('.py'));
    expect(judgements.map(({file}) => file)).to.have.members(names);
  });

  for (const {file, kind, judgement, finds = []} of judgements)
    it(`${kind === 'defect' ? 'has a finding' : 'fails no run'} for ${file}: ${judgement}`, async () => {
      const {findings} = await lintText({path: file, files: {[file]: read(file)}});
      const found = findings.filter(({severity}) => severity !== 'info').map(({code, pointer}) => `${code} ${pointer}`);
      if (kind === 'defect') expect(found).to.include.members([...finds]);
      else expect(found).to.deep.equal([]);
    });
});
