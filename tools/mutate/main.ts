/**
 * Runs Stryker for each folder in turn and writes the section of docs/reliability.md. Fails where a score is below 90 %, or where
 * a change that no test noticed is not explained in survivors.ts.
 */
import {spawnSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {writeSection} from '../../scripts/section.ts';
import {inWords, readFolder, scoreOf, section} from './report.ts';

const LEAST_SCORE = 90;

const root = fileURLToPath(new URL('../../', import.meta.url));
const stryker = new URL('node_modules/@stryker-mutator/core/', import.meta.url);
const {version} = JSON.parse(readFileSync(new URL('package.json', stryker), 'utf8')) as {version: string};

const folders = ['guards', 'decide'].map(name => {
  const program = fileURLToPath(new URL('bin/stryker.js', stryker));
  const {status} = spawnSync(process.execPath, [program, 'run', 'tools/mutate/stryker.config.mjs'], {
    cwd: root,
    env: {...process.env, MUTATE: name},
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error(`Stryker did not get through src/${name}: exit code ${status}.`);
  return readFolder(name, new URL(`reports/${name}.json`, import.meta.url));
});

writeSection('npm run mutate', section(folders, version));
for (const folder of folders) {
  const score = scoreOf(folder);
  console.log(`${score < LEAST_SCORE ? 'FAIL' : 'ok  '} src/${folder.name}: ${score.toFixed(2)} %`);
  if (score < LEAST_SCORE) process.exitCode = 1;
  for (const survivor of folder.survived.filter(({why}) => why === undefined)) {
    console.log(`FAIL not noticed, and not explained: ${inWords(survivor)}`);
    process.exitCode = 1;
  }
}
