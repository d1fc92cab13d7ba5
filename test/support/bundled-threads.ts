/**
 * Threads that programs start in the process of a test run the bundle of `npm test`, where there is one: from the sources, each loads three hundred
 * modules. Loaded before the tests, see .mocharc.json.
 */
import {syncBuiltinESMExports} from 'node:module';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import threads from 'node:worker_threads';
import {bundledFolder} from './programs.ts';

const BUNDLES = {
  'src/cli/simulate-worker.ts': 'simulate-worker.js',
  'lint/simulate/worker.ts': 'worker.js',
  'lint/mcp/worker.ts': 'retry-lint-mcp.cjs',
} as const;

function redirect(folder: string): void {
  const bundles = new Map(
    Object.entries(BUNDLES).map(([source, bundle]) => [
      new URL(`../../${source}`, import.meta.url).href,
      pathToFileURL(join(folder, bundle)),
    ]),
  );
  threads.Worker = class extends threads.Worker {
    constructor(file: string | URL, options?: threads.WorkerOptions) {
      super(bundles.get(String(file)) ?? file, options);
    }
  };
  syncBuiltinESMExports();
}

if (bundledFolder !== undefined) redirect(bundledFolder);
