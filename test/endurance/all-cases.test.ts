/**
 * Every case of the random and the long tests, of which `npm test` runs a sample: a seventh of the files each day, once more and with all of their cases; all of
 * the files with EVERYTHING set. Files of this suite that load such a file run more cases of it, by the same seeds.
 */
import {execFile} from 'node:child_process';
import {globSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect} from 'chai';
import {otherSuites} from '../support/other-suites.ts';
import {inTurn} from '../support/turns.ts';

const root = join(import.meta.dirname, '../..');
/** By the files of this suite, with more cases. */
const loadedHere = new Set(
  globSync('*.test.ts', {cwd: import.meta.dirname}).flatMap(name =>
    [...readFileSync(join(import.meta.dirname, name), 'utf8').matchAll(/^await import\('\.\.\/(.+)'\);$/gm)].map(
      ([, path]) => `test/${path}`,
    ),
  ),
);
const files = globSync('test/**/*.test.ts', {cwd: root, exclude: otherSuites.map(({name}) => `test/${name}/**`)})
  .filter(path => /\/support\/runs\.ts'/.test(readFileSync(join(root, path), 'utf8')))
  .filter(path => !loadedHere.has(path))
  .sort();
const chosen = inTurn(files);

interface Ran {
  readonly code: number;
  readonly output: string;
}

const allCasesOf = (file: string): Promise<Ran> =>
  new Promise(resolve =>
    execFile(
      process.execPath,
      ['node_modules/mocha/bin/mocha.js', '--reporter', 'dot', file],
      // Other files of this suite set both, in this process.
      {cwd: root, env: {...process.env, FUZZ_CASES: undefined, FUZZ_DAY: undefined, EVERYTHING: '1'}},
      (error, stdout, stderr) => resolve({code: error === null ? 0 : Number(error.code ?? 1), output: stdout + stderr}),
    ),
  );

describe('all cases of the tests that npm test samples', function () {
  this.retries(0); // They measure nothing of this machine.

  it('are in files', () => expect(files).to.have.length.above(20));

  for (const file of chosen)
    it(`hold: ${file}`, async () => {
      const {code, output} = await allCasesOf(file);
      expect(code, output.slice(-4000)).to.equal(0);
      expect(output).to.match(/[1-9]\d* passing/);
    });
});
