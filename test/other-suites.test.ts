/** What `npm test` leaves out is what it says that it leaves out. */
import {globSync, readFileSync} from 'node:fs';
import {dirname} from 'node:path';
import {expect} from 'chai';
import {otherSuites} from './support/other-suites.ts';

const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));

describe('the suites that npm test leaves out', () => {
  const {scripts} = read('../package.json') as {scripts: Record<string, string>};

  it('are the folders with a configuration of their own', () => {
    const folders = globSync('*/mocharc.json', {cwd: new URL('.', import.meta.url)}).map(dirname);
    expect(otherSuites.map(({name}) => name)).to.have.members(folders);
  });

  for (const {name, repeats} of otherSuites)
    it(`repeat a failed test for a reason alone: ${name}`, () => {
      const {retries} = read(`${name}/mocharc.json`) as {retries?: number};
      expect(retries).to.equal(repeats === undefined ? undefined : 1);
    });

  for (const {name} of otherSuites)
    it(`have a script: test:${name}`, () => {
      expect(scripts[`test:${name}`]).to.contain(`test/${name}/mocharc.json`);
    });
});
