/** Installs beside other versions of the packages that entry points can use, and says which version an entry point needs. */
import {readFileSync} from 'node:fs';
import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {join} from 'node:path';
import {expect} from 'chai';
import {inTurn, today} from '../support/turns.ts';
import {
  attempt,
  attemptUnder,
  emptyFolder,
  extremes,
  nodeBinary,
  npmProgram,
  packed,
  project,
  type Ran,
  versions,
} from './projects.ts';

/** The last two majors, or minors where there is one major, and the oldest versions that are still met. */
const NEIGHBOURS = {
  newest: ['ky@2.1.0', 'undici@8.13.1', '@grpc/grpc-js@1.14.7', '@opentelemetry/sdk-node@0.301.0'],
  'pinned API': ['@opentelemetry/api@1.3.0'],
  previous: ['ky@1.14.3', 'undici@7.30.2', '@grpc/grpc-js@1.13.4', '@opentelemetry/sdk-node@0.223.0'],
  oldest: ['ky@0.33.3', 'undici@5.29.0', '@grpc/grpc-js@1.8.22', '@opentelemetry/sdk-node@0.35.1'],
} satisfies Record<string, readonly string[]>;

const evaluate = (folder: string, program: string, ...flags: string[]): Promise<Ran> =>
  attempt(folder, process.execPath, ...flags, '--input-type=module', '--eval', program);

let count = 0;

describe('npm install', () => {
  const pairs = Object.entries(versions.npm).flatMap(([npm, nodes]) => nodes.map(node => [npm, node] as const));
  for (const [at, [npm, node]] of extremes(pairs).entries()) {
    // A tree takes npm 3 s of CPU, and a case two or three trees. Each day both npms have half of the cases, so that each case has one of them.
    const hasTurn = (offset: number): boolean => inTurn([0, 1], 2, today + at).includes(offset % 2);
    describe(`of npm ${npm} under Node ${node}`, () => {
      /** Resolves the tree, and downloads nothing: that is where versions conflict. */
      async function install(steps: readonly (readonly string[])[]): Promise<Record<string, {version: string}>> {
        const folder = emptyFolder(`resolved-${++count}`);
        const binary = await nodeBinary(node);
        for (const packages of steps) {
          const flags = ['--package-lock-only', '--prefer-offline', '--save-exact', '--no-audit', '--no-fund'];
          const command = [await npmProgram(npm), 'install', ...flags, ...packages];
          const {code, output} = await attemptUnder(binary, folder, binary, ...command);
          expect(code, `npm install ${packages.join(' ')}\n${output}`).to.equal(0);
        }
        return JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')).packages;
      }

      if (hasTurn(0))
        it('brings the API of OpenTelemetry and no other package that is optional', async () => {
          const installed = Object.keys(await install([[await packed()]]));
          expect(installed).to.include('node_modules/@opentelemetry/api');
          for (const name of ['ky', 'undici', '@grpc/grpc-js', '@opentelemetry/sdk-node'])
            expect(installed).not.to.include(`node_modules/${name}`);
        });

      if (hasTurn(1))
        it('has no conflict with an SDK of OpenTelemetry whose API is not that of the newest sdk-node', async () => {
          const neighbors = ['@opentelemetry/sdk-trace-node@2.12.1'];
          for (const steps of [[[await packed(), ...neighbors]], [neighbors, [await packed()]]]) {
            const installed = Object.keys(await install(steps));
            expect(installed).to.include('node_modules/@opentelemetry/sdk-trace-node');
            expect(installed).not.to.include('node_modules/@opentelemetry/sdk-node');
          }
        });

      for (const [offset, [age, neighbors]] of extremes(Object.entries(NEIGHBOURS)).entries()) {
        if (hasTurn(offset))
          it(`has no conflict with ${neighbors.join(', ')} (${age})`, async () => {
            for (const steps of [[neighbors, [await packed()]], [[await packed(), ...neighbors]]]) {
              const installed = await install(steps);
              const [names, expected] = [/@[^@]+$/, /^.+@/].map(rest => neighbors.map(each => each.replace(rest, '')));
              expect(names!.map(name => installed[`node_modules/${name}`]!.version)).to.deep.equal(expected);
            }
          });
      }
    });
  }
});

/** Neighbors that no entry point has in common live in one project. */
const BESIDE = {
  old: ['ky@1.14.3', '@grpc/grpc-js@1.8.22', 'undici@7.30.2', '@opentelemetry/sdk-node@0.223.0'],
  new: ['undici@8.13.1', '@opentelemetry/sdk-node@0.301.0'],
} satisfies Record<string, readonly string[]>;
const folders = new Map<string, Promise<string>>();
function beside(age: keyof typeof BESIDE): Promise<string> {
  const folder = folders.get(age) ?? project(`beside-${age}`, BESIDE[age]);
  folders.set(age, folder);
  return folder;
}

/** Prints the message of what is thrown. */
const messageOf = (statement: string): string =>
  `try { ${statement}; console.log('nothing is thrown'); } catch (error) { console.log(error.code, error.message); }`;

describe('an entry point', () => {
  it('beside ky 1: resilience() says which ky it needs, and createFetch() works', async () => {
    const folder = await beside('old');
    const program = `import {createFetch, resilience} from 'steadfetch'; createFetch(); ${messageOf('resilience()')}`;
    expect(await evaluate(folder, program)).to.deep.equal({
      code: 0,
      output: 'PEER_PACKAGE resilience() needs ky 2.1 or later: run "npm install ky@2".\n',
    });
  });

  it('beside an old grpc-js: grpcInterceptor() says which grpc-js it needs', async () => {
    const folder = await beside('old');
    const program = `import {grpcInterceptor} from 'steadfetch/grpc'; ${messageOf('grpcInterceptor()')}`;
    expect(await evaluate(folder, program)).to.deep.equal({
      code: 0,
      output:
        'PEER_PACKAGE grpcInterceptor() needs @grpc/grpc-js 1.10 or later, and the installed version is older: run "npm install @grpc/grpc-js@1".\n',
    });
  });

  it('beside an old API of OpenTelemetry: createFetch() says which API it needs', async () => {
    const folder = await project('beside-api-1.2', ['@opentelemetry/api@1.2.0'], '--legacy-peer-deps');
    const program = `import {createFetch} from 'steadfetch/fetch'; ${messageOf('createFetch()')}`;
    expect(await evaluate(folder, program)).to.deep.equal({
      code: 0,
      output:
        'PEER_PACKAGE steadfetch needs @opentelemetry/api 1.3 or later: run "npm install @opentelemetry/api@1", or import steadfetch/core.\n',
    });
  });
});

/** Responds with 503 and 200 alternately, and accepts the requests of exporters. */
class Collector {
  readonly paths: string[] = [];
  #calls = 0;
  readonly #server: Server = createServer((request, response) => {
    if (request.method === 'GET') response.statusCode = ++this.#calls % 2 === 1 ? 503 : 200;
    else this.paths.push(request.url!);
    request.resume().on('end', () => response.end());
  });

  async start(): Promise<string> {
    await new Promise<void>(resolve => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

describe('a neighbor of another version', () => {
  let collector: Collector;
  let url: string;
  before(async () => {
    collector = new Collector();
    url = await collector.start();
  });
  after(() => collector.close());

  for (const [undici, age] of [
    ['undici@8.13.1', 'new'],
    ['undici@7.30.2', 'old'],
  ] as const) {
    it(`${undici}: resilienceInterceptor() retries, and moves the calls of an Agent but not those of a Client`, async () => {
      const folder = await beside(age);
      const program = `
        import {Agent, Client, request} from 'undici';
        import {resilienceInterceptor} from 'steadfetch/undici';
        const dispatcher = new Agent().compose(resilienceInterceptor({backoff: {baseMs: 1}}));
        console.log((await request('${url}/', {dispatcher})).statusCode);
        await dispatcher.close();
        const down = 'http://127.0.0.1:1';
        const endpoints = [{name: 'down', origin: down}, {name: 'up', origin: new URL('${url}').origin, rank: 2}];
        for (const serving of [new Agent(), new Client(down)]) {
          const moving = serving.compose(resilienceInterceptor({endpoints, backoff: {baseMs: 1}}));
          console.log(await request(down, {method: 'POST', dispatcher: moving}).then(({statusCode}) => statusCode, ({code}) => code));
          await serving.destroy();
        }`;
      expect(await evaluate(folder, program)).to.deep.equal({code: 0, output: '200\n200\nECONNREFUSED\n'});
    });
  }

  const call = `
    import {createFetch} from 'steadfetch/fetch';
    console.log((await createFetch({backoff: {baseMs: 1}})(process.env.OTEL_EXPORTER_OTLP_ENDPOINT)).status);`;
  const register = async (folder: string): Promise<Ran> => {
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_METRICS_EXPORTER: 'otlp',
      OTEL_LOGS_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    };
    const command = ['--import', 'steadfetch/register', '--input-type=module', '--eval', call];
    return attempt(folder, 'env', ...Object.entries(env).map(pair => pair.join('=')), process.execPath, ...command);
  };

  for (const [version, age] of [
    ['0.301.0', 'new'],
    ['0.223.0', 'old'],
  ] as const) {
    it(`@opentelemetry/sdk-node@${version}: steadfetch/register exports spans, metrics and logs`, async () => {
      collector.paths.length = 0;
      expect(await register(await beside(age))).to.deep.equal({
        code: 0,
        output: '200\n',
      });
      expect(new Set(collector.paths)).to.deep.equal(new Set(['/v1/traces', '/v1/metrics', '/v1/logs']));
    });
  }

  const refusal =
    'SteadfetchError: steadfetch/register needs @opentelemetry/sdk-node 0.200 or later: run "npm install @opentelemetry/sdk-node", or leave steadfetch/register out.';

  for (const [name, packages] of [
    ['without an SDK', []],
    ['with an SDK of before 0.200', ['@opentelemetry/sdk-node@0.57.2']],
  ] as const) {
    it(`${name}: steadfetch/register ends the process before the application starts, with one sentence`, async () => {
      const {code, output} = await register(await project(`register ${name}`, packages));
      expect(code).to.equal(1);
      expect(output).to.contain(refusal);
      expect(output).not.to.match(/^ +at |^200/m);
    });
  }
});
