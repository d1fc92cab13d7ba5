/**
 * Writes what is published: steadfetch into dist, and what packages/retry-lint and packages/eslint-plugin-retry have beside their READMEs.
 *
 * The declarations of all are those that the compiler has written into dist/declarations.
 */
import {cpSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {bundleClient} from './bundle/client.ts';
import {bundleEslintPlugin} from './bundle/eslint.ts';
import {bundleCharts, bundleDeclarations, bundleModules, manifestOf} from './bundle/modules.ts';
import {bundlePrograms} from './bundle/programs.ts';
import {root} from './bundle/root.ts';
import {noticesOf} from './notices.ts';

const DECLARATIONS = join(root, 'dist/declarations');

async function writeClient(): Promise<void> {
  const dist = join(root, 'dist');
  const manifest = manifestOf(root);
  const bundled = await bundleClient(dist, manifest);
  await bundleDeclarations(DECLARATIONS, join(dist, 'types'), manifest);
  cpSync(join(root, 'src/policy-modules.d.ts'), join(dist, 'policy-modules.d.ts'));
  writeFileSync(join(dist, 'licenses.txt'), noticesOf(bundled, root));
}

async function writeLinter(): Promise<void> {
  const home = join(root, 'packages/retry-lint');
  const dist = join(home, 'dist');
  const manifest = manifestOf(home);
  for (const folder of ['dist', 'docs', 'schema']) rmSync(join(home, folder), {recursive: true, force: true});
  const bundled = [
    await bundleModules(dist, {}, {worker: 'lint/simulate/worker.ts'}, {minify: true}),
    await bundleCharts(dist),
    ...(await bundlePrograms(dist, manifest)),
  ];
  await bundleDeclarations(DECLARATIONS, join(dist, 'types'), manifest);
  writeFileSync(join(dist, 'licenses.txt'), noticesOf(bundled, root));
  for (const page of ['rules', 'retry-lint.md', 'mcp.md'])
    cpSync(join(root, 'docs', page), join(home, 'docs', page), {recursive: true});
  mkdirSync(join(home, 'schema'));
  for (const name of ['policy', 'lint-config'])
    writeFileSync(
      join(home, `schema/${name}.schema.json`),
      JSON.stringify(JSON.parse(readFileSync(join(root, `schema/${name}.schema.json`), 'utf8'))),
    );
}

async function writePlugin(): Promise<void> {
  const home = join(root, 'packages/eslint-plugin-retry');
  const dist = join(home, 'dist');
  rmSync(dist, {recursive: true, force: true});
  await bundleEslintPlugin(dist);
  await bundleDeclarations(DECLARATIONS, join(dist, 'types'), manifestOf(home));
}

await writeClient();
await writeLinter();
await writePlugin();
rmSync(DECLARATIONS, {recursive: true});
