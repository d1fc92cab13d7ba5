/** The body of a request is in its fingerprint, and reaches the handler, however it comes: HTTP/2, chunks, no bytes at all, and a framework's own injection. */
import {once} from 'node:events';
import {createServer, type IncomingMessage, type RequestListener, request as sendRequest} from 'node:http';
import {type ClientHttp2Session, type ClientHttp2Stream, connect, createServer as createHttp2Server} from 'node:http2';
import type {AddressInfo, Server} from 'node:net';
import {text} from 'node:stream/consumers';
import {expect} from 'chai';
import express from 'express';
import express4 from 'express4';
import fastify from 'fastify';
import multer from 'multer';
import {type IdempotencyMiddleware, idempotencyMiddleware, memoryStore} from '../../src/server.ts';

const keyed = (): IdempotencyMiddleware<IncomingMessage, undefined> =>
  idempotencyMiddleware({store: memoryStore(), scope: 'everyone', on: ({type}) => events.push(type)});
/** Those of the middleware in the current test. */
const events: string[] = [];

/** Closes what a test opened. */
const closing: (() => unknown)[] = [];
afterEach(async () => {
  events.length = 0;
  for (const close of closing.splice(0)) await close();
});

async function portOf(server: Server & {closeAllConnections?(): void}): Promise<number> {
  server.listen(0, '127.0.0.1');
  closing.push(() => {
    server.close();
    server.closeAllConnections?.();
  });
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Fastify with the hook of docs/server.md, which answers with the body that it parsed. */
function fastifyApp(options: object = {}) {
  const app = fastify(options);
  const middleware = keyed();
  app.addHook('onRequest', (request, reply, done) => {
    for (const [name, value] of Object.entries(reply.getHeaders()))
      if (value !== undefined) reply.raw.setHeader(name, value);
    middleware(request.raw, reply.raw, error => done(error as Error | undefined));
  });
  app.post('/charges', async request => ({got: request.body ?? null}));
  closing.push(() => app.close());
  return app;
}

describe('over HTTP/2', () => {
  const servers: Readonly<Record<string, () => Promise<number>>> = {
    'node:http2': () => {
      const listener = keyed().listener(async (request, response) => {
        const body = await text(request);
        response.writeHead(200, {'content-type': 'application/json'}).end(`{"got":${body === '' ? null : body}}`);
      });
      return portOf(createHttp2Server(listener as unknown as Parameters<typeof createHttp2Server>[1] & object));
    },
    Fastify: async () => {
      const app = fastifyApp({http2: true});
      await app.listen({port: 0, host: '127.0.0.1'});
      return (app.server.address() as AddressInfo).port;
    },
  };

  interface Sent {
    readonly authority?: string;
    readonly hasLength?: boolean;
  }

  /** Sends the body in two parts. */
  async function send(
    session: ClientHttp2Session,
    key: string,
    body: string | null,
    {authority, hasLength}: Sent = {},
  ) {
    const stream = session.request(
      {
        ':method': 'POST',
        ':path': '/charges',
        'idempotency-key': key,
        ...(body !== null && {'content-type': 'application/json'}),
        ...(authority !== undefined && {':authority': authority}),
        ...(hasLength && body !== null && {'content-length': Buffer.byteLength(body)}),
      },
      {endStream: body === null},
    );
    if (body !== null) {
      stream.write(body.slice(0, 5));
      setImmediate(() => stream.end(body.slice(5)));
    }
    const [headers] = (await once(stream, 'response')) as [Record<string, string>];
    const answer = JSON.parse(await text(stream)) as {got?: unknown; code?: string};
    const isReplayed = headers['idempotent-replayed'] === 'true';
    return `${headers[':status']} ${answer.code ?? JSON.stringify(answer.got)}${isReplayed ? ' replayed' : ''}`;
  }

  for (const [name, open] of Object.entries(servers))
    describe(name, () => {
      let url: string;
      let session: ClientHttp2Session;
      beforeEach(async () => {
        url = `http://127.0.0.1:${await open()}`;
        const opened = connect(url);
        opened.on('error', () => {});
        closing.unshift(() => opened.destroy());
        session = opened;
      });

      for (const hasLength of [true, false])
        it(`a body ${hasLength ? 'with' : 'without'} its length is in the fingerprint, and reaches the handler`, async () => {
          expect(await send(session, 'k', '{"amount":1200}', {hasLength})).to.equal('200 {"amount":1200}');
          expect(await send(session, 'k', '{"amount":1200}', {hasLength})).to.equal('200 {"amount":1200} replayed');
          expect(await send(session, 'k', '{"amount":9900}', {hasLength})).to.equal('422 IDEMPOTENCY_KEY_REUSED');
        });

      it('so is the host', async () => {
        expect(await send(session, 'k', '{"amount":1}', {authority: 'shop.example'})).to.equal('200 {"amount":1}');
        expect(await send(session, 'k', '{"amount":1}', {authority: 'other.example'})).to.equal(
          '422 IDEMPOTENCY_KEY_REUSED',
        );
      });

      it('a request without a body is served', async () => {
        expect(await send(session, 'k', null)).to.equal('200 null');
        expect(await send(session, 'k', null)).to.equal('200 null replayed');
      });

      for (const [how, cut] of [
        ['cut', (_session: ClientHttp2Session, stream: ClientHttp2Stream) => stream.destroy()],
        ['cut with its connection', (cutting: ClientHttp2Session) => cutting.socket.destroy()],
      ] as const)
        it(`a body that is ${how} does not take the key`, async () => {
          const cutting = connect(url);
          cutting.on('error', () => {});
          await once(cutting, 'connect');
          const stream = cutting.request({':method': 'POST', ':path': '/charges', 'idempotency-key': 'k'});
          stream.on('error', () => {});
          const isClosed = new Promise(resolve => stream.once('close', resolve));
          stream.write('{"amount"');
          // The answer to a ping comes after the server has the frames before it.
          await new Promise<void>(resolve => cutting.ping(() => resolve()));
          cut(cutting, stream);
          await isClosed;
          cutting.destroy();
          expect(await send(session, 'k', '{"amount":1}')).to.equal('200 {"amount":1}');
          expect(events.filter(type => type !== 'failed')).to.deep.equal(['stored']);
        });
    });
});

describe('a chunked body without chunks', () => {
  const answered = (server: number, type: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const request = sendRequest({
        port: server,
        host: '127.0.0.1',
        path: '/charges',
        method: 'POST',
        headers: {'idempotency-key': `k-${type}`, 'content-type': type, 'transfer-encoding': 'chunked'},
      });
      request.on('response', async response => resolve(`${response.statusCode} ${await text(response)}`));
      request.on('error', reject).end();
    });
  const expressWith = (make: typeof express, handle: express.RequestHandler, isKeyed: boolean): RequestListener => {
    const app = make();
    if (isKeyed) app.use(keyed());
    app.use(make.json(), make.text());
    app.post('/charges', handle);
    return app as RequestListener;
  };
  const parsed: express.RequestHandler = (request, response) => {
    response.status(201).json({got: request.body ?? null});
  };
  const listened: express.RequestHandler = (request, response) => {
    let size = 0;
    request.on('data', chunk => {
      size += chunk.length;
    });
    request.on('end', () => response.status(201).json({got: size}));
  };
  const listeners: Readonly<Record<string, (isKeyed: boolean) => RequestListener>> = {
    'Express 5': isKeyed => expressWith(express, parsed, isKeyed),
    'Express 4': isKeyed => expressWith(express4 as unknown as typeof express, parsed, isKeyed),
    'node:http with for await': isKeyed => {
      const handle = async (request: IncomingMessage, response: import('node:http').ServerResponse) => {
        response.writeHead(201).end(await text(request));
      };
      return isKeyed ? keyed().listener(handle) : (request, response) => void handle(request, response);
    },
    'Express 5 with listeners': isKeyed => {
      const app = express();
      if (isKeyed) app.use(keyed());
      app.post('/charges', listened);
      return app;
    },
    'Express 5 with multer': isKeyed => {
      const app = express();
      if (isKeyed) app.use(keyed());
      app.use(multer().any());
      app.post('/charges', parsed);
      return app;
    },
  };
  for (const [name, listener] of Object.entries(listeners))
    for (const type of ['application/json', 'text/plain'])
      it(`${name} answers as without the middleware, for ${type}`, async () => {
        const expected = await answered(await portOf(createServer(listener(false))), type);
        expect(await answered(await portOf(createServer(listener(true))), type)).to.equal(expected);
        expect(expected).to.match(/^201 /);
      });

  it('Fastify answers as without the middleware, for application/json', async () => {
    const bare = fastify();
    bare.post('/charges', async request => ({got: request.body ?? null}));
    closing.push(() => bare.close());
    const told: string[] = [];
    for (const app of [bare, fastifyApp()]) {
      await app.listen({port: 0, host: '127.0.0.1'});
      told.push(await answered((app.server.address() as AddressInfo).port, 'application/json'));
    }
    expect(told[1]).to.equal(told[0]);
  });
});

describe("Fastify's own inject", () => {
  const inject = async (app: ReturnType<typeof fastifyApp>, payload: object | NodeJS.ReadableStream | undefined) => {
    const type = payload === undefined ? {} : {'content-type': 'application/json'};
    const headers = {'idempotency-key': 'k', ...type};
    const response = await app.inject({method: 'POST', url: '/charges', headers, ...(payload && {payload})});
    const {got, code} = response.json<{got?: unknown; code?: string}>();
    return `${response.statusCode} ${code ?? JSON.stringify(got)}${response.headers['idempotent-replayed'] ? ' replayed' : ''}`;
  };

  it('answers, replays and refuses', async () => {
    const app = fastifyApp();
    expect(await inject(app, {amount: 1})).to.equal('200 {"amount":1}');
    expect(await inject(app, {amount: 1})).to.equal('200 {"amount":1} replayed');
    expect(await inject(app, {amount: 2})).to.equal('422 IDEMPOTENCY_KEY_REUSED');
  });

  it('does so for a stream', async () => {
    const {Readable} = await import('node:stream');
    const app = fastifyApp();
    expect(await inject(app, Readable.from([Buffer.from('{"amount"'), Buffer.from(':1}')]))).to.equal(
      '200 {"amount":1}',
    );
    expect(await inject(app, Readable.from([Buffer.from('{"amount":2}')]))).to.equal('422 IDEMPOTENCY_KEY_REUSED');
  });

  it('does so without a body', async () => {
    const app = fastifyApp();
    expect(await inject(app, undefined)).to.equal('200 null');
    expect(await inject(app, undefined)).to.equal('200 null replayed');
  });
});
