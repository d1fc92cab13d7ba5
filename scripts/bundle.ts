/**
 * Writes what is published: steadfetch into dist, and what packages/retry-lint has beside its README.
 *
 * The declarations of both are those that the compiler has written into dist/declarations.
 */
import {chmodSync, cpSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {bundleCharts, bundleModules, copyDeclarations, type Manifest} from './bundle/modules.ts';
import {bundlePrograms} from './bundle/programs.ts';
import {root} from './bundle/root.ts';
import {noticesOf} from './notices.ts';

const DECLARATIONS = join(root, 'dist/declarations');

const manifestOf = (folder: string): Manifest => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

async function bundleClient(): Promise<void> {
  const dist = join(root, 'dist');
  const manifest = manifestOf(root);
  // A project of VS Code's extension simulates with the steadfetch that it has.
  const programs = {
    cli: 'src/cli/main.ts',
    'simulate-worker': 'src/cli/simulate-worker.ts',
    worker: 'lint/simulate/worker.ts',
    // A file of its own: bundlers leave out a whole file sooner than a part of one, and steadfetch/unchecked needs none of it.
    checks: 'src/policy/validate.ts',
  };
  const bundled = [
    await bundleModules(dist, manifest, programs, false), // Stack traces have its lines.
    await bundleCharts(dist),
  ];
  chmodSync(join(dist, 'cli.js'), 0o755);
  copyDeclarations(DECLARATIONS, join(dist, 'types'), manifest);
  writeFileSync(join(dist, 'licenses.txt'), noticesOf(bundled, root));
}

async function bundleLinter(): Promise<void> {
  const home = join(root, 'packages/retry-lint');
  const dist = join(home, 'dist');
  const manifest = manifestOf(home);
  for (const folder of ['dist', 'docs', 'schema']) rmSync(join(home, folder), {recursive: true, force: true});
  const bundled = [
    await bundleModules(dist, manifest, {}, true),
    await bundleModules(dist, {}, {worker: 'lint/simulate/worker.ts'}, true),
    await bundleCharts(dist),
    await bundlePrograms(dist),
  ];
  copyDeclarations(DECLARATIONS, join(dist, 'types'), manifest);
  writeFileSync(join(dist, 'licenses.txt'), noticesOf(bundled, root));
  for (const page of ['rules', 'retry-lint.md', 'mcp.md', 'editors.md'])
    cpSync(join(root, 'docs', page), join(home, 'docs', page), {recursive: true});
  for (const name of ['policy', 'lint-config'])
    cpSync(join(root, `schema/${name}.schema.json`), join(home, `schema/${name}.schema.json`));
}

await bundleClient();
await bundleLinter();
rmSync(DECLARATIONS, {recursive: true});
