/** Runs Stryker for each folder in turn; the reports are printed, and kept under reports/. Fails where a score is below 90 %. */
import {spawnSync} from 'node:child_process';
import {fileURLToPath} from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const stryker = fileURLToPath(new URL('node_modules/@stryker-mutator/core/bin/stryker.js', import.meta.url));
for (const folder of ['decide', 'guards']) {
  const {status} = spawnSync(process.execPath, [stryker, 'run', 'tools/mutate/stryker.config.mjs'], {
    cwd: root,
    env: {...process.env, MUTATE: folder},
    stdio: 'inherit',
  });
  if (status !== 0) process.exitCode = 1;
}
