/**
 * `npm run conformance:undici [-- <checkout>]`: undici's own tests of its fetch, as they are and with steadfetch's neutral fetch in its
 * place; writes undici-suite.json, from which `npm run conformance` makes its section of the page. Six minutes.
 *
 * Without a checkout the tag of the undici that this repository tests with is cloned into a temporary folder. To prepare one:
 *
 *     git clone --depth 1 --branch v8.13.1 https://github.com/nodejs/undici <checkout>
 *     cd <checkout> && npm install --ignore-scripts
 */
import {execFileSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {compareRuns, report, writeResults} from '../suite-comparison.ts';
import {reasons} from './reasons.ts';
import {assertCheckout, prepare, runSuite} from './suite.ts';

const given = process.argv[2];
const versionOf = (manifest: URL | string): string => JSON.parse(readFileSync(manifest, 'utf8')).version;
const checkout = given === undefined ? clone() : resolve(given);
try {
  assertCheckout(checkout);
  prepare(checkout);
  const plain = report('undici alone', await runSuite(checkout));
  const standIn = `${new URL('stand-in.ts', import.meta.url)}?checkout=${encodeURIComponent(checkout)}`;
  const ours = report('with the neutral preset', await runSuite(checkout, standIn));
  const comparison = compareRuns([plain, ours], reasons);
  if (comparison !== null)
    writeResults(new URL('../undici-suite.json', import.meta.url), {
      snapshot: versionOf(join(checkout, 'package.json')),
      node: process.versions.node,
      ...comparison,
      failsAlone: [...plain[1].failed],
    });
} finally {
  if (given === undefined) rmSync(checkout, {recursive: true, force: true});
}

function clone(): string {
  const folder = mkdtempSync(join(tmpdir(), 'undici-suite-'));
  const tag = `v${versionOf(new URL('package.json', import.meta.resolve('undici')))}`;
  const stdio = ['ignore', 'ignore', 'inherit'] as const;
  try {
    execFileSync(
      'git',
      ['clone', '--quiet', '--depth', '1', '--branch', tag, 'https://github.com/nodejs/undici', folder],
      {
        stdio: [...stdio],
      },
    );
    execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund'], {cwd: folder, stdio: [...stdio]});
  } catch {
    rmSync(folder, {recursive: true, force: true});
    throw new Error(
      `undici ${tag} could not be cloned from github.com. Without a network, run npm install --ignore-scripts in a checkout of it, and give its path: npm run conformance:undici -- <checkout>`,
    );
  }
  return folder;
}
