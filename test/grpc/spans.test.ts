/** The telemetry of gRPC calls: spans and metrics by the RPC conventions, ids and trace headers as metadata. */
import {status} from '@grpc/grpc-js';
import {metrics, SpanStatusCode, trace} from '@opentelemetry/api';
import {MeterProvider} from '@opentelemetry/sdk-metrics';
import {expect} from 'chai';
import {type GrpcPorts, grpcInterceptor, type PolicyInput} from '../../src/grpc.ts';
import {logToConsole} from '../../src/log.ts';
import {otelObserver} from '../../src/telemetry.ts';
import {ManualReader, Tracing, traceparentOf} from '../support/otel.ts';
import {AT_ONCE} from '../support/policies.ts';
import {drain, fails, GrpcServer, get, hang, ok, watch} from './grpc-server.ts';

describe('the telemetry of a gRPC call', () => {
  let server: GrpcServer;
  let tracing: Tracing;
  before(async () => {
    server = await GrpcServer.start();
    tracing = new Tracing();
  });
  beforeEach(() => tracing.reset());
  afterEach(() => {
    expect(tracing.open, 'spans left open').to.deep.equal([]);
    expect(tracing.complaints).to.deep.equal([]);
  });
  after(async () => {
    await tracing.stop();
    await server.close();
  });

  const client = (policy: PolicyInput = {}, ports: GrpcPorts = {}) =>
    server.client([grpcInterceptor({backoff: AT_ONCE, idempotentMethods: ['POST'], ...policy}, ports)]);
  const method = {'rpc.system.name': 'grpc', 'rpc.method': 'shop.Orders/Get'};

  it('the call is INTERNAL and each attempt CLIENT, both named for the method', async () => {
    server.serve(fails(status.UNAVAILABLE), ok);
    await get(client());
    const port = Number(server.address.split(':')[1]);
    const place = {'server.address': '127.0.0.1', 'server.port': port};
    const id = server.sent('x-correlation-id')[0];
    const spans = tracing.attempts.map(({name, attributes, status: {code}}) => ({name, attributes, code}));
    const attempt = {...method, ...place, 'steadfetch.call.id': id};
    expect(spans).to.deep.equal([
      {
        name: 'shop.Orders/Get',
        attributes: {
          ...attempt,
          'steadfetch.attempt.number': 1,
          'steadfetch.attempt.kind': 'initial',
          'steadfetch.attempt.outcome': 'failure',
          'rpc.response.status_code': 'UNAVAILABLE',
          'error.type': 'UNAVAILABLE',
        },
        code: SpanStatusCode.ERROR,
      },
      {
        name: 'shop.Orders/Get',
        attributes: {
          ...attempt,
          'steadfetch.attempt.number': 2,
          'steadfetch.attempt.kind': 'retry',
          'steadfetch.attempt.outcome': 'success',
          'rpc.response.status_code': 'OK',
        },
        code: SpanStatusCode.UNSET,
      },
    ]);
    const [call] = tracing.calls;
    expect(call!.name).to.equal('steadfetch shop.Orders/Get');
    expect(call!.attributes).to.deep.include({
      ...method,
      ...place,
      'rpc.response.status_code': 'OK',
      'steadfetch.call.outcome': 'success',
      'steadfetch.call.attempts': 2,
    });
    expect(call!.status.code).to.equal(SpanStatusCode.UNSET);
    expect(call!.events.map(({name}) => name)).to.deep.equal(['steadfetch.retry.scheduled']);
  });

  it('every attempt sends the traceparent of its own span, below that of the caller', async () => {
    server.serve(fails(status.UNAVAILABLE), fails(status.UNAVAILABLE), ok);
    const mine = trace.getTracer('mine');
    const traceId = await mine.startActiveSpan('mine', async span => {
      await get(client());
      span.end();
      return span.spanContext().traceId;
    });
    const attempts = tracing.attempts;
    expect(server.sent('traceparent')).to.deep.equal(attempts.map(traceparentOf));
    expect(new Set(server.sent('traceparent')).size).to.equal(3);
    expect(attempts.map(span => span.spanContext().traceId)).to.deep.equal(Array(3).fill(traceId));
  });

  it('a call that failed sets the error status of its span, with the code', async () => {
    server.serve(fails(status.NOT_FOUND));
    await get(client());
    for (const span of tracing.spans) {
      expect(span.status).to.deep.equal({code: SpanStatusCode.ERROR});
      expect(span.attributes).to.include({'rpc.response.status_code': 'NOT_FOUND', 'error.type': 'NOT_FOUND'});
    }
    expect(tracing.spans).to.have.length(2);
  });

  it('a timeout is DEADLINE_EXCEEDED, and the caller’s cancellation is no error', async () => {
    server.serve(hang);
    await get(client({attemptTimeoutMs: 30, maxAttempts: 1}));
    expect(tracing.attempts[0]!.attributes).to.include({
      'rpc.response.status_code': 'DEADLINE_EXCEEDED',
      'error.type': 'timeout',
      'steadfetch.attempt.outcome': 'timeout',
    });
    tracing.reset();
    await get(client(), {}, undefined, call => setTimeout(() => call.cancel(), 20));
    for (const span of tracing.spans) {
      expect(span.status.code).to.equal(SpanStatusCode.UNSET);
      expect(span.attributes['error.type']).to.equal(undefined);
      expect(span.attributes['rpc.response.status_code']).to.equal('CANCELLED');
    }
    expect(tracing.spans).to.have.length(2);
  });

  it('a stream’s spans end when it begins', async () => {
    server.serve(attempt => {
      attempt.message('a');
      attempt.end(status.OK);
    });
    const stream = watch(client());
    await new Promise(resolve => stream.once('data', resolve));
    expect(tracing.spans.map(({name}) => name)).to.deep.equal(['shop.Orders/Watch', 'steadfetch shop.Orders/Watch']);
    await drain(stream);
  });

  it('with bodySpans, reading a stream has its own span', async () => {
    const ends = async (code: status): Promise<unknown> => {
      tracing.reset();
      server.serve(attempt => {
        attempt.message('a');
        attempt.end(code);
      });
      await drain(watch(client({}, {observer: otelObserver({bodySpans: true})})));
      return tracing.spans.find(({name}) => name === 'steadfetch body')?.attributes['steadfetch.body.outcome'];
    };
    expect(await ends(status.OK)).to.equal('read');
    expect(await ends(status.UNAVAILABLE)).to.equal('failure');
  });

  it('a hedge has a link to the attempt it was sent beside', async () => {
    server.serve(hang, ok);
    const hedged: PolicyInput = {idempotentMethods: ['POST'], hedge: {delayMs: 20, maxLoadRatio: 1}};
    await get(client(hedged));
    const [first, hedge] = tracing.attempts;
    expect(hedge!.links.map(({context}) => context.spanId)).to.deep.equal([first!.spanContext().spanId]);
    expect(first!.attributes['steadfetch.attempt.outcome']).to.equal('superseded');
  });

  it('has its own attempt spans even if those of HTTP attempts are delegated', async () => {
    server.serve(ok);
    await get(client({}, {observer: otelObserver({attemptSpans: 'delegate'})}));
    expect(tracing.attempts.map(({name}) => name)).to.deep.equal(['shop.Orders/Get']);
    expect(server.sent('traceparent')).to.deep.equal(tracing.attempts.map(traceparentOf));
  });

  it('the callback of the caller runs in the context of the caller, not of an attempt', async () => {
    server.serve(fails(status.UNAVAILABLE), attempt => {
      attempt.message('a');
      attempt.end(status.OK);
    });
    const mine = trace.getTracer('mine');
    await mine.startActiveSpan('mine', async outer => {
      const stream = watch(client());
      stream.on('metadata', () => mine.startSpan('on metadata').end());
      stream.on('status', () => mine.startSpan('on status').end());
      await drain(stream);
      outer.end();
      const inner = tracing.spans.filter(({name}) => name.startsWith('on '));
      expect(inner.map(({name}) => name)).to.deep.equal(['on metadata', 'on status']);
      for (const {parentSpanContext} of inner) expect(parentSpanContext?.spanId).to.equal(outer.spanContext().spanId);
    });
  });

  it('writes one log line per attempt, with its method and the name of the code', async () => {
    const lines: string[] = [];
    const write = (line: string): void => void lines.push(line.replace(/^\S+ +|\d+ ms/g, '').replace(/:\d{2,}/, ''));
    server.serve(fails(status.UNAVAILABLE), fails(status.NOT_FOUND));
    await get(client({}, {on: logToConsole({info: write, warn: write})}));
    expect(lines).to.deep.equal([
      'http://127.0.0.1/shop.Orders/Get  attempt 1  UNAVAILABLE    again in  (backoff)',
      'http://127.0.0.1/shop.Orders/Get  attempt 2  NOT_FOUND    not_retryable: NOT_FOUND is not transient',
    ]);
  });

  it('is measured by method and code', async () => {
    const reader = new ManualReader();
    const provider = new MeterProvider({readers: [reader]});
    metrics.setGlobalMeterProvider(provider);
    try {
      server.serve(fails(status.UNAVAILABLE), ok);
      await get(client({name: 'measured'}));
      const {resourceMetrics} = await reader.collect();
      const found = resourceMetrics.scopeMetrics.flatMap(scope => scope.metrics);
      const attempts = found.find(({descriptor}) => descriptor.name === 'steadfetch.client.attempt.duration')!;
      const own = attempts.dataPoints.filter(({attributes}) => attributes['steadfetch.policy.name'] === 'measured');
      expect(own.map(({attributes}) => attributes['rpc.response.status_code'])).to.deep.equal(['UNAVAILABLE', 'OK']);
      for (const {attributes} of own)
        expect(attributes).to.include(method).and.not.have.property('http.request.method');
    } finally {
      metrics.disable();
      await provider.shutdown();
    }
  });
});
