/**
 * One folder of src, against the tests of the same name. The command runner, because Stryker's mocha plugin does not load
 * under mocha 12; it starts a process per mutant, so only folders whose tests take less than a second are worth it.
 */
import {fileURLToPath} from 'node:url';

const folder = process.env.MUTATE;
if (folder !== 'decide' && folder !== 'guards') throw new Error('MUTATE has to be "decide" or "guards".');

export default {
  // Stryker reads it with the compiler's old API, which TypeScript 7 does not have; and nothing here is compiled.
  tsconfigFile: 'no-tsconfig.json',
  testRunner: 'command',
  commandRunner: {command: `node "${fileURLToPath(new URL('run-tests.mjs', import.meta.url))}" ${folder}`},
  mutate: [`src/${folder}/*.ts`],
  coverageAnalysis: 'off',
  checkers: [],
  concurrency: Number(process.env.CONCURRENCY ?? 2),
  // Beside what the tests take: a busy machine is no endless loop.
  timeoutMS: 20_000,
  ignorePatterns: ['bench', 'coverage', 'dist', 'docs', 'examples', 'lint', 'tools'],
  tempDirName: 'tools/mutate/.tmp',
  reporters: ['progress-append-only', 'clear-text', 'json'],
  clearTextReporter: {allowColor: false, allowEmojis: false, reportTests: false, logTests: false},
  jsonReporter: {fileName: `tools/mutate/reports/${folder}.json`},
  thresholds: {high: 95, low: 90, break: null}, // See main.ts.
};
