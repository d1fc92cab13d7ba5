/** Log records: which, how severe, with the ids of their trace; by the API that has logs, and by the package that had them before. */
import {logs as currentApi} from '@opentelemetry/api';
import {logs as formerApi} from '@opentelemetry/api-logs';
import {InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor} from '@opentelemetry/sdk-logs';
import {expect} from 'chai';
import type {PolicyInput, Ports} from '../../src/core.ts';
import {observed} from '../../src/telemetry/observed.ts';
import {World} from '../call/world.ts';
import {Tracing} from '../support/otel.ts';

const POLICY: PolicyInput = {
  name: 'shop',
  backoff: {kind: 'constant', delayMs: 100, throttledBaseMs: 0, jitter: 'none'},
  maxAttempts: 2,
  breaker: {kind: 'consecutive', failures: 4, openMs: 1000},
};

const world = (policy: PolicyInput = POLICY, ports: Ports = {}): World => new World(policy, observed(ports));

describe('telemetry: log records', () => {
  let exporter: InMemoryLogRecordExporter;
  let provider: LoggerProvider;
  beforeEach(() => {
    exporter = new InMemoryLogRecordExporter();
    provider = new LoggerProvider({processors: [new SimpleLogRecordProcessor({exporter})]});
  });
  afterEach(async () => {
    currentApi.disable();
    formerApi.disable();
    await provider.shutdown();
  });

  const recorded = () =>
    exporter.getFinishedLogRecords().map(({eventName, severityNumber, severityText, body, attributes}) => ({
      eventName,
      severity: [severityNumber, severityText],
      body,
      attributes,
    }));
  const common = {
    'http.request.method': 'GET',
    'server.address': 'api.test',
    'server.port': 443,
    'steadfetch.policy.name': 'shop',
  };

  const apis: Record<string, () => void> = {
    'the API, from 1.10 on': () => void currentApi.setGlobalLoggerProvider(provider),
    'its own package, before that': () => void formerApi.setGlobalLoggerProvider(provider as never),
  };
  for (const [api, register] of Object.entries(apis)) {
    it(`${api}: are DEBUG for a retry, and WARN for a call that is given up`, async () => {
      register();
      const each = world();
      each.serve(503);
      await each.run();
      expect(recorded()).to.deep.equal([
        {
          eventName: 'steadfetch.retry.scheduled',
          severity: [5, 'DEBUG'],
          body: 'GET https://api.test is sent again in 100 ms, as attempt 2: 503',
          attributes: {
            ...common,
            'steadfetch.call.id': 'call-1',
            'steadfetch.attempt.number': 2,
            'steadfetch.reason': '503',
            'steadfetch.wait': 0.1,
            'steadfetch.wait.source': 'backoff',
          },
        },
        {
          eventName: 'steadfetch.retry.exhausted',
          severity: [13, 'WARN'],
          body: 'GET https://api.test is not sent again after 2 attempts: attempts-exhausted',
          attributes: {...common, 'steadfetch.call.id': 'call-1', 'steadfetch.reason': 'attempts-exhausted'},
        },
      ]);
    });
  }

  it('are WARN for each change of a breaker', async () => {
    currentApi.setGlobalLoggerProvider(provider);
    const each = world({...POLICY, maxAttempts: 1, breaker: {kind: 'consecutive', failures: 1, openMs: 1000}});
    each.serve(500);
    await each.run();
    expect(recorded().find(({eventName}) => eventName === 'steadfetch.circuit_breaker.state_change')).to.deep.equal({
      eventName: 'steadfetch.circuit_breaker.state_change',
      severity: [13, 'WARN'],
      body: 'The circuit of https://api.test is open; it was closed.',
      attributes: {
        'steadfetch.policy.name': 'shop',
        'steadfetch.circuit_breaker.name': 'https://api.test',
        'steadfetch.circuit_breaker.from': 'closed',
        'steadfetch.circuit_breaker.to': 'open',
      },
    });
  });

  it('are not written for calls that succeed at once', async () => {
    currentApi.setGlobalLoggerProvider(provider);
    await world().run();
    expect(recorded()).to.deep.equal([]);
  });

  it('are not made below the configured severity', async () => {
    provider = new LoggerProvider({
      processors: [new SimpleLogRecordProcessor({exporter})],
      loggerConfigurator: () => ({enabled: true, minimumSeverity: 13, traceBased: false}),
    });
    currentApi.setGlobalLoggerProvider(provider);
    const each = world();
    each.serve(503);
    await each.run();
    expect(recorded().map(({eventName}) => eventName)).to.deep.equal(['steadfetch.retry.exhausted']);
  });

  it('go to a provider that is registered later', async () => {
    const each = world({...POLICY, breaker: null});
    each.serve(503);
    await each.run();
    currentApi.setGlobalLoggerProvider(provider);
    await each.run();
    expect(recorded()).to.have.length(2);
  });

  it('have the trace and span id of their call', async () => {
    const tracing = new Tracing({logRecordProcessors: [new SimpleLogRecordProcessor({exporter})]});
    try {
      const each = world();
      each.serve(503);
      await each.run();
      const {traceId, spanId} = tracing.calls[0]!.spanContext();
      expect(
        exporter.getFinishedLogRecords().map(({spanContext}) => [spanContext?.traceId, spanContext?.spanId]),
      ).to.deep.equal([
        [traceId, spanId],
        [traceId, spanId],
      ]);
    } finally {
      await tracing.stop();
    }
  });
});
