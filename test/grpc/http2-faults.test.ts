/** Every way an HTTP/2 connection ends a gRPC call: how often it is sent, and what the caller gets. Beside grpc-js's own retries. */
import {once} from 'node:events';
import {createServer, type Http2Server, constants as h2, type ServerHttp2Stream} from 'node:http2';
import type {AddressInfo, Socket} from 'node:net';
import {type ChannelOptions, type Interceptor, Metadata, status} from '@grpc/grpc-js';
import {expect} from 'chai';
import {type PolicyInput, reportOf} from '../../src/core.ts';
import {grpcInterceptor} from '../../src/grpc/interceptor.ts';
import {AT_ONCE} from '../support/policies.ts';
import {fails, GrpcServer, get, ok} from './grpc-server.ts';

const GRPC = {':status': 200, 'content-type': 'application/grpc'};
const MESSAGE = Buffer.from('{"text":"here"}');
const FRAME = Buffer.concat([Buffer.from([0, 0, 0, 0, MESSAGE.length]), MESSAGE]);

type Fault = (stream: ServerHttp2Stream) => void;

const answers: Fault = stream => {
  stream.respond(GRPC, {waitForTrailers: true});
  stream.on('wantTrailers', () => stream.sendTrailers({'grpc-status': '0'}));
  stream.end(FRAME);
};
const resets =
  (code: number): Fault =>
  stream =>
    stream.close(code);
/** Headers and trailers in one frame, as errors are sent. */
const trailersOnly =
  (headers: Record<string, string | number>): Fault =>
  stream =>
    stream.respond({...GRPC, ...headers}, {endStream: true});

describe('gRPC over a connection that fails', () => {
  let raw: Http2Server;
  let server: GrpcServer;
  let faults: readonly Fault[] = [];
  let streams = 0;
  const sockets = new Set<Socket>();

  before(async () => {
    server = await GrpcServer.start();
    raw = createServer().on('stream', stream => {
      stream.on('error', () => {});
      stream.resume();
      const fault = faults[Math.min(streams++, faults.length - 1)]!;
      stream.on('end', () => fault(stream));
    });
    raw.on('connection', socket => sockets.add(socket));
    raw.listen(0, '127.0.0.1');
    await once(raw, 'listening');
  });
  after(async () => {
    await server.close();
    for (const socket of sockets) socket.destroy();
    raw.close();
  });

  const interceptors = (policy: PolicyInput = {}): Interceptor[] => [
    grpcInterceptor({backoff: AT_ONCE, idempotentMethods: ['POST'], ...policy}),
  ];
  const meet = async (script: readonly Fault[], policy: PolicyInput = {}, options: ChannelOptions = {}) => {
    faults = script;
    streams = 0;
    const address = `127.0.0.1:${(raw.address() as AddressInfo).port}`;
    const made = server.client(interceptors(policy), options, address);
    const {message, error} = await get(made);
    made.close();
    return {
      streams,
      code: error === undefined ? 'OK' : status[error.code],
      text: message?.text,
      report: error?.resilience,
    };
  };

  const drops: Fault = ({session}) => session!.destroy();
  const goesAway: Fault = ({session}) => {
    session!.goaway(h2.NGHTTP2_NO_ERROR, 0);
    session!.destroy();
  };
  const table: readonly (readonly [string, Fault, number, string])[] = [
    ['a connection that breaks', drops, 2, 'OK'],
    ['GOAWAY before the stream', goesAway, 2, 'OK'],
    ['REFUSED_STREAM', resets(h2.NGHTTP2_REFUSED_STREAM), 2, 'OK'],
    ['UNAVAILABLE with the headers', trailersOnly({'grpc-status': '14'}), 2, 'OK'],
    ['503 of a proxy', stream => stream.respond({':status': 503}, {endStream: true}), 2, 'OK'],
    ['ENHANCE_YOUR_CALM', resets(h2.NGHTTP2_ENHANCE_YOUR_CALM), 1, 'RESOURCE_EXHAUSTED'],
    ['INTERNAL_ERROR', resets(h2.NGHTTP2_INTERNAL_ERROR), 1, 'INTERNAL'],
    ['CANCEL', resets(h2.NGHTTP2_CANCEL), 1, 'CANCELLED'],
    ['a stream that ends without a status', stream => stream.respond(GRPC, {endStream: true}), 1, 'UNKNOWN'],
    ['404 of a proxy', stream => stream.respond({':status': 404}, {endStream: true}), 1, 'UNIMPLEMENTED'],
    ['a code that is none', trailersOnly({'grpc-status': '99'}), 1, 'UNKNOWN'],
  ];
  for (const [what, fault, expected, code] of table) {
    it(`${what}: ${expected === 1 ? 'once' : 'again'}, ${code}`, async () => {
      const {streams: seen, code: got = 'UNKNOWN'} = await meet([fault, answers]);
      expect([seen, got]).to.deep.equal([expected, code]);
    });
  }

  it('a connection that breaks after the headers: once, UNAVAILABLE', async () => {
    const breaks: Fault = stream => {
      stream.respond(GRPC);
      stream.write(FRAME.subarray(0, 3));
      setTimeout(() => stream.session!.destroy(), 20);
    };
    const {streams: seen, code, report} = await meet([breaks, answers]);
    expect([seen, code]).to.deep.equal([1, 'UNAVAILABLE']);
    expect(report).to.include({reason: 'UNAVAILABLE after the response had begun'});
  });

  it('pushback in headers that are all there is', async () => {
    const pushed = (ms: string) => trailersOnly({'grpc-status': '14', 'grpc-retry-pushback-ms': ms});
    const {streams: seen, report} = await meet([pushed('-1'), answers]);
    expect(seen).to.equal(1);
    expect(report).to.include({reason: 'the server said not to retry'});
    const start = performance.now();
    expect(await meet([pushed('60'), answers])).to.include({streams: 2, text: 'here'});
    expect(performance.now() - start).to.be.at.least(60);
  });

  it('nothing listens: maxAttempts attempts, then UNAVAILABLE', async () => {
    const {error} = await get(server.client(interceptors(), {}, '127.0.0.1:1'));
    expect(error).to.include({code: status.UNAVAILABLE});
    expect(error?.resilience).to.include({attempts: 3, refusal: 'attempts-exhausted'});
  });

  it('nothing listens yet: UNAVAILABLE at once until grpc-js reconnects, or one attempt that waits for it', async () => {
    const late = await GrpcServer.start();
    const address = late.address;
    await late.close();
    const made = server.client(interceptors({maxAttempts: 2}), {'grpc.initial_reconnect_backoff_ms': 100}, address);
    expect((await get(made)).error).to.include({code: status.UNAVAILABLE});
    const patient = new Metadata({waitForReady: true});
    const waiting = get(made, {}, patient);
    const opened = await GrpcServer.start(address);
    try {
      const {message, status: end} = await waiting;
      expect(message).to.deep.equal({text: 'here'});
      expect(reportOf(end)).to.include({attempts: 1});
    } finally {
      await opened.close();
    }
  });

  it('REFUSED_STREAM is retried once by grpc-js itself, unless its retries are disabled', async () => {
    const refuses = [resets(h2.NGHTTP2_REFUSED_STREAM)];
    expect(await meet(refuses, {maxAttempts: 2})).to.include({streams: 4, code: 'UNAVAILABLE'});
    expect(await meet(refuses, {maxAttempts: 2}, {'grpc.enable_retries': 0})).to.include({streams: 2});
  });

  describe('beside grpc-js’s own retries', () => {
    const retryPolicy = {
      maxAttempts: 3,
      initialBackoff: '0.001s',
      maxBackoff: '0.001s',
      backoffMultiplier: 1,
      retryableStatusCodes: ['UNAVAILABLE', 'RESOURCE_EXHAUSTED'],
    };
    const retries: ChannelOptions = {
      'grpc.service_config': JSON.stringify({methodConfig: [{name: [{}], retryPolicy}]}),
    };
    const sends = async (own: Interceptor[], options: ChannelOptions = {}): Promise<number> => {
      await get(server.client(own, options));
      return server.attempts.length;
    };

    it('the retries of both multiply, and those of grpc-js can be disabled', async () => {
      server.serve(fails(status.UNAVAILABLE));
      expect(await sends([], retries)).to.equal(3);
      server.serve(fails(status.UNAVAILABLE));
      expect(await sends(interceptors(), retries)).to.equal(9);
      server.serve(fails(status.UNAVAILABLE));
      expect(await sends(interceptors(), {...retries, 'grpc.enable_retries': 0})).to.equal(3);
    });

    it('RESOURCE_EXHAUSTED without pushback is retried by grpc-js if listed, and not by the policy', async () => {
      server.serve(fails(status.RESOURCE_EXHAUSTED), ok);
      expect(
        await sends(interceptors({retryOn: ['UNAVAILABLE', 'RESOURCE_EXHAUSTED'], idempotentMethods: []})),
      ).to.equal(1);
      server.serve(fails(status.RESOURCE_EXHAUSTED), ok);
      expect(await sends([], retries), 'grpc-js').to.equal(2);
    });
  });
});
