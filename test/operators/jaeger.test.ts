/**
 * The spans of a bad day, in a real Jaeger: sent by `steadfetch/register` over OTLP/HTTP from a process of its own, read back through
 * the API that Jaeger's own pages use. Says so, and passes nothing, where no Jaeger can be had.
 */
import {execFile} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {expect} from 'chai';
import {findGoTool, jaeger} from '../../tools/go/find.ts';
import {startJaeger} from '../../tools/jaeger/start.ts';
import {drawTrace, eventsOf, get, type JaegerSpan, tagOf, traceOf} from './query.ts';

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** What a reader of Jaeger sees of each story. */
const drawn: Readonly<Record<string, readonly string[]>> = {
  'a call that succeeds at once': [
    'a call that succeeds at once · internal',
    '  steadfetch GET · internal · 200 · success',
    '    GET · client · 200 · success',
  ],
  'a call that is sent three times': [
    'a call that is sent three times · internal',
    '  steadfetch GET · internal · 200 · success',
    '    GET · client · 503 · failure · ERROR 503',
    '    GET · client · 503 · retry 1 · failure · ERROR 503',
    '    GET · client · 200 · retry 2 · success',
  ],
  'a keyed POST': [
    'a keyed POST · internal',
    '  steadfetch POST · internal · 200 · success',
    '    POST · client · 503 · failure · ERROR 503',
    '    POST · client · 200 · retry 1 · success',
  ],
  'a POST that must not be retried': [
    'a POST that must not be retried · internal',
    '  steadfetch POST · internal · 503 · not_retryable · ERROR 503',
    '    POST · client · 503 · failure · ERROR 503',
  ],
  'a call that gives up': [
    'a call that gives up · internal',
    '  steadfetch GET · internal · 503 · failure · ERROR 503',
    '    GET · client · 500 · failure · ERROR 500',
    '    GET · client · 502 · retry 1 · failure · ERROR 502',
    '    GET · client · 503 · retry 2 · failure · ERROR 503',
  ],
  'a slow call that is hedged': [
    'a slow call that is hedged · internal',
    '  steadfetch GET · internal · 200 · success',
    '    GET · client · superseded',
    '    GET · client · 200 · retry 1 · success · -> attempt 1',
  ],
  'a call that takes too long': [
    'a call that takes too long · internal · ERROR',
    '  steadfetch GET · internal · timeout · ERROR timeout',
    '    GET · client · timeout · ERROR timeout',
    '    GET · client · retry 1 · timeout · ERROR timeout',
  ],
  'a call that its caller aborts': [
    'a call that its caller aborts · internal · ERROR',
    '  steadfetch GET · internal · cancelled',
    '    GET · client · cancelled',
  ],
  'a call into an open breaker': [
    'a call into an open breaker · internal · ERROR',
    '  steadfetch GET · internal · 503 · failure · ERROR 503',
    '    GET · client · 503 · failure · ERROR 503',
    '  steadfetch GET · internal · 503 · failure · ERROR 503',
    '    GET · client · 503 · failure · ERROR 503',
    '  steadfetch GET · internal · circuit_open · ERROR circuit_open',
  ],
  'a call to a model that throttles': [
    'a call to a model that throttles · internal',
    '  steadfetch GET · internal · 200 · success',
    '    GET · client · 429 · failure · ERROR 429',
    '    GET · client · 200 · retry 1 · success',
  ],
};

describe('a real Jaeger', function () {
  this.timeout(30 * 60_000);
  let query = '';
  let traceIds: Readonly<Record<string, string>> = {};
  let stop = async (): Promise<void> => {};

  before(async function () {
    const target = await endpoint();
    if ('missing' in target) {
      console.log(`    skipped: ${target.missing}`);
      this.skip();
    }
    ({query, stop} = target);
    const {stdout} = await promisify(execFile)(
      process.execPath,
      ['--import', source('../../src/telemetry/register.ts'), source('traffic.ts')],
      {
        env: {
          ...process.env,
          OTEL_EXPORTER_OTLP_ENDPOINT: target.otlp,
          OTEL_SERVICE_NAME: 'traffic',
          OTEL_TRACES_SAMPLER: 'always_on',
        },
      },
    );
    traceIds = JSON.parse(stdout) as Record<string, string>;
  });
  after(() => stop());

  const storyOf = (name: string): Promise<JaegerSpan[]> => traceOf(query, traceIds[name]!, drawn[name]!.length);

  for (const [name, lines] of Object.entries(drawn)) {
    it(`shows ${name}, as one trace`, async () => {
      const spans = await storyOf(name);
      expect(drawTrace(spans)).to.deep.equal(lines);
      expect(new Set(spans.map(({traceID}) => traceID))).to.deep.equal(new Set([traceIds[name]]));
      // The SDK rounds the start of the user's own span down to a millisecond, so a call may seem to end after it.
      const isCall = (span: JaegerSpan): boolean => tagOf(span, 'steadfetch.call.outcome') !== undefined;
      const warnings = spans.flatMap(span =>
        (span.warnings ?? []).filter(warning => !(isCall(span) && warning.startsWith('clock skew'))),
      );
      expect(warnings, 'what Jaeger finds wrong with the tree').to.deep.equal([]);
    });
  }

  it('shows why a call was not retried', async () => {
    const call = (await storyOf('a POST that must not be retried')).find(
      span => tagOf(span, 'steadfetch.call.outcome') !== undefined,
    )!;
    expect(tagOf(call, 'steadfetch.call.reason')).to.match(/without an idempotency key/);
  });

  it('shows each wait with its source, the hedge and the refusal as events of the call', async () => {
    const eventsIn = async (name: string) => (await storyOf(name)).flatMap(span => eventsOf(span));
    expect(await eventsIn('a call that is sent three times')).to.deep.equal([
      'steadfetch.retry.scheduled',
      'steadfetch.retry.scheduled',
    ]);
    expect(await eventsIn('a slow call that is hedged')).to.include('steadfetch.hedge.started');
    expect(await eventsIn('a call into an open breaker')).to.include('steadfetch.breaker.rejected');
  });

  it('knows the service and its operations', async () => {
    const {services} = await get<{services: string[]}>(query, '/api/v3/services');
    expect(services).to.include('traffic');
    const {operations} = await get<{operations: {name: string; spanKind: string}[]}>(
      query,
      '/api/v3/operations?service=traffic',
    );
    expect(operations.map(({name}) => name)).to.include.members(['steadfetch GET', 'GET', 'steadfetch POST', 'POST']);
  });

  it('gives the same trace by its newer API, in OTLP', async () => {
    const name = 'a call that is sent three times';
    await storyOf(name);
    const {result} = await get<{
      result: {resourceSpans: {scopeSpans: {scope: {name: string}; spans: {status?: {code?: number}}[]}[]}[]};
    }>(query, `/api/v3/traces/${traceIds[name]}`);
    const scopes = result.resourceSpans.flatMap(({scopeSpans}) => scopeSpans);
    expect(scopes.map(({scope}) => scope.name)).to.include('steadfetch');
    expect(scopes.flatMap(({spans}) => spans)).to.have.length(drawn[name]!.length);
  });

  it('holds no secret of a URL', async () => {
    const trace = JSON.stringify(await storyOf('a call to a model that throttles'));
    expect(trace).to.contain('api_key=REDACTED');
    expect(trace).to.not.contain('secret');
  });
});

type Target = {readonly query: string; readonly otlp: string; stop(): Promise<void>} | {readonly missing: string};

/** JAEGER_ENDPOINT has the query API, JAEGER_OTLP_ENDPOINT the receiver; without them one of our own. */
async function endpoint(): Promise<Target> {
  const {JAEGER_ENDPOINT, JAEGER_OTLP_ENDPOINT = 'http://127.0.0.1:4318'} = process.env;
  if (JAEGER_ENDPOINT !== undefined) return {query: JAEGER_ENDPOINT, otlp: JAEGER_OTLP_ENDPOINT, stop: async () => {}};
  const found = await findGoTool(jaeger, true);
  return 'missing' in found ? found : startJaeger(found.binary);
}
