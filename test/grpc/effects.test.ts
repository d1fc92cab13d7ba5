/** How often a server acts on a gRPC call under the default policy, when the connection breaks after it has acted. */
import {once} from 'node:events';
import {mkdtempSync, rmSync} from 'node:fs';
import {createServer as createHttp2Server, constants as h2, type ServerHttp2Stream} from 'node:http2';
import {type AddressInfo, connect, createServer, type Server, type Socket} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {type ChannelOptions, Client, credentials, status} from '@grpc/grpc-js';
import {expect} from 'chai';
import {grpcInterceptor, type PolicyInput} from '../../src/grpc.ts';
import {AT_ONCE} from '../support/policies.ts';
import {type Ended, fails, GrpcServer, get, ok} from './grpc-server.ts';

const QUICK: PolicyInput = {backoff: AT_ONCE};
const NO_RETRIES_OF_GRPC: ChannelOptions = {'grpc.enable_retries': 0};

/** TCP between a client and a server, which can be cut. */
class TcpProxy {
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  constructor(port: number) {
    this.#server = createServer(socket => {
      const upstream = connect(port, '127.0.0.1');
      for (const each of [socket, upstream]) each.on('error', () => {}).setNoDelay();
      socket.pipe(upstream).pipe(socket);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        upstream.destroy();
      });
      this.#sockets.add(socket);
    });
  }

  /** @param path Of a socket; left out: a port of its own. */
  async open(path?: string): Promise<string> {
    if (path === undefined) this.#server.listen(0, '127.0.0.1');
    else this.#server.listen(path);
    await once(this.#server, 'listening');
    if (path !== undefined) return `unix:${path}`;
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  cut(): void {
    for (const socket of this.#sockets) {
      if (socket.remotePort === undefined)
        socket.destroy(); // A Unix socket knows no reset.
      else socket.resetAndDestroy();
    }
  }

  close(): void {
    this.cut();
    this.#server.close();
  }
}

describe('a gRPC call', () => {
  let server: GrpcServer;
  let proxy: TcpProxy;
  let address: string;
  before(async () => {
    server = await GrpcServer.start();
    proxy = new TcpProxy(Number(server.address.split(':')[1]));
    address = await proxy.open();
  });
  after(async () => {
    proxy.close();
    await server.close();
  });

  const ends = async (to: string, policy: PolicyInput = {}, options: ChannelOptions = {}): Promise<Ended> => {
    const client = server.client([grpcInterceptor({...QUICK, ...policy})], options, to);
    try {
      return await get(client);
    } finally {
      client.close();
    }
  };

  it('that is reset after its effect has one effect, in 15 of 15 runs @T55c', async () => {
    server.serve(() => proxy.cut());
    for (let call = 1; call <= 15; call++) {
      const {error} = await ends(address, {breaker: null});
      expect(error).to.include({code: status.UNAVAILABLE});
      expect(error?.resilience).to.include({
        refusal: 'may-have-acted',
        reason: 'shop.Orders/Get without an idempotency key, and the server may have acted (UNAVAILABLE)',
      });
      expect(server.attempts, 'effects').to.have.length(call);
    }
  });

  it('over a Unix socket that is reset after its effect has one effect', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'effects-'));
    const local = new TcpProxy(Number(server.address.split(':')[1]));
    try {
      server.serve(() => local.cut());
      const {error} = await ends(await local.open(join(folder, 'socket')));
      expect(error?.resilience).to.include({refusal: 'may-have-acted'});
      expect(server.attempts).to.have.length(1);
    } finally {
      local.close();
      rmSync(folder, {recursive: true});
    }
  });

  for (const [what, policy] of [
    ['a policy declares repeatable', {idempotentMethods: ['POST']}],
    ['a route declares repeatable', {routes: [{match: {path: '/shop.Orders/Get'}, idempotentMethods: ['POST']}]}],
    ['carries a key', {idempotency: {header: 'idempotency-key'}}],
  ] as [string, PolicyInput][])
    it(`that ${what} is retried after a reset`, async () => {
      server.serve(() => proxy.cut(), ok);
      expect((await ends(address, policy)).message).to.deep.equal({text: 'here'});
      expect(server.attempts).to.have.length(2);
    });

  it('that gets UNAVAILABLE from the server has one effect, with any message', async () => {
    // A server that hands on the status of its own call, after it acted.
    for (const details of ['Stream refused by server', 'No connection established']) {
      server.serve(attempt => attempt.end(status.UNAVAILABLE, {}, details));
      expect((await ends(server.address)).error).to.include({code: status.UNAVAILABLE, details});
      expect(server.attempts).to.have.length(1);
    }
  });

  it('that is pushed back with UNAVAILABLE has one effect', async () => {
    server.serve(fails(status.UNAVAILABLE, {'grpc-retry-pushback-ms': '1'}), ok);
    expect((await ends(server.address)).error?.resilience).to.include({refusal: 'may-have-acted', retryAfterMs: 1});
    expect(server.attempts).to.have.length(1);
  });

  for (const [what, to] of [
    ['is refused a connection', '127.0.0.1:1'],
    ['finds no such socket', 'unix:/nowhere/at/all'],
  ] as const)
    it(`that ${what} is retried`, async () => {
      const {error} = await ends(to);
      expect(error?.resilience).to.include({refusal: 'attempts-exhausted', attempts: 3});
    });

  describe('on a server of HTTP/2', () => {
    const raw = createHttp2Server();
    let streams: ServerHttp2Stream[] = [];
    let answer: (stream: ServerHttp2Stream) => void;
    let rawAddress: string;
    before(async () => {
      raw.on('stream', stream => {
        stream.on('error', () => {});
        streams.push(stream);
        stream.resume().on('end', () => answer(stream));
      });
      raw.listen(0, '127.0.0.1');
      await once(raw, 'listening');
      rawAddress = `127.0.0.1:${(raw.address() as AddressInfo).port}`;
    });
    beforeEach(() => {
      streams = [];
    });
    after(() => raw.close());
    const answers = (stream: ServerHttp2Stream): void => {
      const message = Buffer.from('{"text":"here"}');
      stream.respond({':status': 200, 'content-type': 'application/grpc'}, {waitForTrailers: true});
      stream.on('wantTrailers', () => stream.sendTrailers({'grpc-status': '0'}));
      stream.end(Buffer.concat([Buffer.from([0, 0, 0, 0, message.length]), message]));
    };

    it('that is refused by REFUSED_STREAM is retried', async () => {
      answer = stream => stream.close(h2.NGHTTP2_REFUSED_STREAM);
      const {error} = await ends(rawAddress, {}, NO_RETRIES_OF_GRPC);
      expect(error?.resilience).to.include({refusal: 'attempts-exhausted', attempts: 3});
      expect(streams).to.have.length(3);
    });

    it('that comes after the last stream of a GOAWAY is retried', async () => {
      const client = new Client(rawAddress, credentials.createInsecure(), {
        ...NO_RETRIES_OF_GRPC,
        interceptors: [grpcInterceptor(QUICK)],
      });
      try {
        answer = answers;
        expect((await get(client)).message).to.deep.equal({text: 'here'});
        const [first] = streams;
        const lastId = first!.id!;
        answer = stream => {
          answer = answers;
          stream.session!.goaway(h2.NGHTTP2_NO_ERROR, lastId);
        };
        expect((await get(client)).message).to.deep.equal({text: 'here'});
        expect(streams).to.have.length(3);
      } finally {
        client.close();
      }
    });
  });
});
