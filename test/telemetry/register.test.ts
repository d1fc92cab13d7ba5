/** `node --import steadfetch/register app.js`, in processes of its own. */
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {text} from 'node:stream/consumers';
import {expect} from 'chai';
import {deadUrl, type Place, WireServer} from '../support/wire-server.ts';

const source = (path: string): string => new URL(`../../src/${path}`, import.meta.url).href;

const CALL = `
  import {createFetch} from ${JSON.stringify(source('fetch.ts'))};
  const response = await createFetch({backoff: {baseMs: 1, throttledBaseMs: 1}})(process.env.TARGET);
  await response.text();
`;
const apps = {
  'ends by itself': CALL,
  'exits at once': `${CALL} console.log('done');`,
  'runs until it is killed': `${CALL} console.log('ready'); setInterval(() => {}, 1000);`,
  'handles SIGTERM itself': `${CALL}
    process.on('SIGTERM', () => { console.log('closing'); setTimeout(() => process.exit(7), 300); });
    console.log('ready'); setInterval(() => {}, 1000);`,
};

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** From the moment it was asked to end, or was started. */
  readonly ms: number;
}

interface OtlpBody {
  resourceSpans: {
    resource: {attributes: {key: string; value: {stringValue?: string}}[]};
    scopeSpans: {scope: {name: string}; spans: {name: string}[]}[];
  }[];
}

describe('telemetry: register', function () {
  this.timeout(20_000);
  let server: WireServer;
  let dead: string;
  before(async () => {
    server = await WireServer.start();
    dead = await deadUrl();
  });
  after(() => server.close());

  async function run(app: keyof typeof apps, env: NodeJS.ProcessEnv, kill?: NodeJS.Signals): Promise<Ended> {
    const clean = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/^(OTEL_|NODE_OPTIONS)/.test(name)),
    );
    let from = performance.now();
    const child: ChildProcess = spawn(
      process.execPath,
      ['--import', source('telemetry/register.ts'), '--input-type=module', '--eval', apps[app]],
      {env: {...clean, TARGET: server.place(503, 200).url, ...env}, stdio: ['ignore', 'pipe', 'pipe']},
    );
    if (kill !== undefined)
      child.stdout!.once('data', () => {
        from = performance.now();
        child.kill(kill);
      });
    const output = Promise.all([text(child.stdout!), text(child.stderr!)]);
    const [code, signal] = await once(child, 'exit');
    const ms = performance.now() - from;
    const [stdout, stderr] = await output;
    return {code, signal, stdout, stderr, ms};
  }

  const received = (place: Place) => {
    const resources = place.requests.flatMap(({body}) => (JSON.parse(body.toString()) as OtlpBody).resourceSpans);
    const scopes = resources.flatMap(({scopeSpans}) => scopeSpans);
    return {
      paths: [...new Set(place.requests.map(({path}) => path.replace(/^\/p\d+/, '')))],
      services: [
        ...new Set(
          resources.flatMap(({resource}) =>
            resource.attributes.filter(({key}) => key === 'service.name').map(({value}) => value.stringValue),
          ),
        ),
      ],
      spans: scopes.filter(({scope}) => scope.name === 'steadfetch').flatMap(({spans}) => spans.map(({name}) => name)),
    };
  };
  const ALL = ['GET', 'GET', 'steadfetch GET'];

  it('exports every span on the standard variables, and nothing but traces, when the process ends', async () => {
    const collector = server.place(200);
    const ended = await run('ends by itself', {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_SERVICE_NAME: 'shop',
    });
    expect(ended).to.include({code: 0, signal: null, stdout: '', stderr: ''});
    expect(received(collector)).to.deep.equal({paths: ['/v1/traces'], services: ['shop'], spans: ALL});
  });

  it('heeds OTEL_TRACES_SAMPLER', async () => {
    const collector = server.place(200);
    const ended = await run('ends by itself', {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_TRACES_SAMPLER: 'always_off',
    });
    expect(ended).to.include({code: 0, stderr: ''});
    expect(received(collector).spans).to.deep.equal([]);
  });

  for (const kill of ['SIGTERM', 'SIGINT'] as const) {
    it(`${kill}: exports what is left, and dies of the signal as it would have`, async () => {
      const collector = server.place(200);
      const ended = await run('runs until it is killed', {OTEL_EXPORTER_OTLP_ENDPOINT: collector.url}, kill);
      expect(ended).to.include({code: null, signal: kill, stderr: ''});
      expect(received(collector).spans).to.deep.equal(ALL);
      expect(ended.ms).to.be.below(2000);
    });
  }

  it('SIGTERM in an application that ends itself: its own exit code', async () => {
    const collector = server.place(200);
    const ended = await run('handles SIGTERM itself', {OTEL_EXPORTER_OTLP_ENDPOINT: collector.url}, 'SIGTERM');
    expect(ended).to.include({code: 7, signal: null, stdout: 'ready\nclosing\n', stderr: ''});
    expect(received(collector).spans).to.deep.equal(ALL);
  });

  it('nobody listens: no word on stderr, no delay', async () => {
    const [plain, killed] = await Promise.all([
      run('exits at once', {OTEL_EXPORTER_OTLP_ENDPOINT: dead}),
      run('runs until it is killed', {OTEL_EXPORTER_OTLP_ENDPOINT: dead}, 'SIGTERM'),
    ]);
    expect(plain).to.include({code: 0, stdout: 'done\n', stderr: ''});
    expect(killed).to.include({signal: 'SIGTERM', stderr: ''});
    expect(plain.ms).to.be.below(4000);
    expect(killed.ms).to.be.below(2000);
  });

  it('a collector that hangs does not keep the process', async () => {
    const collector = server.place('hang');
    const ended = await run('runs until it is killed', {OTEL_EXPORTER_OTLP_ENDPOINT: collector.url}, 'SIGTERM');
    expect(ended.stderr).to.equal('');
    expect(ended.ms).to.be.below(3000);
  });
});
