/**
 * `npm run conformance:ky -- <checkout>` runs ky's own tests with steadfetch in ky's place and writes ky-suite.json, the source of a section
 * that `npm run conformance` writes into the page. Takes five minutes. Needs a checkout of ky with its dependencies:
 *
 *     git clone https://github.com/sindresorhus/ky <checkout>
 *     cd <checkout> && npm install --ignore-scripts
 */
import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {writeResults} from '../suite-comparison.ts';
import {runs} from './runs.ts';
import {sortFailures} from './sort.ts';
import {assertCheckout, type Result, runSuite} from './suite.ts';

const [, , checkout] = process.argv;
assertCheckout(checkout);

const results = new Map<(typeof runs)[number], Result>();
for (const run of runs) {
  const result = await runSuite(checkout, run);
  results.set(run, result);
  console.log(`${run.name}: ${result.passed.size} of ${result.passed.size + result.failed.size}`);
}

const {conflicts, unsorted} = sortFailures(results);
const versionOf = (manifest: URL | string): string => JSON.parse(readFileSync(manifest, 'utf8')).version;
const commit = execFileSync('git', ['-C', checkout, 'rev-parse', '--short', 'HEAD'], {encoding: 'utf8'}).trim();
const suite = {
  snapshot: `${commit} (ky ${versionOf(`${checkout}/package.json`)} and later)`,
  published: versionOf(new URL('../package.json', import.meta.resolve('ky'))),
  runs: [...results].map(([{name}, {passed, failed}]) => ({
    run: name,
    passed: passed.size,
    of: passed.size + failed.size,
  })),
  conflicts,
};
if (unsorted.length > 0) {
  console.error(`Failures of no known cause, so nothing is written:\n${unsorted.join('\n')}`);
  process.exitCode = 1;
} else {
  writeResults(new URL('../ky-suite.json', import.meta.url), suite);
}
