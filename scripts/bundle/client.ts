/** The modules of steadfetch, and its programs. */
import {chmodSync} from 'node:fs';
import {join} from 'node:path';
import type {Metafile} from 'esbuild';
import {bundleCharts, bundleModules, type Manifest} from './modules.ts';

const PROGRAMS = {
  cli: 'src/cli/main.ts',
  'simulate-worker': 'src/cli/simulate-worker.ts',
  // A project of VS Code's extension simulates with the steadfetch that it has.
  worker: 'lint/simulate/worker.ts',
  // A file of its own: bundlers leave out a whole file sooner than a part of one, and steadfetch/unchecked needs none of it.
  checks: 'src/policy/validate.ts',
};

/** @returns What was bundled. */
export async function bundleClient(folder: string, manifest: Manifest): Promise<Metafile[]> {
  // Not minified: stack traces have its lines.
  const bundled = [await bundleModules(folder, manifest, PROGRAMS), await bundleCharts(folder)];
  chmodSync(join(folder, 'cli.js'), 0o755);
  return bundled;
}
