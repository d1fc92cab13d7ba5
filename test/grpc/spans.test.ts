/** The telemetry of gRPC calls: spans and metrics by the RPC conventions, ids and trace headers as metadata. */
import {status} from '@grpc/grpc-js';
import {metrics, SpanKind, SpanStatusCode, trace} from '@opentelemetry/api';
import {type HistogramMetricData, MeterProvider} from '@opentelemetry/sdk-metrics';
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

  const calls = () => tracing.spans.filter(({attributes}) => 'steadfetch.call.outcome' in attributes);
  const attempts = () =>
    tracing.spans
      .filter(({attributes}) => 'steadfetch.attempt.kind' in attributes)
      .sort(
        (a, b) => Number(a.attributes['steadfetch.attempt.number']) - Number(b.attributes['steadfetch.attempt.number']),
      );
  const placeOf = (address: string) => ({'server.address': '127.0.0.1', 'server.port': Number(address.split(':')[1])});

  it('the call is one CLIENT span, as the conventions ask, and each attempt an INTERNAL span below it', async () => {
    server.serve(fails(status.UNAVAILABLE), ok);
    await get(client());
    const place = placeOf(server.address);
    const id = server.sent('x-correlation-id')[0];
    const spans = attempts().map(({name, kind, attributes, status: {code}}) => ({name, kind, attributes, code}));
    const attempt = {...method, ...place, 'steadfetch.call.id': id};
    expect(spans).to.deep.equal([
      {
        name: 'steadfetch attempt shop.Orders/Get',
        kind: SpanKind.INTERNAL,
        attributes: {
          ...attempt,
          'steadfetch.attempt.number': 1,
          'steadfetch.attempt.kind': 'initial',
          'steadfetch.attempt.outcome': 'failure',
          'rpc.status_code': 'UNAVAILABLE',
          'error.type': 'UNAVAILABLE',
        },
        code: SpanStatusCode.ERROR,
      },
      {
        name: 'steadfetch attempt shop.Orders/Get',
        kind: SpanKind.INTERNAL,
        attributes: {
          ...attempt,
          'steadfetch.attempt.number': 2,
          'steadfetch.attempt.kind': 'retry',
          'steadfetch.attempt.outcome': 'success',
          'rpc.status_code': 'OK',
        },
        code: SpanStatusCode.UNSET,
      },
    ]);
    const [call] = calls();
    expect([call!.name, call!.kind]).to.deep.equal(['shop.Orders/Get', SpanKind.CLIENT]);
    for (const {parentSpanContext} of attempts())
      expect(parentSpanContext?.spanId).to.equal(call!.spanContext().spanId);
    expect(call!.attributes).to.deep.include({
      ...method,
      ...place,
      'rpc.status_code': 'OK',
      'steadfetch.call.outcome': 'success',
      'steadfetch.call.attempts': 2,
    });
    expect(call!.status.code).to.equal(SpanStatusCode.UNSET);
    expect(call!.events.map(({name}) => name)).to.deep.equal(['steadfetch.retry.scheduled']);
  });

  it('every attempt sends the traceparent of the CLIENT span, which is below that of the caller', async () => {
    server.serve(fails(status.UNAVAILABLE), fails(status.UNAVAILABLE), ok);
    const mine = trace.getTracer('mine');
    const traceId = await mine.startActiveSpan('mine', async span => {
      await get(client());
      span.end();
      return span.spanContext().traceId;
    });
    expect(server.sent('traceparent')).to.deep.equal(Array(3).fill(traceparentOf(calls()[0]!)));
    expect(attempts().map(span => span.spanContext().traceId)).to.deep.equal(Array(3).fill(traceId));
  });

  it('a call that failed sets the error status of its span, with the code', async () => {
    server.serve(fails(status.NOT_FOUND));
    await get(client());
    for (const span of tracing.spans) {
      expect(span.status).to.deep.equal({code: SpanStatusCode.ERROR});
      expect(span.attributes).to.include({'rpc.status_code': 'NOT_FOUND', 'error.type': 'NOT_FOUND'});
    }
    expect(tracing.spans).to.have.length(2);
  });

  it('a timeout is DEADLINE_EXCEEDED, and the caller’s cancellation is no error', async () => {
    server.serve(hang);
    await get(client({attemptTimeoutMs: 30, maxAttempts: 1}));
    expect(attempts()[0]!.attributes).to.include({
      'rpc.status_code': 'DEADLINE_EXCEEDED',
      'error.type': 'timeout',
      'steadfetch.attempt.outcome': 'timeout',
    });
    tracing.reset();
    await get(client(), {}, undefined, call => setTimeout(() => call.cancel(), 20));
    for (const span of tracing.spans) {
      expect(span.status.code).to.equal(SpanStatusCode.UNSET);
      expect(span.attributes['error.type']).to.equal(undefined);
      expect(span.attributes['rpc.status_code']).to.equal('CANCELLED');
    }
    expect(tracing.spans).to.have.length(2);
  });

  it('the span of a stream’s attempt ends when the stream begins, that of its call with the stream', async () => {
    let goOn = (): void => {};
    server.serve(attempt => {
      attempt.message('a');
      goOn = () => attempt.end(status.OK);
    });
    const stream = watch(client());
    await new Promise(resolve => stream.once('data', resolve));
    expect(tracing.spans.map(({name}) => name)).to.deep.equal(['steadfetch attempt shop.Orders/Watch']);
    expect(tracing.spans[0]!.attributes, 'the status is not known yet').not.to.have.property('rpc.status_code');
    goOn();
    await drain(stream);
    expect(calls().map(({name, attributes}) => [name, attributes['rpc.status_code']])).to.deep.equal([
      ['shop.Orders/Watch', 'OK'],
    ]);
  });

  it('a stream that fails after it began is a failure of its call', async () => {
    server.serve(attempt => {
      attempt.message('a');
      attempt.end(status.UNAVAILABLE);
    });
    await drain(watch(client()));
    const [call] = calls();
    expect(call!.status).to.deep.equal({code: SpanStatusCode.ERROR});
    expect(call!.attributes).to.include({
      'rpc.status_code': 'UNAVAILABLE',
      'error.type': 'UNAVAILABLE',
      'steadfetch.call.outcome': 'failure',
      'steadfetch.call.reason': 'UNAVAILABLE after the response had begun',
    });
  });

  it('a stream that its caller cancels is no error', async () => {
    server.serve(attempt => attempt.message('a'));
    const stream = watch(client());
    await new Promise(resolve => stream.once('data', resolve));
    const drained = drain(stream);
    stream.cancel();
    const {error} = await drained;
    const [call] = calls();
    const reason = 'CANCELLED after the response had begun';
    expect(error?.resilience).to.include({result: 'cancelled', reason});
    expect(call!.attributes).to.include({'steadfetch.call.outcome': 'cancelled', 'steadfetch.call.reason': reason});
    expect(call!.status.code).to.equal(SpanStatusCode.UNSET);
    expect(call!.attributes).to.include({'rpc.status_code': 'CANCELLED'}).and.not.have.property('error.type');
  });

  for (const [how, leave] of [
    [
      'breaks out of the loop',
      async stream => {
        for await (const _ of stream) break;
      },
    ],
    [
      'destroys it',
      async stream => {
        await new Promise(resolve => stream.once('data', resolve));
        stream.destroy();
      },
    ],
  ] as [string, (stream: ReturnType<typeof watch>) => Promise<void>][])
    it(`a stream whose reader ${how} ends with cancel(), which grpc-js does not call itself`, async () => {
      server.serve(attempt => attempt.message('a'));
      const stream = watch(client());
      stream.on('error', () => {});
      await leave(stream);
      const ended = new Promise(resolve => stream.once('status', resolve));
      stream.cancel();
      await ended;
      expect(calls().map(({attributes}) => attributes['rpc.status_code'])).to.deep.equal(['CANCELLED']);
    });

  it('a call that a guard refuses has the code that its caller gets', async () => {
    server.serve(fails(status.UNAVAILABLE));
    const guarded = client({maxAttempts: 1, breaker: {kind: 'consecutive', failures: 1, openMs: 60_000}});
    await get(guarded);
    await get(guarded);
    expect(calls().map(({attributes}) => [attributes['rpc.status_code'], attributes['error.type']])).to.deep.equal([
      ['UNAVAILABLE', 'UNAVAILABLE'],
      ['UNAVAILABLE', 'circuit_open'],
    ]);
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
    const [first, hedge] = attempts();
    expect(hedge!.links.map(({context}) => context.spanId)).to.deep.equal([first!.spanContext().spanId]);
    expect(first!.attributes['steadfetch.attempt.outcome']).to.equal('superseded');
  });

  it('has its own attempt spans even if those of HTTP attempts are delegated', async () => {
    server.serve(ok);
    await get(client({}, {observer: otelObserver({attemptSpans: 'delegate'})}));
    expect(attempts()).to.have.length(1);
    expect(server.sent('traceparent')).to.deep.equal(calls().map(traceparentOf));
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

  describe('measures', () => {
    let reader: ManualReader;
    let provider: MeterProvider;
    beforeEach(() => {
      reader = new ManualReader();
      provider = new MeterProvider({readers: [reader]});
      metrics.setGlobalMeterProvider(provider);
    });
    afterEach(async () => {
      metrics.disable();
      await provider.shutdown();
    });
    const measured = async (name: string) => {
      const {resourceMetrics} = await reader.collect();
      const found = resourceMetrics.scopeMetrics.flatMap(scope => scope.metrics);
      return found.find(({descriptor}) => descriptor.name === name) as HistogramMetricData | undefined;
    };

    it('attempts by method and code', async () => {
      server.serve(fails(status.UNAVAILABLE), ok);
      await get(client({name: 'measured'}));
      const {dataPoints} = (await measured('steadfetch.client.attempt.duration'))!;
      const own = dataPoints.filter(({attributes}) => attributes['steadfetch.policy.name'] === 'measured');
      expect(own.map(({attributes}) => attributes['rpc.status_code'])).to.deep.equal(['UNAVAILABLE', 'OK']);
      for (const {attributes} of own)
        expect(attributes).to.include(method).and.not.have.property('http.request.method');
    });

    it('the call by the name, the unit, the buckets and the attributes of the conventions, in seconds', async () => {
      server.serve(fails(status.UNAVAILABLE), ok);
      await get(client());
      const {descriptor, dataPoints} = (await measured('rpc.client.call.duration'))!;
      expect(descriptor.unit).to.equal('s');
      expect(dataPoints.map(({attributes}) => attributes)).to.deep.equal([
        {...method, ...placeOf(server.address), 'rpc.status_code': 'OK'},
      ]);
      const {buckets, count, sum} = dataPoints[0]!.value;
      expect(buckets.boundaries).to.deep.equal([
        0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
      ]);
      expect(count).to.equal(1);
      const [seconds, nanos] = calls()[0]!.duration;
      // A busy machine may stop between the two ends; another unit would be far off.
      expect(sum).to.be.within(0.0001, seconds + nanos / 1e9 + 1);
    });

    it('a stream until its end, with the code of its end', async () => {
      server.serve(attempt => {
        attempt.message('a');
        attempt.end(status.UNAVAILABLE);
      });
      await drain(watch(client()));
      const {dataPoints} = (await measured('rpc.client.call.duration'))!;
      expect(dataPoints.map(({attributes}) => attributes)).to.deep.equal([
        {
          ...method,
          'rpc.method': 'shop.Orders/Watch',
          ...placeOf(server.address),
          'rpc.status_code': 'UNAVAILABLE',
          'error.type': 'UNAVAILABLE',
        },
      ]);
      const ours = (await measured('steadfetch.client.call.duration'))!;
      expect(ours.dataPoints.map(({attributes}) => attributes['steadfetch.call.outcome'])).to.deep.equal(['success']);
    });

    it('no call by the name of the conventions where requestDuration is false', async () => {
      server.serve(ok);
      await get(client({}, {observer: otelObserver({requestDuration: false})}));
      expect(await measured('rpc.client.call.duration')).to.equal(undefined);
      expect(await measured('steadfetch.client.call.duration')).not.to.equal(undefined);
    });
  });
});
