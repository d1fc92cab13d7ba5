/**
 * Every case of the random and the long tests, of which `npm test` runs a sample: a seventh of the files each day, once more and with all of their cases; all of
 * the files with EVERYTHING set.
 */
import {execFile} from 'node:child_process';
import {globSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect} from 'chai';
import {otherSuites} from '../support/other-suites.ts';

const root = join(import.meta.dirname, '../..');
const files = globSync('test/**/*.test.ts', {cwd: root, exclude: otherSuites.map(({name}) => `test/${name}/**`)})
  .filter(path => /\/support\/runs\.ts'/.test(readFileSync(join(root, path), 'utf8')))
  .sort();
const day = Math.floor(Date.now() / 86_400_000);
const chosen = process.env.EVERYTHING === undefined ? files.filter((_, at) => at % 7 === day % 7) : files;

interface Ran {
  readonly code: number;
  readonly output: string;
}

const allCasesOf = (file: string): Promise<Ran> =>
  new Promise(resolve =>
    execFile(
      process.execPath,
      ['node_modules/mocha/bin/mocha.js', '--reporter', 'dot', file],
      // FUZZ_CASES is set by other files of this suite, in this process.
      {cwd: root, env: {...process.env, FUZZ_CASES: undefined, EVERYTHING: '1'}},
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
