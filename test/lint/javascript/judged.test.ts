/**
 * Forty programs, judged in words before any rule read them. At first the rules found what is wrong in all 26 with a defect, and raised two alarms in
 * the others: a false one, that `retry: 0` has no effect, and one that the judge had overlooked, that a loop retries a 429 without reading Retry-After.
 */
import {readdirSync, readFileSync} from 'node:fs';
import {expect} from 'chai';
import {codesIn} from './programs.ts';

interface Judgement {
  readonly file: string;
  readonly kind: 'defect' | 'sound';
  readonly judgement: string;
  /** The rules that say what the judgement says. */
  readonly finds: readonly string[];
}

const folder = new URL('../judged-javascript/', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8');
const judgements: readonly Judgement[] = JSON.parse(read('judgements.json'));

describe('Judged: programs in JavaScript and TypeScript', () => {
  it('has a judgement for each file', () => {
    const names = readdirSync(folder).filter(name => /\.[jt]s$/.test(name));
    expect(judgements.map(({file}) => file)).to.have.members(names);
  });

  for (const {file, kind, judgement, finds} of judgements)
    it(`${kind === 'defect' ? 'has a finding' : 'has none'} for ${file}: ${judgement}`, () => {
      const codes = codesIn(read(file), file);
      if (kind === 'defect') expect(codes).to.include.members([...finds]);
      else expect(codes).to.deep.equal([]);
    });
});
