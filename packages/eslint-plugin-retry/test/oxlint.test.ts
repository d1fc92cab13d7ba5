/** The plugin as oxlint loads it: by `jsPlugins`, as it is published. */
import {execFile} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {expect} from 'chai';
import {bundleEslintPlugin} from '../../../scripts/bundle/eslint.ts';

const oxlint = join(dirname(createRequire(import.meta.url).resolve('oxlint/package.json')), 'bin/oxlint');

describe('oxlint', () => {
  let folder: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'retry-oxlint-'));
    await bundleEslintPlugin(join(folder, 'plugin'));
    writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
  });
  after(() => rmSync(folder, {recursive: true, force: true}));

  it('reports the findings of the plugin', async () => {
    writeFileSync(
      join(folder, '.oxlintrc.json'),
      JSON.stringify({
        jsPlugins: [{name: 'retry', specifier: './plugin/index.js'}],
        categories: {correctness: 'off'},
        rules: {'retry/no-synchronized-retries': 'error', 'retry/no-too-many-attempts': ['warn', {least: 'warning'}]},
      }),
    );
    writeFileSync(
      join(folder, 'calls.ts'),
      `import pRetry from 'p-retry';\nexport const load = (url: string) => pRetry(() => fetch(url));\n`,
    );
    const output = await new Promise<string>(resolve =>
      execFile(process.execPath, [oxlint, '--format', 'unix', 'calls.ts'], {cwd: folder}, (_, stdout, stderr) =>
        resolve(stdout + stderr),
      ),
    );
    expect(output)
      .to.contain('calls.ts:2:38: RL203: Retries come in bursts')
      .and.contain('calls.ts:2:38: RL201: A failing call');
  });
});
