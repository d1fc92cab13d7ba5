/** The deadline of a request in real frameworks: wherever a handler asks for it, and what is answered once it has passed. */
import {once} from 'node:events';
import {createServer, type IncomingMessage, request as sendRequest} from 'node:http';
import type {AddressInfo} from 'node:net';
import {text} from 'node:stream/consumers';
import {expect} from 'chai';
import express from 'express';
import express4 from 'express4';
import fastify from 'fastify';
import multer from 'multer';
import {currentDeadline, deadlineMiddleware, idempotencyMiddleware, memoryStore} from '../../src/server.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function listening(app: import('node:http').RequestListener): Promise<number> {
  const server = createServer(app).listen(0, '127.0.0.1');
  closing.push(() => server.close().closeAllConnections());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Sends the body in two parts, of which the second comes when the handler may listen already. */
async function send(port: number, path: string, parts: readonly string[], headers: Record<string, string> = {}) {
  const request = sendRequest({
    port,
    host: '127.0.0.1',
    path,
    method: 'POST',
    headers: {'x-request-timeout-ms': '60000', 'idempotency-key': path, ...headers},
  });
  request.write(parts[0]);
  setTimeout(() => request.end(parts[1]), 20);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return {status: response.statusCode, headers: response.headers, body: await text(response)};
}

const told = (): string => (currentDeadline() === undefined ? 'none' : 'inherited');
const json = {'content-type': 'application/json'};
const form = {'content-type': 'multipart/form-data; boundary=b'};
const formParts = [
  '--b\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\n\r\nhel',
  'lo\r\n--b--\r\n',
] as const;

for (const [name, make] of [
  ['Express 5', express],
  ['Express 4', express4 as unknown as typeof express],
] as const)
  describe(`a deadline in ${name}`, () => {
    const app = make();
    app.use(deadlineMiddleware());
    app.use('/keyed', idempotencyMiddleware({store: memoryStore(), scope: 'everyone', on: () => {}}));
    for (const prefix of ['/plain', '/keyed']) {
      app.post(`${prefix}/listeners`, (request, response) => {
        const seen: string[] = [];
        request.on('data', () => seen.push(told()));
        request.on('end', () => response.end([...new Set([...seen, told()])].join()));
      });
      app.post(`${prefix}/json`, make.json(), (_request, response) => void response.end(told()));
      app.post(`${prefix}/multer`, multer().any(), (_request, response) => void response.end(told()));
      app.post(`${prefix}/finish`, (_request, response) => {
        response.on('finish', () => finished.push(told()));
        response.end('x');
      });
    }
    const finished: string[] = [];

    for (const prefix of ['/plain', '/keyed']) {
      it(`is inherited behind ${prefix}: by listeners of the request, and by handlers behind parsers`, async () => {
        const port = await listening(app);
        expect((await send(port, `${prefix}/listeners`, ['x', 'y'])).body).to.equal('inherited');
        expect((await send(port, `${prefix}/json`, ['{"a":', '1}'], json)).body).to.equal('inherited');
        expect((await send(port, `${prefix}/multer`, formParts, form)).body).to.equal('inherited');
      });

      it(`is inherited behind ${prefix}: by listeners of the response`, async () => {
        const port = await listening(app);
        finished.length = 0;
        await send(port, `${prefix}/finish`, ['x', 'y']);
        while (finished.length === 0) await new Promise(resolve => setImmediate(resolve));
        expect(finished).to.deep.equal(['inherited']);
      });
    }
  });

describe('a deadline in Fastify', () => {
  it('is inherited by handlers behind the parser', async () => {
    const app = fastify();
    const timed = deadlineMiddleware();
    app.addHook('onRequest', (request, reply, done) => timed(request.raw, reply.raw, () => done()));
    app.post('/json', async () => told());
    closing.push(() => app.close());
    await app.listen({port: 0, host: '127.0.0.1'});
    const {port} = app.server.address() as AddressInfo;
    expect((await send(port, '/json', ['{"a":', '1}'], json)).body).to.equal('inherited');
  });
});

describe('a handler that rejects with the reason of the deadline', () => {
  const wait = async (): Promise<void> => {
    const {signal} = currentDeadline()!;
    if (!signal.aborted) await once(signal, 'abort');
    throw signal.reason;
  };

  it('is answered with 504 by Express', async () => {
    const app = express();
    app.set('env', 'test'); // Without the log of finalhandler's errors.
    app.use(deadlineMiddleware({maxMs: 20}));
    app.post('/rejects', wait);
    const {status, headers} = await send(await listening(app), '/rejects', ['x', 'y']);
    expect([status, headers['x-should-retry']]).to.deep.equal([504, 'false']);
  });

  it('is answered with 504 by Fastify', async () => {
    const app = fastify();
    const timed = deadlineMiddleware({maxMs: 20});
    app.addHook('onRequest', (request, reply, done) => timed(request.raw, reply.raw, () => done()));
    app.post('/rejects', wait);
    closing.push(() => app.close());
    await app.listen({port: 0, host: '127.0.0.1'});
    const {port} = app.server.address() as AddressInfo;
    const {status, headers} = await send(port, '/rejects', ['"x', '"'], json);
    expect([status, headers['x-should-retry']]).to.deep.equal([504, 'false']);
  });
});
