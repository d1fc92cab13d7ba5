/** The spans that steadfetch exports are a log that triage reads: the same signals, attempts and classes as the client found. */
import {OTLPTraceExporter} from '@opentelemetry/exporter-trace-otlp-http';
import {NodeSDK} from '@opentelemetry/sdk-node';
import {BatchSpanProcessor} from '@opentelemetry/sdk-trace';
import {expect} from 'chai';
import {createFetch} from '../../src/index.ts';
import {otelObserver} from '../../src/telemetry.ts';
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
      {backoff: {baseMs: 1, throttledBaseMs: 1}, attemptTimeoutMs: 200},
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
