/** All tarballs, by are-the-types-wrong and publint. */
import {join} from 'node:path';
import {expect} from 'chai';
import {emptyFolder, packed, packedLinter, packedPlugin, run, tool, versions} from './projects.ts';

describe('the published packages', () => {
  it('have types for every entry, as are-the-types-wrong resolves them', async () => {
    const attw = join(await tool('@arethetypeswrong/cli', versions.attw), 'dist/index.js');
    // Every Node that package.json admits can `require` an ES module.
    const options = ['--profile', 'node16', '--ignore-rules', 'cjs-resolves-to-esm', '--format', 'ascii'];
    const folder = emptyFolder('attw');
    for (const [file, entry] of [
      [await packed(), '"steadfetch/ky"'],
      [await packedLinter(), '"retry-lint"'],
      [await packedPlugin(), '"eslint-plugin-retry"'],
    ] as const)
      expect(await run(folder, process.execPath, attw, file, ...options)).to.contain(entry);
  });

  it('have manifests about which publint has nothing to say', async () => {
    const publint = join(await tool('publint', versions.publint), 'src/cli.js');
    const folder = emptyFolder('publint');
    for (const file of [await packed(), await packedLinter(), await packedPlugin()])
      expect(await run(folder, process.execPath, publint, 'run', file, '--strict')).to.contain('All good!');
  });
});
