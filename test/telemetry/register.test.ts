/** `node --import steadfetch/register app.js`, in processes of its own. */
import {expect} from 'chai';
import {deadUrl, LoopbackServer, type Place} from '../support/loopback-server.ts';
import {valuesOf} from '../support/otlp/checks.ts';
import {OtlpCollector} from '../support/otlp/receiver.ts';
import {entryUrl} from '../support/programs.ts';
import {type Ended, runRegistered} from '../support/registered-process.ts';

const CALL = `
  import {createFetch} from ${JSON.stringify(entryUrl('fetch'))};
  const response = await createFetch({backoff: {baseMs: 1, throttledBaseMs: 1}})(process.env.TARGET);
  await response.text();
`;
const apps = {
  'ends by itself': CALL,
  'exits at once': `${CALL} console.log('done');`,
  'runs until it is killed': `${CALL} console.log('ready'); setInterval(() => {}, 1000);`,
  // Not before the test says so: the duration of an export does not matter here.
  'handles SIGTERM itself': `${CALL}
    process.stdin.resume().on('end', () => process.exit(7));
    process.on('SIGTERM', () => console.log('closing'));
    console.log('ready');`,
  'drains after SIGTERM': `${CALL}
    const alive = setInterval(() => {}, 1000);
    process.on('SIGTERM', async () => {
      await new Promise(done => setTimeout(done, 100));
      await (await createFetch()(process.env.TARGET)).text();
      clearInterval(alive);
    });
    console.log('ready');`,
};

describe('telemetry: register', () => {
  let server: LoopbackServer;
  let silent: Place;
  const runs: Record<string, Promise<Ended>> = {};
  const collectors: Record<string, OtlpCollector> = {};

  // All side by side: most of a process's time is its start.
  before(async () => {
    server = await LoopbackServer.start();
    silent = server.place('hang');
    const dead = await deadUrl();
    const start = async (
      name: string,
      app: keyof typeof apps,
      env: NodeJS.ProcessEnv = {},
      kill?: NodeJS.Signals,
    ): Promise<void> => {
      const collector = await OtlpCollector.start();
      collectors[name] = collector;
      runs[name] = runRegistered(apps[app], {
        env: {OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, TARGET: server.place(503, 200).url, ...env},
        kill,
        inputEnds: collector.arrived(1),
      });
    };
    await start('plain', 'ends by itself', {OTEL_SERVICE_NAME: 'shop', OTEL_RESOURCE_ATTRIBUTES: 'team=a,tier=gold'});
    await start('json', 'ends by itself', {OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json'});
    await start('everything', 'ends by itself', {OTEL_METRICS_EXPORTER: 'otlp', OTEL_LOGS_EXPORTER: 'otlp'});
    await start('empty', 'ends by itself', {OTEL_METRICS_EXPORTER: '', OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: ' '});
    await start('disabled', 'ends by itself', {OTEL_SDK_DISABLED: 'true'});
    await start('unsampled', 'ends by itself', {OTEL_TRACES_SAMPLER: 'always_off'});
    await start('SIGTERM', 'runs until it is killed', {}, 'SIGTERM');
    await start('SIGINT', 'runs until it is killed', {}, 'SIGINT');
    await start('own handler', 'handles SIGTERM itself', {}, 'SIGTERM');
    await start('draining', 'drains after SIGTERM', {}, 'SIGTERM');
    // The exporter alone would try for ten minutes, and mocha would end the test before.
    const patient = {OTEL_EXPORTER_OTLP_TIMEOUT: '600000', OTEL_BSP_EXPORT_TIMEOUT: '600000'};
    await start('nobody', 'exits at once', {
      ...patient,
      OTEL_EXPORTER_OTLP_ENDPOINT: dead,
      OTEL_METRICS_EXPORTER: 'otlp',
      OTEL_LOGS_EXPORTER: 'otlp',
    });
    await start(
      'nobody, killed',
      'runs until it is killed',
      {...patient, OTEL_EXPORTER_OTLP_ENDPOINT: dead},
      'SIGTERM',
    );
    await start('hanging', 'runs until it is killed', {...patient, OTEL_EXPORTER_OTLP_ENDPOINT: silent.url}, 'SIGTERM');
  });
  after(async () => {
    await Promise.allSettled(Object.values(runs));
    await Promise.all(Object.values(collectors).map(collector => collector.close()));
    await server.close();
  });

  const resources = (name: string) => collectors[name]!.traces.flatMap(({resourceSpans}) => resourceSpans);
  const spans = (name: string): string[] =>
    resources(name)
      .flatMap(({scopeSpans}) => scopeSpans)
      .filter(({scope}) => scope.name === 'steadfetch')
      .flatMap(scope => scope.spans.map(span => span.name));
  const forms = (name: string): string[] => [
    ...new Set(collectors[name]!.received.map(({signal, contentType}) => `${signal} as ${contentType}`)),
  ];
  const ALL = ['GET', 'GET', 'steadfetch GET'];

  it('exports every span, and only traces, when the process ends', async () => {
    expect(await runs.plain).to.include({code: 0, signal: null, stdout: '', stderr: ''});
    expect(forms('plain')).to.deep.equal(['traces as application/x-protobuf']);
    expect(spans('plain')).to.deep.equal(ALL);
  });

  it('takes an empty variable for one that is not set: only traces are exported', async () => {
    expect(await runs.empty).to.include({code: 0, stderr: ''});
    expect(forms('empty')).to.deep.equal(['traces as application/x-protobuf']);
  });

  it('follows the standard variables: names, attributes, protocol, sampler, and disabling', async () => {
    for (const name of ['json', 'disabled', 'unsampled'])
      expect(await runs[name], name).to.include({code: 0, stderr: ''});
    const resource = valuesOf(resources('plain')[0]!.resource.attributes);
    expect(resource).to.include({'service.name': 'shop', team: 'a', tier: 'gold'});
    expect(forms('json')).to.deep.equal(['traces as application/json']);
    expect(spans('json')).to.deep.equal(ALL);
    expect(collectors.disabled!.received).to.deep.equal([]);
    expect(spans('unsampled')).to.deep.equal([]);
  });

  it('detects process, host and system', async () => {
    await runs.plain;
    const resource = valuesOf(resources('plain')[0]!.resource.attributes);
    expect(resource).to.include({'process.runtime.name': 'nodejs', 'os.type': process.platform});
    expect(resource).to.include.keys('process.pid', 'host.name', 'service.instance.id');
  });

  it('exports metrics and logs on request', async () => {
    expect(await runs.everything).to.include({code: 0, stderr: ''});
    expect(forms('everything').sort()).to.deep.equal([
      'logs as application/x-protobuf',
      'metrics as application/x-protobuf',
      'traces as application/x-protobuf',
    ]);
    const names = collectors
      .everything!.metrics.flatMap(({resourceMetrics}) => resourceMetrics)
      .flatMap(({scopeMetrics}) => scopeMetrics)
      .flatMap(scope => scope.metrics.map(metric => metric.name));
    expect(names).to.include('steadfetch.client.call.duration');
    const records = collectors
      .everything!.logs.flatMap(({resourceLogs}) => resourceLogs)
      .flatMap(({scopeLogs}) => scopeLogs)
      .flatMap(scope => scope.logRecords.map(record => record.eventName));
    expect(records).to.deep.equal(['steadfetch.retry.scheduled']);
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`${signal}: exports the remaining spans, and the process ends by the signal`, async () => {
      const ended = await runs[signal]!;
      expect(ended).to.include({code: null, signal, stderr: ''});
      expect(spans(signal)).to.deep.equal(ALL);
    });
  }

  it('SIGTERM in an application that exits by itself keeps its exit code', async () => {
    const ended = await runs['own handler'];
    expect(ended).to.include({code: 7, signal: null, stdout: 'ready\nclosing\n', stderr: ''});
    expect(spans('own handler')).to.deep.equal(ALL);
  });

  it('SIGTERM in an application that finishes its work first exports that work too', async () => {
    expect(await runs.draining).to.include({code: 0, signal: null, stderr: ''});
    expect(spans('draining')).to.deep.equal([...ALL, 'GET', 'steadfetch GET']);
  });

  it('without a collector writes nothing to stderr, and the process ends without waiting for the exporter', async () => {
    const ended = await runs.nobody!;
    expect(ended).to.include({code: 0, stdout: 'done\n', stderr: ''});
    const killed = await runs['nobody, killed']!;
    expect(killed).to.include({signal: 'SIGTERM', stderr: ''});
  });

  it('does not keep the process alive for a collector that hangs', async () => {
    const ended = await runs.hanging!;
    expect(ended).to.include({signal: 'SIGTERM', stderr: ''});
    expect(silent.requests.length).to.be.above(0);
  });
});
