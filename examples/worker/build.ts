/** `npx node examples/worker/build.ts`: bundles the Worker into examples/worker/dist/worker.js. */
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';
import {steadfetch} from 'steadfetch/bundler';

/** @param outdir Gets worker.js. */
export async function buildWorker(outdir: string): Promise<void> {
  await build({
    entryPoints: [fileURLToPath(new URL('worker.ts', import.meta.url))],
    outdir,
    bundle: true,
    format: 'esm',
    platform: 'browser',
    minify: true,
    plugins: [steadfetch.esbuild()],
  });
}

if (import.meta.main) await buildWorker(fileURLToPath(new URL('dist', import.meta.url)));
