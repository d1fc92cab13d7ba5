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
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {reasons} from './reasons.ts';
import {assertCheckout, prepare, type Result, runSuite} from './suite.ts';

const given = process.argv[2];
const versionOf = (manifest: URL | string): string => JSON.parse(readFileSync(manifest, 'utf8')).version;
const checkout = given === undefined ? clone() : resolve(given);
try {
  assertCheckout(checkout);
  prepare(checkout);
  const plain = report('undici alone', await runSuite(checkout));
  const standIn = `${new URL('stand-in.ts', import.meta.url)}?checkout=${encodeURIComponent(checkout)}`;
  printComparison(plain, report('with the neutral preset', await runSuite(checkout, standIn)));
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

function report(run: string, result: Result): Result {
  console.log(`${run}: ${result.passed.size} of ${result.passed.size + result.failed.size}`);
  for (const title of result.failed) console.log(`  ${title}`);
  return result;
}

/** Every failure that undici alone does not have needs a reason, and every reason a failure. */
function printComparison(plain: Result, ours: Result): void {
  const failures = [...ours.failed].filter(title => !plain.failed.has(title));
  const listed = reasons.flatMap(({tests}) => tests);
  const unlisted = failures.filter(title => !listed.includes(title));
  const outdated = listed.filter(title => !failures.includes(title));
  if (unlisted.length + outdated.length > 0) {
    console.error(
      [
        'Failures without a reason:',
        ...unlisted,
        'Reasons without a failure:',
        ...outdated,
        'Nothing is written.',
      ].join('\n'),
    );
    process.exitCode = 1;
    return;
  }
  const suite = {
    snapshot: versionOf(join(checkout, 'package.json')),
    node: process.versions.node,
    runs: [['undici alone', plain] as const, ['with the neutral preset', ours] as const].map(
      ([run, {passed, failed}]) => ({run, passed: passed.size, of: passed.size + failed.size}),
    ),
    failsAlone: [...plain.failed],
    conflicts: reasons,
  };
  const file = fileURLToPath(new URL('../undici-suite.json', import.meta.url));
  writeFileSync(file, JSON.stringify(suite, null, 2));
  execFileSync('npx', ['biome', 'format', '--write', file], {stdio: 'inherit'});
}
