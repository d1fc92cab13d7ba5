/** Each bundler makes one file of an application for browsers, and the file runs. What docs/installing.md and docs/compile.md say of bundlers. */
import {cpSync, mkdirSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {expect} from 'chai';
import {attempt, project, root, run, versions} from './projects.ts';

const BUNDLERS: Readonly<Record<string, {readonly packages: readonly string[]; readonly program: string}>> = {
  esbuild: {
    packages: [versions.esbuild],
    program: `
      import {build} from 'esbuild';
      await build({entryPoints: ['app.js'], bundle: true, format: 'esm', platform: 'browser', outfile: 'out.mjs', plugins, logLevel: 'error'});`,
  },
  rollup: {
    packages: ['rollup@4.68.8', '@rollup/plugin-node-resolve@16.0.3', '@rollup/plugin-json@6.1.0'],
    program: `
      import json from '@rollup/plugin-json';
      import {nodeResolve} from '@rollup/plugin-node-resolve';
      import {rollup} from 'rollup';
      const onwarn = warning => { throw new Error(warning.message); };
      const bundle = await rollup({input: 'app.js', plugins: [plugins, json(), nodeResolve({browser: true})], onwarn});
      await bundle.write({file: 'out.mjs', inlineDynamicImports: true});`,
  },
  // Its hints are about files above 244 kB, and this one has two adapters, the virtual clock, ky and OpenTelemetry's API. Sizes are held by browser.test.ts.
  webpack: {
    packages: ['webpack@5.112.2'],
    program: `
      import webpack from 'webpack';
      const output = {path: process.cwd(), filename: 'out.mjs', module: true, chunkFormat: 'module'};
      const options = {mode: 'production', target: ['web', 'es2022'], entry: './app.js', output, experiments: {outputModule: true}, performance: {hints: false}, plugins};
      const stats = await new Promise((resolve, reject) => webpack(options, (error, done) => (error ? reject(error) : resolve(done))));
      if (stats.hasErrors() || stats.hasWarnings()) throw new Error(stats.toString());`,
  },
  vite: {
    packages: ['vite@8.3.8'],
    program: `
      import {build} from 'vite';
      const lib = {entry: 'app.js', formats: ['es'], fileName: () => 'out.mjs'};
      await build({logLevel: 'error', plugins, build: {lib, outDir: '.', emptyOutDir: false}});`,
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

const WITHOUT_PLUGIN = 'const plugins = [];';
const withPlugin = (bundler: string): string => `
import {steadfetch} from 'steadfetch/bundler';
const plugins = [steadfetch.${bundler}()];`;

const COMPILED_APP = `
import {VirtualClock, ScriptedFetch} from 'steadfetch/testing';
import {createFetch} from './src/api.policy.json?steadfetch';
import named from './src/plain.json';
const clock = new VirtualClock();
const server = new ScriptedFetch(clock, [503, 503, 200]);
const {status} = await clock.run(() => createFetch({clock, fetch: server.fetch})('https://example.com/'));
console.log(status, server.requests.length, named.stays);
`;

/** As a typed application imports it. */
const TYPED_APP = `
/// <reference types="steadfetch/policy-modules" />
import {createFetch, definePolicy} from './src/api.policy.json?steadfetch';
const answer: Promise<Response> = createFetch({}, definePolicy())('https://example.com/');
// @ts-expect-error A policy has no such export.
import {createClient} from './src/api.policy.json?steadfetch';
export {answer, createClient};
`;

describe('a bundle', () => {
  for (const [name, {packages, program}] of Object.entries(BUNDLERS)) {
    it(`of ${name} retries, without a warning of the bundler; and so does a policy that the plugin compiles`, async () => {
      const folder = await project(`bundled-by-${name}`, [versions.ky, ...packages, versions.unplugin]);
      const bundled = async (app: string, head: string): Promise<string> => {
        writeFileSync(join(folder, 'app.js'), app);
        writeFileSync(join(folder, 'bundle.mjs'), `${head}${program}`);
        expect(await run(folder, process.execPath, 'bundle.mjs')).to.equal('');
        return run(folder, process.execPath, 'out.mjs');
      };
      expect(await bundled(APP, WITHOUT_PLUGIN)).to.equal('200 2 hooks\n');

      mkdirSync(join(folder, 'src'));
      writeFileSync(join(folder, 'src/team.yaml'), 'maxAttempts: 3\n');
      writeFileSync(join(folder, 'src/api.policy.json'), '{"name": "api", "extends": ["./team.yaml"]}');
      writeFileSync(join(folder, 'src/plain.json'), '{"stays": "JSON"}');
      expect(await bundled(COMPILED_APP, withPlugin(name))).to.equal('200 3 JSON\n');
      // Vite takes such a path from the root of the project.
      if (name === 'vite')
        expect(await bundled(COMPILED_APP.replace('./src/api', '/src/api'), withPlugin(name))).to.equal('200 3 JSON\n');

      writeFileSync(join(folder, 'src/team.yaml'), 'maxAttempts: 0\n');
      const {code, output} = await attempt(folder, process.execPath, 'bundle.mjs');
      expect(code).to.equal(1);
      expect(output).to.contain('maxAttempts must be a whole number of at least 1').and.to.contain('team.yaml');
    });
  }

  it('of the example of a Worker answers after two retries', async () => {
    const folder = await project('worker', [versions.esbuild, versions.unplugin]);
    cpSync(join(root, 'examples/worker'), folder, {recursive: true, filter: source => !source.endsWith('dist')});
    await run(folder, process.execPath, 'build.ts');
    const {default: worker} = await import(pathToFileURL(join(folder, 'dist/worker.js')).href);
    const paths: string[] = [];
    const server = createServer(({url}, response) => {
      paths.push(url!);
      response.writeHead(paths.length < 3 ? 503 : 200, {'retry-after': '0'}).end('42');
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const UPSTREAM = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const answer = await worker.fetch(new Request('https://worker.example/prices?id=7'), {UPSTREAM});
      expect([answer.status, await answer.text()]).to.deep.equal([200, '42']);
      expect(paths).to.deep.equal(['/prices?id=7', '/prices?id=7', '/prices?id=7']);
    } finally {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    }
  });

  it('is typed: what a policy module exports, for a strict compiler', async () => {
    const folder = await project('typed-policy-modules', [versions.compilers['7.0']!]);
    writeFileSync(join(folder, 'app.ts'), TYPED_APP);
    const options = [
      '--strict',
      '--noEmit',
      '--module',
      'esnext',
      '--moduleResolution',
      'bundler',
      '--target',
      'es2022',
    ];
    await run(folder, process.execPath, 'node_modules/ts70/bin/tsc', ...options, 'app.ts');
  });
});
