/** Real frameworks with compression, CORS and helmet around and inside: a replay is the first response, byte for byte, and a browser can read it. */
import {once} from 'node:events';
import {createServer, type IncomingHttpHeaders, request as sendRequest} from 'node:http';
import type {AddressInfo} from 'node:net';
import {buffer} from 'node:stream/consumers';
import {gunzipSync} from 'node:zlib';
import fastifyCompress from '@fastify/compress';
import fastifyCors from '@fastify/cors';
import fastifyHelmet from '@fastify/helmet';
import {expect} from 'chai';
import compression from 'compression';
import timeout from 'connect-timeout';
import cors from 'cors';
import express from 'express';
import express4 from 'express4';
import fastify from 'fastify';
import helmet from 'helmet';
import {Hono} from 'hono';
import {compress} from 'hono/compress';
import {cors as honoCors} from 'hono/cors';
import {secureHeaders} from 'hono/secure-headers';
import multer from 'multer';
import {createFetch} from '../../src/fetch.ts';
import {idempotencyMiddleware, idempotent, memoryStore} from '../../src/server.ts';

const ORIGIN = 'https://shop.example';
/** Long enough for every compression. */
const NOTE = 'charged '.repeat(1000);

interface Framework {
  readonly url: string;
  close(): Promise<unknown>;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

async function listening(server: ReturnType<typeof createServer>): Promise<Framework> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => void server.close().closeAllConnections(),
  };
}

/** Without a decoder, and with the headers of a browser. */
async function send(url: string, key: string | null, headers: Record<string, string> = {}, body = '{"amount":1}') {
  const request = sendRequest(`${url}/charges`, {
    method: 'POST',
    headers: {
      origin: ORIGIN,
      'accept-encoding': 'gzip',
      'content-type': 'application/json',
      ...(key !== null && {'idempotency-key': key}),
      ...headers,
    },
  }).end(body);
  const [response] = (await once(request, 'response')) as [import('node:http').IncomingMessage];
  return {status: response.statusCode!, headers: response.headers, body: await buffer(response)} satisfies Answer;
}

const HEADERS = {
  'cache-control': 'no-store',
  'content-disposition': 'inline',
  'retry-after': '7',
  'www-authenticate': 'Bearer',
  'x-charge': '1',
};
const keyed = () => idempotencyMiddleware({store: memoryStore(), scope: 'everyone', on: () => {}});
/** CORS that names the origin, so that an answer without it is lost to the browser. */
const corsOptions = {origin: [ORIGIN], exposedHeaders: ['idempotent-replayed']};

const charge = (request: {body: {amount: number}}, response: import('express').Response): void => {
  response.set(HEADERS).status(201).cookie('session', 'secret').json({amount: request.body.amount, note: NOTE});
};

/** @param isInside Whether compression is inside of the middleware for keys, so that compressed bytes are stored. */
function expressWith(make: typeof express, isInside: boolean): () => Promise<Framework> {
  return async () => {
    const app = make();
    app.use(cors(corsOptions), helmet());
    if (!isInside) app.use(compression());
    app.use(keyed());
    if (isInside) app.use(compression());
    app.use(make.json());
    app.post('/charges', charge);
    return listening(createServer(app));
  };
}

function fastifyWith(isInside: boolean): () => Promise<Framework> {
  return async () => {
    const app = fastify();
    await app.register(fastifyCors, corsOptions);
    await app.register(fastifyHelmet);
    if (isInside) await app.register(fastifyCompress, {threshold: 100});
    const middleware = keyed();
    app.addHook('onRequest', (request, reply, done) => {
      for (const [name, value] of Object.entries(reply.getHeaders()))
        if (value !== undefined) reply.raw.setHeader(name, value);
      middleware(request.raw, reply.raw, error => done(error as Error | undefined));
    });
    app.post<{Body: {amount: number}}>('/charges', async (request, reply) => {
      reply.headers({...HEADERS, 'set-cookie': 'session=secret'}).code(201);
      return {amount: request.body.amount, note: NOTE};
    });
    await app.listen({port: 0, host: '127.0.0.1'});
    return {url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`, close: () => app.close()};
  };
}

const frameworks: Readonly<Record<string, () => Promise<Framework>>> = {
  'Express 5': expressWith(express, false),
  'Express 5, compression inside': expressWith(express, true),
  'Express 4': expressWith(express4, false),
  Fastify: fastifyWith(false),
  'Fastify, compression inside': fastifyWith(true),
  async Hono() {
    const handler = idempotent(
      async request => {
        const {amount} = (await request.json()) as {amount: number};
        return Response.json(
          {amount, note: NOTE},
          {status: 201, headers: {...HEADERS, 'set-cookie': 'session=secret'}},
        );
      },
      {store: memoryStore(), scope: 'everyone', on: () => {}},
    );
    const app = new Hono();
    app.use(honoCors({origin: ORIGIN, exposeHeaders: ['idempotent-replayed']}), secureHeaders(), compress());
    app.post('/charges', c => handler(c.req.raw));
    // Not @hono/node-server, which replaces globalThis.Response for the other tests of this process.
    return listening(
      createServer(async (incoming, outgoing) => {
        const init = {method: incoming.method!, headers: incoming.headers as Record<string, string>};
        const url = `http://${incoming.headers.host}${incoming.url}`;
        const response = await app.fetch(new Request(url, {...init, body: new Uint8Array(await buffer(incoming))}));
        outgoing.writeHead(response.status, Object.fromEntries(response.headers));
        outgoing.end(Buffer.from(await response.arrayBuffer()));
      }),
    );
  },
};

/** Headers of one moment or one connection. */
function comparable({headers}: Answer): IncomingHttpHeaders {
  const {
    date,
    connection,
    'keep-alive': alive,
    'set-cookie': cookie,
    'idempotent-replayed': replayed,
    ...rest
  } = headers;
  // The framing: a body that is known at once has a length.
  const {'content-length': length, 'transfer-encoding': chunked, ...others} = rest;
  return others;
}

describe('a replay in a real framework', () => {
  for (const [name, open] of Object.entries(frameworks))
    describe(name, () => {
      let server: Framework;
      before(async () => {
        server = await open();
      });
      after(() => server?.close());

      it('is the first response, byte for byte', async () => {
        const first = await send(server.url, 'k');
        const second = await send(server.url, 'k');
        expect(first.status).to.equal(201);
        expect(first.headers).to.include({...HEADERS, 'access-control-allow-origin': ORIGIN});
        expect(first.headers['set-cookie']).to.have.length(1);
        expect(second.headers['idempotent-replayed']).to.equal('true');
        expect(second.headers['set-cookie']).to.equal(undefined);
        expect(second.status).to.equal(first.status);
        expect(comparable(second)).to.deep.equal(comparable(first));
        expect(second.body.equals(first.body)).to.equal(true);
        const plain = first.headers['content-encoding'] === 'gzip' ? gunzipSync(second.body) : second.body;
        expect(JSON.parse(String(plain))).to.deep.equal({amount: 1, note: NOTE});
      });

      it('and refusals can be read by a browser', async () => {
        await send(server.url, 'r');
        for (const [answer, status] of [
          [await send(server.url, null), 400],
          [await send(server.url, 'r', {}, '{"amount":2}'), 422],
        ] as const) {
          expect(answer.status).to.equal(status);
          expect(answer.headers['access-control-allow-origin']).to.equal(ORIGIN);
          expect(answer.headers['x-content-type-options']).to.equal('nosniff');
        }
      });
    });

  for (const [name, make] of [
    ['Express 5', express],
    ['Express 4', express4],
  ] as const) {
    it(`${name}: an error after res.json changes nothing`, async () => {
      const app = make();
      app.post('/charges', keyed(), (_request, response) => {
        response.status(201).json({id: 1});
        throw new Error('after the answer');
      });
      app.use(((_error, _request, response, _next) => {
        response.status(500).json({error: 'failed'});
      }) as import('express').ErrorRequestHandler);
      const server = await listening(createServer(app));
      try {
        for (let at = 0; at < 2; at++) {
          const {status, body} = await send(server.url, 'k');
          expect(`${status} ${body}`).to.equal('201 {"id":1}');
        }
      } finally {
        await server.close();
      }
    });

    it(`${name}: an event that the handler flushes passes through compression before the next one`, async () => {
      const next = Promise.withResolvers<void>();
      const app = make();
      app.use(compression(), keyed());
      app.post('/charges', async (_request, response) => {
        response.writeHead(200, {'content-type': 'text/event-stream', 'cache-control': 'no-cache'});
        response.write('data: one\n\n');
        response.flush();
        await next.promise;
        response.write('data: two\n\n');
        response.flush();
        response.end();
      });
      const server = await listening(createServer(app));
      try {
        const response = await fetch(`${server.url}/charges`, {
          method: 'POST',
          headers: {'idempotency-key': 'k', 'accept-encoding': 'gzip'},
        });
        expect(response.headers.get('content-encoding')).to.equal('gzip');
        const events: string[] = [];
        for await (const chunk of response.body!) {
          events.push(new TextDecoder().decode(chunk));
          next.resolve();
        }
        expect(events).to.deep.equal(['data: one\n\n', 'data: two\n\n']);
      } finally {
        await server.close();
      }
    });

    it(`${name}: connect-timeout answers for a slow handler, and the client's three attempts charge once`, async () => {
      let charges = 0;
      const charged: Promise<void>[] = [];
      const app = make();
      app.use(timeout('20ms'), keyed());
      app.post('/charges', (request, response) => {
        charged.push(
          once(request, 'timeout').then(async () => {
            while (!response.writableEnded) await new Promise(resolve => setImmediate(resolve));
            charges++;
            response.status(201).json({id: 1});
          }),
        );
      });
      app.use(((error, _request, response, _next) => {
        response.status(error.status).send('timeout');
      }) as import('express').ErrorRequestHandler);
      const server = await listening(createServer(app));
      try {
        const fetch = createFetch({name: 'charges', idempotency: {}, maxAttempts: 3, backoff: {baseMs: 1, capMs: 2}});
        const response = await fetch(`${server.url}/charges`, {method: 'POST', body: '{}'});
        expect([response.status, ((await response.json()) as {code: string}).code]).to.deep.equal([
          409,
          'OUTCOME_UNKNOWN',
        ]);
        await Promise.all(charged);
        expect(charges).to.equal(1);
      } finally {
        await server.close();
      }
    });

    it(`${name}: other XML under the same key is refused, also behind express.json`, async () => {
      const app = make();
      app.post('/charges', make.json(), keyed(), (_request, response) => void response.send('done'));
      const server = await listening(createServer(app));
      try {
        const xml = async (amount: number): Promise<number> =>
          (await send(server.url, 'k', {'content-type': 'application/xml'}, `<amount>${amount}</amount>`)).status;
        expect([await xml(1), await xml(1), await xml(2)]).to.deep.equal([200, 200, 422]);
      } finally {
        await server.close();
      }
    });

    it(`${name}: files behind multer fail with one sentence, and before it are compared`, async () => {
      let runs = 0;
      const app = make();
      const done: import('express').RequestHandler = (request, response) => {
        runs++;
        response.send(String(request.file?.size));
      };
      const upload = multer({storage: multer.memoryStorage()}).single(
        'file',
      ) as unknown as import('express').RequestHandler;
      app.post('/behind/charges', upload, keyed(), done);
      app.post('/charges', keyed(), upload, done);
      app.use(((error, _request, response, _next) => {
        response.status(500).send(error.message);
      }) as import('express').ErrorRequestHandler);
      const server = await listening(createServer(app));
      const file = async (path: string, text: string): Promise<string> => {
        const type = 'multipart/form-data; boundary=b';
        const part = 'content-disposition: form-data; name="file"; filename="f"\r\ncontent-type: text/plain';
        const body = `--b\r\n${part}\r\n\r\n${text}\r\n--b--\r\n`;
        const {status, body: answer} = await send(server.url + path, 'k', {'content-type': type}, body);
        return `${status} ${answer}`;
      };
      try {
        expect(await file('/behind', 'one')).to.match(/^500 The body of the request was read before the middleware/);
        expect(runs).to.equal(0);
        expect([await file('', 'one'), await file('', 'one')]).to.deep.equal(['200 3', '200 3']);
        expect(await file('', 'other')).to.match(/^422 .*IDEMPOTENCY_KEY_REUSED/);
        expect(runs).to.equal(1);
      } finally {
        await server.close();
      }
    });
  }
});
