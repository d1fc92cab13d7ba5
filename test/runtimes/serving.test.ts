/** The server's half in Bun and Deno: their own servers, over HTTP, with keys in memory, in Redis and in PostgreSQL. */
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';
import {PostgresServer, postgresMissing} from '../support/postgres-server.ts';
import {RedisServer, redisMissing} from '../support/redis-server.ts';
import {bun, deno, installRuntime, output} from './hosts.ts';
import {deadlineCases, guardCases, storeCases} from './serving/cases.ts';

describe('the server’s half', () => {
  const missing: Readonly<Record<string, string | undefined>> = {redis: redisMissing, postgres: postgresMissing};
  let redis: RedisServer | undefined;
  let postgres: PostgresServer | undefined;
  let folder: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'steadfetch-runtime-'));
    for (const reason of Object.values(missing)) if (reason !== undefined) console.log(`    ${reason}`);
    if (redisMissing === undefined) redis = await RedisServer.start();
    if (postgresMissing === undefined) postgres = await PostgresServer.start();
    await bundle(join(folder, 'serving.mjs'));
  });
  after(async () => {
    await redis?.stop();
    await postgres?.stop();
    rmSync(folder, {recursive: true, force: true});
  });

  const names = [
    ...['memory', 'redis', 'postgres'].flatMap(store =>
      storeCases.map(({name}) => ({store, name: `${store}: ${name}`})),
    ),
    ...guardCases.map(({name}) => ({store: 'redis', name: `redis: ${name}`})),
    ...deadlineCases.map(({name}) => ({store: 'memory', name: `deadline: ${name}`})),
  ];

  for (const runtime of [bun, deno])
    describe(`in ${runtime.name} ${runtime.version}`, () => {
      const found = new Map<string, string | undefined>();
      let text: string | undefined;

      before(async () => {
        const place = mkdtempSync(join(tmpdir(), 'steadfetch-runtime-'));
        try {
          const binary = await installRuntime(runtime, place);
          if (binary === undefined) return console.log(`      skipped: ${runtime.package} cannot be installed here`);
          const args = [join(folder, 'serving.mjs'), redis?.url ?? '', postgres?.url ?? ''];
          text = (await output(folder, binary, [...(runtime === deno ? ['run', '--allow-all'] : []), ...args])).text;
          for (const line of text.split('\n').filter(each => each.startsWith('{'))) {
            const {name, problem} = JSON.parse(line) as {name: string; problem?: string};
            found.set(name, problem);
          }
        } finally {
          rmSync(place, {recursive: true, force: true});
        }
      });

      for (const {store, name} of names)
        it(name, function () {
          if (text === undefined || missing[store] !== undefined) return this.skip();
          if (!found.has(name)) throw new Error(`It was not run:\n${text.slice(-2000)}`);
          const problem = found.get(name);
          if (problem !== undefined) throw new Error(problem);
        });
    });
});

/** With the clients of stores, which require modules of Node. */
async function bundle(outfile: string): Promise<void> {
  await build({
    entryPoints: [fileURLToPath(new URL('serving/in-process.ts', import.meta.url))],
    bundle: true,
    format: 'esm',
    platform: 'node',
    banner: {js: "import {createRequire} from 'node:module'; const require = createRequire(import.meta.url);"},
    outfile,
    logLevel: 'error',
  });
}
