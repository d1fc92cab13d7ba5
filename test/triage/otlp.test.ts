/** The spans that steadfetch exports are a log that triage reads: the same signals, attempts and classes as the client found. */
import {OTLPTraceExporter} from '@opentelemetry/exporter-trace-otlp-http';
import {NodeSDK} from '@opentelemetry/sdk-node';
import {BatchSpanProcessor} from '@opentelemetry/sdk-trace';
import {expect} from 'chai';
import {createFetch} from '../../src/index.ts';
import {otelObserver} from '../../src/telemetry.ts';
import {readPlainSpan, readSpan} from '../../src/triage/formats/otlp.ts';
import {deadUrl, LoopbackServer} from '../support/loopback-server.ts';
import {unregister} from '../support/otel.ts';
import {OtlpCollector} from '../support/otlp/receiver.ts';
import {settle} from '../support/outcome.ts';
import {shortly, triaged} from './triaged.ts';

describe('triage: the spans of steadfetch', () => {
  let collector: OtlpCollector;
  let server: LoopbackServer;
  before(async () => {
    collector = await OtlpCollector.start();
    server = await LoopbackServer.start();
  });
  after(async () => {
    await collector.close();
    await server.close();
  });

  it('are read as the collector writes them', async () => {
    const sdk = new NodeSDK({
      instrumentations: [],
      autoDetectResources: false,
      metricReaders: [],
      logRecordProcessors: [],
      spanProcessors: [new BatchSpanProcessor({exporter: new OTLPTraceExporter({url: `${collector.url}/v1/traces`})})],
    });
    sdk.start();
    const fetch = createFetch(
      {backoff: {baseMs: 1, throttledBaseMs: 1}, attemptTimeoutMs: 1000},
      {observer: otelObserver()},
    );
    try {
      await settle(() => fetch(server.place(503, 200).url));
      await settle(() => fetch(server.place(429, 404).url, {method: 'POST'}));
      await settle(() => fetch(server.place('reset').url, {method: 'POST'}));
      await settle(() => fetch(server.place('hang').url, {method: 'POST'}));
      const dead = await deadUrl();
      await settle(() => fetch(dead, {method: 'POST', resilience: {maxAttempts: 1}}));
    } finally {
      await sdk.shutdown();
      unregister();
    }
    const log = collector.received.map(({bytes}) => bytes.toString()).join('\n');
    const found = triaged(log).failures.map(each => `${each.failure.attempt} ${shortly(each).replace(/^\d+ /, '')}`);
    expect(found.sort()).to.deep.equal([
      '1 GET 503 yellow retry',
      '1 POST 429 green wait',
      '1 POST ECONNREFUSED green retry',
      '1 POST ECONNRESET yellow retry-with-key',
      '1 POST attempt timeout yellow retry-with-key',
      '2 POST 404 red fix',
    ]);
  });
});

describe('readPlainSpan', () => {
  const attribute = (key: string, value: object) => ({key, value});
  const ok = attribute('http.response.status_code', {intValue: '200'});
  const method = attribute('http.request.method', {stringValue: 'GET'});
  const IDS = {
    traceId: '5B8EFFF798038103D269B633813FC60C',
    spanId: 'eee19b7ec3c1b174',
    parentSpanId: 'EEE19B7EC3C1B173',
    kind: 3,
  };

  for (const [title, span, isPlain] of [
    ['a success', {...IDS, attributes: [method, ok]}, true],
    ['a success with a number', {...IDS, attributes: [method, attribute('http.status_code', {intValue: 204})]}, true],
    ['a root without HTTP', {...IDS, parentSpanId: '', attributes: []}, true],
    ['a failure', {...IDS, attributes: [method, attribute('http.response.status_code', {intValue: '503'})]}, false],
    ['a status as text', {...IDS, attributes: [attribute('http.status_code', {stringValue: '429'})]}, false],
    ['a retry', {...IDS, attributes: [ok, attribute('http.request.resend_count', {intValue: '1'})]}, false],
    ['an error', {...IDS, attributes: [method, attribute('error.type', {stringValue: 'timeout'})]}, false],
    ['gRPC', {...IDS, attributes: [attribute('rpc.grpc.status_code', {intValue: '14'})]}, false],
    ['two statuses', {...IDS, attributes: [ok, attribute('http.status_code', {intValue: '500'})]}, false],
    ['ids of a link before its own', {links: [{traceId: '0'.repeat(32), spanId: '1'.repeat(16)}], ...IDS}, false],
    ['an escaped name', {...IDS, attributes: [attribute('error\\u002etype', {stringValue: 'timeout'})]}, false],
    ['a kind inside of a server span', {...IDS, kind: 2, events: [{kind: 3}]}, false],
    ['an id that is none', {...IDS, traceId: 'x'}, false],
  ] as const)
    it(`${isPlain ? 'reads' : 'leaves to the parser'} ${title}`, () => {
      for (const space of [undefined, 2]) {
        const json = JSON.stringify(span, null, space).replaceAll('\\\\u', '\\u');
        const plain = readPlainSpan(json);
        expect(plain !== null).to.equal(isPlain);
        if (plain !== null) expect(plain).to.deep.equal(readSpan(JSON.parse(json)));
      }
    });
});
