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
  'drains after SIGTERM': `${CALL}
    const alive = setInterval(() => {}, 1000);
    process.on('SIGTERM', async () => {
      await new Promise(done => setTimeout(done, 100));
      await (await createFetch()(process.env.TARGET)).text();
      clearInterval(alive);
    });
    console.log('ready');`,
};

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** From its first word, upon which it is killed where that is the test; from its start, if it says none. */
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
  const runs: Record<string, Promise<Ended>> = {};
  const collectors: Record<string, Place> = {};

  // All side by side: most of a process's time is its start.
  before(async () => {
    server = await WireServer.start();
    const dead = await deadUrl();
    const start = (name: string, app: keyof typeof apps, env: NodeJS.ProcessEnv = {}, kill?: NodeJS.Signals) => {
      const collector = server.place(name === 'hanging' ? 'hang' : 200);
      collectors[name] = collector;
      runs[name] = run(app, {OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...env}, kill);
    };
    start('plain', 'ends by itself', {OTEL_SERVICE_NAME: 'shop'});
    start('unsampled', 'ends by itself', {OTEL_TRACES_SAMPLER: 'always_off'});
    start('SIGTERM', 'runs until it is killed', {}, 'SIGTERM');
    start('SIGINT', 'runs until it is killed', {}, 'SIGINT');
    start('own handler', 'handles SIGTERM itself', {}, 'SIGTERM');
    start('draining', 'drains after SIGTERM', {}, 'SIGTERM');
    start('nobody', 'exits at once', {OTEL_EXPORTER_OTLP_ENDPOINT: dead});
    start('nobody, killed', 'runs until it is killed', {OTEL_EXPORTER_OTLP_ENDPOINT: dead}, 'SIGTERM');
    start('hanging', 'runs until it is killed', {}, 'SIGTERM');
  });
  after(async () => {
    await Promise.allSettled(Object.values(runs));
    await server.close();
  });

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
    child.stdout!.once('data', () => {
      from = performance.now();
      if (kill !== undefined) child.kill(kill);
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
    expect(await runs.plain).to.include({code: 0, signal: null, stdout: '', stderr: ''});
    expect(received(collectors.plain!)).to.deep.equal({paths: ['/v1/traces'], services: ['shop'], spans: ALL});
  });

  it('heeds OTEL_TRACES_SAMPLER', async () => {
    expect(await runs.unsampled).to.include({code: 0, stderr: ''});
    expect(received(collectors.unsampled!).spans).to.deep.equal([]);
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`${signal}: exports what is left, and dies of the signal as it would have`, async () => {
      const ended = await runs[signal]!;
      expect(ended).to.include({code: null, signal, stderr: ''});
      expect(received(collectors[signal]!).spans).to.deep.equal(ALL);
      expect(ended.ms).to.be.below(4000);
    });
  }

  it('SIGTERM in an application that ends itself: its own exit code', async () => {
    const ended = await runs['own handler'];
    expect(ended).to.include({code: 7, signal: null, stdout: 'ready\nclosing\n', stderr: ''});
    expect(received(collectors['own handler']!).spans).to.deep.equal(ALL);
  });

  it('SIGTERM in an application that finishes its work first: that work is exported too', async () => {
    expect(await runs.draining).to.include({code: 0, signal: null, stderr: ''});
    expect(received(collectors.draining!).spans).to.deep.equal([...ALL, 'GET', 'steadfetch GET']);
  });

  it('nobody listens: no word on stderr, and a delay of a second at the most', async () => {
    const ended = await runs.nobody!;
    expect(ended).to.include({code: 0, stdout: 'done\n', stderr: ''});
    expect(ended.ms).to.be.below(4000); // The exporter alone would try for eight seconds.
    const killed = await runs['nobody, killed']!;
    expect(killed).to.include({signal: 'SIGTERM', stderr: ''});
    expect(killed.ms).to.be.below(4000);
  });

  it('a collector that hangs does not keep the process', async () => {
    const ended = await runs.hanging!;
    expect(ended).to.include({signal: 'SIGTERM', stderr: ''});
    expect(ended.ms).to.be.below(4000);
  });
});
