/**
 * 350 policies that engineers on call wrote and judged before the linter saw them: 235 with a defect, 115 that are unusual and sound; and 15 configurations of
 * LiteLLM, ten of them with a defect. The author of the fifth set had read the rules. `judgements.json` has the judgement of each and the findings that say it.
 */
import {readdirSync, readFileSync} from 'node:fs';
import {expect} from 'chai';
import {litellm} from '../../lint/dialects/litellm/litellm.ts';
import {lintText} from '../../lint/lint.ts';

interface Judgement {
  readonly file: string;
  readonly kind: 'defect' | 'clean';
  readonly judgement: string;
  /** Of a defect: the findings that say it, each as `RL101 routes[0].match.methods`. */
  readonly finds?: readonly string[];
  /** Of a defect without such a finding: the reason. */
  readonly missed?: string;
}

/** Five people's, each of whom wrote after the rules had learned from those before. Numbers are limits that only fall. */
const SETS = [
  {name: 'judged', defects: 80, sound: 40, missed: 2},
  {name: 'judged-again', defects: 40, sound: 20, missed: 1},
  {name: 'judged-third', defects: 49, sound: 31, missed: 2},
  {name: 'judged-fourth', defects: 26, sound: 14, missed: 1},
  {name: 'judged-fifth', defects: 40, sound: 10, missed: 1},
  {name: 'judged-litellm', defects: 10, sound: 5, missed: 0},
] as const;

for (const set of SETS) {
  const folder = new URL(`${set.name}/`, import.meta.url);
  const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8');
  const judgements: readonly Judgement[] = JSON.parse(read('judgements.json'));
  const defects = judgements.filter(({kind}) => kind === 'defect');
  const sound = judgements.filter(({kind}) => kind === 'clean');
  const names = readdirSync(folder).filter(name => name !== 'judgements.json');
  const files = Object.fromEntries(names.map(name => [name, read(name)]));
  const findingsOf = async (path: string) => (await lintText({path, files, config: {dialects: [litellm]}})).findings;

  describe(`policies in ${set.name}, which were judged before the linter saw them`, () => {
    it('are all in judgements.json', () => {
      expect(judgements.map(({file}) => file)).to.have.members(names);
      expect([defects.length, sound.length]).to.deep.equal([set.defects, set.sound]);
    });

    for (const {file, judgement, finds} of defects.filter(each => each.finds !== undefined)) {
      it(`has a finding for ${file}: ${judgement}`, async () => {
        const found = (await findingsOf(file)).map(({code, pointer}) => `${code} ${pointer}`);
        expect(found).to.include.members([...finds!]);
      });
    }

    for (const {file, judgement} of sound)
      it(`fails no run for ${file}: ${judgement}`, async () => {
        const alarms = (await findingsOf(file)).filter(({severity}) => severity !== 'info');
        expect(alarms.map(({code, pointer}) => `${code} ${pointer}`)).to.deep.equal([]);
      });

    it('have a defect that the linter does not see in few cases, each with its reason', () => {
      const missed = defects.filter(({finds}) => finds === undefined);
      expect(missed.filter(each => each.missed === undefined)).to.deep.equal([]);
      expect(missed.length).to.be.at.most(set.missed);
    });
  });
}
