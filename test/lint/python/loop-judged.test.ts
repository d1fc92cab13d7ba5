/** 24 loops that were judged in words before the linter could read one: 16 with a defect, 8 that are unusual and sound. */

import {readdirSync, readFileSync} from 'node:fs';
import {expect} from 'chai';
import {lintText} from '../../../lint/lint.ts';

interface Judgement {
  readonly file: string;
  readonly kind: 'defect' | 'clean';
  readonly judgement: string;
  /** Of a defect: the findings that say it, each as `RL203 fetch.loop`. */
  readonly finds?: readonly string[];
}

const folder = new URL('../judged-python/loops/', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8');
const judgements: readonly Judgement[] = JSON.parse(read('judgements.json'));
const findingsOf = async (path: string) => (await lintText({path, files: {[path]: read(path)}})).findings;

describe('hand-written loops of Python, which were judged before the linter saw them', () => {
  it('are all in judgements.json', () => {
    const names = readdirSync(folder).filter(name => name !== 'judgements.json');
    expect(judgements.map(({file}) => file)).to.have.members(names);
    expect(judgements.filter(({kind}) => kind === 'defect')).to.have.length(16);
  });

  for (const {file, kind, judgement, finds = []} of judgements)
    it(`${kind === 'defect' ? 'has the findings' : 'fails no run'} for ${file}: ${judgement}`, async () => {
      const found = await findingsOf(file);
      const alarms = found.filter(({severity}) => severity !== 'info').map(({code, pointer}) => `${code} ${pointer}`);
      expect([...new Set(alarms)]).to.have.members([...finds]);
    });
});
