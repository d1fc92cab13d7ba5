/** `eslint-plugin-retry` as it is published, in an empty project with ESLint, under a strict compiler. */
import {readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import {expect} from 'chai';
import {attempt, packedPlugin, projectWith, run, versions} from './projects.ts';

/** Limits that only fall. */
const MOST_KB = {tarball: 112, module: 108.3};

const config = `import {defineConfig} from 'eslint/config';
import retry, {type RetryPlugin} from 'eslint-plugin-retry';

const own: RetryPlugin = retry;

export default defineConfig([
  retry.configs.recommended,
  {plugins: {retry: own}, rules: {'retry/no-synchronized-retries': 'error'}},
  {extends: [retry.configs.strict], files: ['strict/**']},
]);
`;
const program = `import pRetry from 'p-retry';\npRetry(run, {retries: 3, shouldRetry: isTransient});\n`;

describe('eslint-plugin-retry', () => {
  for (const eslint of ['9.39.5', '10.15.0'])
    it(`works, and compiles, beside ESLint ${eslint}`, async () => {
      const packages = [
        await packedPlugin(),
        `eslint@${eslint}`,
        versions.compilers['5.9']!,
        versions.compilers['7.0']!,
      ];
      const folder = await projectWith(`eslint-${eslint}`, packages);
      writeFileSync(join(folder, 'config.ts'), config);
      const flags =
        '--strict --noEmit --target es2022 --lib es2022 --types --module nodenext --exactOptionalPropertyTypes'.split(
          ' ',
        );
      for (const compiler of ['ts59', 'ts70'])
        expect(
          await run(
            folder,
            process.execPath,
            join(folder, `node_modules/${compiler}/bin/tsc`),
            ...flags,
            '--skipLibCheck',
            'config.ts',
          ),
        ).to.equal('');
      writeFileSync(
        join(folder, 'eslint.config.js'),
        `import retry from 'eslint-plugin-retry';\nexport default [retry.configs.recommended];\n`,
      );
      writeFileSync(join(folder, 'calls.js'), program);
      const {code, output} = await attempt(folder, 'npx', 'eslint', '--max-warnings', '0', 'calls.js');
      expect(output).to.match(/2:1 {2}warning {2}RL203: Retries come in bursts: .* retry\/no-synchronized-retries/);
      expect(code).to.equal(1);
    });

  it('holds the module, its types and its README, and no other file', async () => {
    const tarball = await packedPlugin();
    const folder = join(await projectWith('eslint-files', [tarball]), 'node_modules/eslint-plugin-retry');
    const files = readdirSync(folder, {recursive: true, encoding: 'utf8'}).filter(file =>
      statSync(join(folder, file)).isFile(),
    );
    expect(files.sort()).to.deep.equal(
      ['LICENSE', 'README.md', 'dist/index.js', 'dist/types/lint/eslint/index.d.ts', 'package.json'].sort(),
    );
    const module = gzipSync(readFileSync(join(folder, 'dist/index.js'))).length / 1000;
    const packed = statSync(tarball).size / 1000;
    console.log(`      size: eslint-plugin-retry: ${packed.toFixed(1)} kB, its module ${module.toFixed(1)} kB gzipped`);
    expect(packed).to.be.at.most(MOST_KB.tarball);
    expect(module).to.be.at.most(MOST_KB.module);
  });
});
