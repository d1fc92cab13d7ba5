/**
 * Runs the tests of a folder, those of the changed file first: most changes are noticed there, and the first failure ends it.
 * Stryker starts this once for each change; its number is in the environment, and in the code of the file that has it.
 *
 * Usage: node run-tests.mjs decide
 */
import {spawnSync} from 'node:child_process';
import {existsSync, readdirSync, readFileSync} from 'node:fs';

const folder = process.argv[2];
const number = process.env.__STRYKER_ACTIVE_MUTANT__;
const changed = readdirSync(`src/${folder}`).find(
  name => number !== undefined && readFileSync(`src/${folder}/${name}`, 'utf8').includes(`("${number}")`),
);
const own = `test/${folder}/${changed?.replace(/\.ts$/, '')}.test.ts`;
const all = readdirSync(`test/${folder}`).map(name => `test/${folder}/${name}`);

const mocha = (...files) =>
  spawnSync('mocha', ['--no-config', '--bail', '--timeout', '20000', ...files], {stdio: 'inherit'}).status ?? 1;
process.exitCode =
  existsSync(own) && mocha(own) !== 0 ? 1 : mocha(...all.filter(file => file !== own && file.endsWith('.test.ts')));
