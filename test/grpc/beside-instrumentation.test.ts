/** gRPC calls beside OpenTelemetry's own instrumentation of grpc-js: one CLIENT span a call, whichever of the two makes it. */
import {createRequire} from 'node:module';
import {status} from '@grpc/grpc-js';
import {type Span, SpanKind, trace} from '@opentelemetry/api';
import {GrpcInstrumentation} from '@opentelemetry/instrumentation-grpc';
import {AlwaysOffSampler, type ReadableSpan} from '@opentelemetry/sdk-trace';
import {expect} from 'chai';
import {type GrpcPorts, grpcInterceptor} from '../../src/grpc.ts';
import {Tracing, traceparentOf} from '../support/otel.ts';
import {AT_ONCE} from '../support/policies.ts';
import {drain, fails, Get, GrpcServer, get, ok, watch} from './grpc-server.ts';

describe('gRPC calls beside instrumentation-grpc', () => {
  let server: GrpcServer;
  let tracing: Tracing;
  let instrumentation: GrpcInstrumentation;

  /** The instrumentation patches the module when it is required. */
  async function start(configuration: ConstructorParameters<typeof Tracing>[0] = {}): Promise<void> {
    instrumentation = new GrpcInstrumentation();
    createRequire(import.meta.url)('@grpc/grpc-js');
    tracing = new Tracing({instrumentations: [instrumentation], ...configuration});
    server = await GrpcServer.start();
  }
  afterEach(async () => {
    expect(tracing.open, 'spans left open').to.deep.equal([]);
    expect(tracing.complaints).to.deep.equal([]);
    instrumentation.disable();
    await tracing.stop();
    await server.close();
  });

  const client = (ports: GrpcPorts = {}) =>
    server.client([grpcInterceptor({backoff: AT_ONCE, idempotentMethods: ['POST']}, ports)]);
  const parentOf = (span: ReadableSpan): string | undefined => span.parentSpanContext?.spanId;
  const idOf = (span: ReadableSpan | Span): string => span.spanContext().spanId;
  const of = (kind: SpanKind) => tracing.spans.filter(span => span.kind === kind);

  it('a call of two attempts has the CLIENT span of instrumentation-grpc, and three INTERNAL spans of ours below it', async () => {
    await start();
    server.serve(fails(status.UNAVAILABLE), ok);
    await get(client());
    const [theirs, ...more] = of(SpanKind.CLIENT);
    expect([theirs!.name, more]).to.deep.equal(['grpc.shop.Orders/Get', []]);
    const [first, second, call] = of(SpanKind.INTERNAL);
    expect([call!.name, first!.name, second!.name]).to.deep.equal([
      'steadfetch shop.Orders/Get',
      'steadfetch attempt shop.Orders/Get',
      'steadfetch attempt shop.Orders/Get',
    ]);
    expect(parentOf(call!)).to.equal(idOf(theirs!));
    for (const attempt of [first!, second!]) expect(parentOf(attempt)).to.equal(idOf(call!));
    expect(server.sent('traceparent')).to.deep.equal(Array(2).fill(traceparentOf(theirs!)));
    const servers = of(SpanKind.SERVER);
    expect(servers.map(parentOf)).to.deep.equal(Array(2).fill(idOf(theirs!)));
  });

  it('a client of makeGenericClientConstructor, as generated code has it, has one CLIENT span, too', async () => {
    await start();
    const grpc: typeof import('@grpc/grpc-js') = createRequire(import.meta.url)('@grpc/grpc-js');
    const Orders = grpc.makeGenericClientConstructor({Get}, 'shop.Orders');
    const interceptors = [grpcInterceptor({backoff: AT_ONCE, idempotentMethods: ['POST']})];
    const orders = new Orders(server.address, grpc.credentials.createInsecure(), {interceptors});
    server.serve(fails(status.UNAVAILABLE), ok);
    await new Promise(ended => orders.Get!({text: 'please'}, ended));
    orders.close();
    expect(of(SpanKind.CLIENT).map(({name}) => name)).to.deep.equal(['grpc.shop.Orders/Get']);
    expect(of(SpanKind.INTERNAL)).to.have.length(3);
    expect(server.sent('traceparent')).to.deep.equal(Array(2).fill(traceparentOf(of(SpanKind.CLIENT)[0]!)));
  });

  it('a stream has one CLIENT span, too', async () => {
    await start();
    server.serve(attempt => {
      attempt.message('a');
      attempt.end(status.OK);
    });
    await drain(watch(client()));
    expect(of(SpanKind.CLIENT).map(({name}) => name)).to.deep.equal(['grpc.shop.Orders/Watch']);
    expect(server.sent('traceparent')).to.deep.equal(of(SpanKind.CLIENT).map(traceparentOf));
  });

  it('without sampling there is no span, and every attempt sends that decision', async () => {
    await start({sampler: new AlwaysOffSampler()});
    server.serve(fails(status.UNAVAILABLE), ok);
    await get(client());
    expect(tracing.spans).to.deep.equal([]);
    const sent = server.sent('traceparent');
    expect(sent).to.have.length(2);
    for (const value of sent) expect(value).to.match(/-00$/);
  });

  it('a method that instrumentation-grpc ignores has our CLIENT span', async () => {
    await start();
    instrumentation.setConfig({ignoreGrpcMethods: ['Get']});
    server.serve(ok);
    await get(client());
    expect(of(SpanKind.CLIENT).map(({name}) => name)).to.deep.equal(['shop.Orders/Get']);
    expect(server.sent('traceparent')).to.deep.equal(of(SpanKind.CLIENT).map(traceparentOf));
  });

  it('a call below a CLIENT span of something else has our CLIENT span', async () => {
    await start();
    instrumentation.disable();
    server.serve(ok);
    const mine = trace.getTracer('mine');
    const attributes = {'rpc.system.name': 'grpc', 'rpc.method': 'shop.Orders/Watch'};
    await mine.startActiveSpan('mine', {kind: SpanKind.CLIENT, attributes}, async span => {
      await get(client());
      span.end();
    });
    expect(of(SpanKind.CLIENT).map(({name}) => name)).to.deep.equal(['shop.Orders/Get', 'mine']);
  });
});
