/** What `npm test` leaves out is what it says that it leaves out. */
import {readFileSync} from 'node:fs';
import {expect} from 'chai';
import {otherSuites} from './support/other-suites.ts';

const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));

describe('the suites that npm test leaves out', () => {
  const {ignore} = read('../.mocharc.json') as {ignore: string[]};
  const {scripts} = read('../package.json') as {scripts: Record<string, string>};

  it('are the folders that its configuration ignores', () => {
    expect(otherSuites.map(({name}) => `test/${name}/**`)).to.have.members(ignore);
  });

  for (const {name} of otherSuites)
    it(`have a script: test:${name}`, () => {
      expect(scripts[`test:${name}`]).to.contain(`test/${name}/mocharc.json`);
    });
});
