/**
 * `npm run conformance:wpt -- <checkout>`: the tests of fetch/api of the web platform tests with Node's fetch, and with steadfetch's in its place,
 * under the neutral preset and under the default policy; writes wpt-suite.json, a source of docs/conformance.md. Ten minutes. Needs a checkout
 * of undici that carries the tests: v6.16.1 is the last.
 *
 *     git clone --depth 1 --branch v6.16.1 https://github.com/nodejs/undici <checkout>
 */
import {readFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {compareRuns, report, writeResults} from '../suite-comparison.ts';
import {reasons} from './reasons.ts';
import {assertCheckout, runSuite} from './suite.ts';

const given = process.argv[2];
const checkout = given === undefined ? undefined : resolve(given);
assertCheckout(checkout);
const plain = report("Node's fetch alone", await runSuite(checkout, null));
const neutral = report('with the neutral preset', await runSuite(checkout, {extends: ['steadfetch:neutral']}));
const byDefault = report('with the default policy', await runSuite(checkout, {}));
const comparison = compareRuns([plain, neutral, byDefault], reasons);
if (comparison !== null)
  writeResults(new URL('../wpt-suite.json', import.meta.url), {
    snapshot: JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')).version,
    node: process.versions.node,
    ...comparison,
    failsAlone: countByFile(plain[1].failed),
  });

/** Too many for a page: `body/mime-type.any.js (1)`. */
function countByFile(titles: ReadonlySet<string>): string[] {
  const counts = new Map<string, number>();
  for (const title of titles) {
    const file = title.split(' › ')[0]!;
    counts.set(file, (counts.get(file) ?? 0) + 1);
  }
  return [...counts].map(([file, count]) => `${file} (${count})`).sort();
}
