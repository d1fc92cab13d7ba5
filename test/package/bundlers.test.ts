/** Each bundler makes one file of an application for browsers, and the file runs. What docs/installing.md says of bundlers. */
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect} from 'chai';
import {project, run, versions} from './projects.ts';

const BUNDLERS: Readonly<Record<string, {readonly packages: readonly string[]; readonly program: string}>> = {
  esbuild: {
    packages: [versions.esbuild],
    program: `
      import {build} from 'esbuild';
      await build({entryPoints: ['app.js'], bundle: true, format: 'esm', platform: 'browser', outfile: 'out.mjs'});`,
  },
  rollup: {
    packages: ['rollup@4.68.8', '@rollup/plugin-node-resolve@16.0.3'],
    program: `
      import {nodeResolve} from '@rollup/plugin-node-resolve';
      import {rollup} from 'rollup';
      const onwarn = warning => { throw new Error(warning.message); };
      const bundle = await rollup({input: 'app.js', plugins: [nodeResolve({browser: true})], onwarn});
      await bundle.write({file: 'out.mjs', inlineDynamicImports: true});`,
  },
  // Its hints are about files above 244 kB, and this one has two adapters, the virtual clock, ky and OpenTelemetry's API. Sizes are held by browser.test.ts.
  webpack: {
    packages: ['webpack@5.112.2'],
    program: `
      import webpack from 'webpack';
      const output = {path: process.cwd(), filename: 'out.mjs', module: true, chunkFormat: 'module'};
      const options = {mode: 'production', target: ['web', 'es2022'], entry: './app.js', output, experiments: {outputModule: true}, performance: {hints: false}};
      const stats = await new Promise((resolve, reject) => webpack(options, (error, done) => (error ? reject(error) : resolve(done))));
      if (stats.hasErrors() || stats.hasWarnings()) throw new Error(stats.toString());`,
  },
  vite: {
    packages: ['vite@8.3.8'],
    program: `
      import {build} from 'vite';
      const lib = {entry: 'app.js', formats: ['es'], fileName: () => 'out.mjs'};
      await build({logLevel: 'error', build: {lib, outDir: '.', emptyOutDir: false}});`,
  },
};

const APP = `
import {createFetch} from 'steadfetch/fetch';
import {resilience} from 'steadfetch/ky';
import {ScriptedFetch, VirtualClock} from 'steadfetch/testing';
const clock = new VirtualClock();
const server = new ScriptedFetch(clock, [503, 200]);
const {status} = await clock.run(() => createFetch({}, {clock, fetch: server.fetch})('https://example.com/'));
console.log(status, server.requests.length, Object.keys(resilience()).join());
`;

describe('a bundle', () => {
  for (const [name, {packages, program}] of Object.entries(BUNDLERS)) {
    it(`of ${name} retries, without a warning of the bundler`, async () => {
      const folder = await project(`bundled-by-${name}`, [versions.ky, ...packages]);
      writeFileSync(join(folder, 'app.js'), APP);
      writeFileSync(join(folder, 'bundle.mjs'), program);
      expect(await run(folder, process.execPath, 'bundle.mjs')).to.equal('');
      expect(await run(folder, process.execPath, 'out.mjs')).to.equal('200 2 hooks\n');
    });
  }
});
