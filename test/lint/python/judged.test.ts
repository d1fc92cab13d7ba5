/** Files that were judged in words before any code read them: what is wrong is found, and what is right is left alone. */

import {readdirSync, readFileSync} from 'node:fs';
import {expect} from 'chai';
import type {Packages} from '../../../lint/dialects/python/packages.ts';
import {lintText} from '../../../lint/lint.ts';

interface Judgement {
  readonly file: string;
  readonly kind: 'defect' | 'sound';
  /** The rules that say what the judgement says. */
  readonly expects: readonly string[];
  /** What the project requires. */
  readonly packages?: Packages;
}

const folder = new URL('../judged-python/libraries/', import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, folder), 'utf8');
const judgements = JSON.parse(read('judgements.json')) as readonly Judgement[];

async function codesOf(file: string, packages: Packages = {}): Promise<string[]> {
  const request = {path: file, files: {[file]: read(file)}, config: {packages}};
  const {findings} = await lintText(request);
  return findings.filter(({severity}) => severity !== 'info').map(({code}) => code);
}

describe('Judged: libraries of Python', () => {
  for (const {file, kind, expects, packages} of judgements)
    it(`${file}: ${kind}`, async () => {
      const codes = await codesOf(file, packages);
      if (kind === 'sound') expect(codes).to.deep.equal([]);
      else expect(codes).to.include.members(expects);
    });

  it('has a judgement for each file', () => {
    const files = readdirSync(folder).filter(name => name.endsWith('.py'));
    expect(judgements.map(({file}) => file)).to.have.members(files);
  });
});
