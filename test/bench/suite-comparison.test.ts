/** How the results of another project's suite are written. */
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {expect} from 'chai';
import {writeResults} from '../../bench/conformance/suite-comparison.ts';

describe('the results of a suite', () => {
  it('are written and formatted from wherever the suite ran', function () {
    this.timeout(60_000);
    const folder = mkdtempSync(join(tmpdir(), 'suite-results-'));
    const cwd = process.cwd();
    try {
      process.chdir(folder);
      writeResults(pathToFileURL(join(folder, 'results.json')), {runs: [1, 2]});
      expect(readFileSync('results.json', 'utf8')).to.match(/^\{\s+"runs": \[1, 2\]\s+\}\n$/);
    } finally {
      process.chdir(cwd);
      rmSync(folder, {recursive: true});
    }
  });
});
