/** The middleware of steadfetch/server in real frameworks: one run for each key, and a deadline that calls inherit. */
import {once} from 'node:events';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {text} from 'node:stream/consumers';
import {expect} from 'chai';
import express from 'express';
import fastify from 'fastify';
import {Hono} from 'hono';
import {createFetch} from '../../src/fetch.ts';
import {
  currentDeadline,
  deadlineMiddleware,
  idempotencyMiddleware,
  idempotent,
  memoryStore,
  withDeadline,
} from '../../src/server.ts';

/** A server that charges: `POST /charges` answers 201 with the amount and the number of the run, and the time left in a header. */
interface Framework {
  readonly url: string;
  close(): Promise<void>;
}

const urlOf = (address: AddressInfo): string => `http://127.0.0.1:${address.port}/charges`;
const leftOf = (): string => (currentDeadline()!.remainingMs() <= 60_000 ? 'some' : 'all');

const frameworks: Readonly<Record<string, () => Promise<Framework>>> = {
  async hono() {
    let runs = 0;
    const charge = idempotent(
      async request => {
        const {amount} = (await request.json()) as {amount: number};
        return Response.json({amount, run: ++runs}, {status: 201, headers: {'x-left': leftOf()}});
      },
      {store: memoryStore(), scope: 'everyone'},
    );
    const app = new Hono();
    app.post('/charges', c => withDeadline(charge)(c.req.raw));
    // Not @hono/node-server, which replaces globalThis.Response for the other tests of this process.
    return listening(
      createServer(async (incoming, outgoing) => {
        const init = {method: incoming.method!, headers: incoming.headers as Record<string, string>};
        const response = await app.fetch(
          new Request(`http://127.0.0.1${incoming.url}`, {...init, body: await text(incoming)}),
        );
        outgoing.writeHead(response.status, Object.fromEntries(response.headers)).end(await response.text());
      }),
    );
  },

  async express() {
    let runs = 0;
    const app = express();
    app.use(deadlineMiddleware());
    app.use(express.json({verify: (request, _response, bytes) => Object.assign(request, {rawBody: bytes})}));
    app.post('/charges', idempotencyMiddleware({store: memoryStore(), scope: 'everyone'}), (request, response) => {
      response.set('x-left', leftOf()).status(201).json({amount: request.body.amount, run: ++runs});
    });
    return listening(createServer(app));
  },

  async 'express, before the parser'() {
    let runs = 0;
    const app = express();
    app.use(idempotencyMiddleware({store: memoryStore(), scope: 'everyone'}));
    app.use(express.json(), deadlineMiddleware());
    app.post('/charges', (request, response) => {
      response.set('x-left', leftOf()).status(201).json({amount: request.body.amount, run: ++runs});
    });
    return listening(createServer(app));
  },

  async fastify() {
    let runs = 0;
    const app = fastify();
    const keyed = idempotencyMiddleware({store: memoryStore(), scope: 'everyone'});
    const timed = deadlineMiddleware();
    app.addHook('onRequest', (request, reply, done) =>
      timed(request.raw, reply.raw, () => keyed(request.raw, reply.raw, error => done(error as Error | undefined))),
    );
    app.post<{Body: {amount: number}}>('/charges', async (request, reply) => {
      reply.header('x-left', leftOf()).code(201);
      return {amount: request.body.amount, run: ++runs};
    });
    await app.listen({port: 0, host: '127.0.0.1'});
    return {url: urlOf(app.server.address() as AddressInfo), close: () => app.close()};
  },
};

async function listening(server: ReturnType<typeof createServer>): Promise<Framework> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: urlOf(server.address() as AddressInfo),
    close: async () => void server.close().closeAllConnections(),
  };
}

describe('steadfetch/server in real frameworks', () => {
  for (const [name, open] of Object.entries(frameworks))
    it(`${name}: runs once for each key, replays, refuses, and knows the deadline`, async () => {
      const server = await open();
      const fetch = createFetch({
        name: 'charges',
        deadlineMs: 60_000,
        deadlineHeader: 'x-request-timeout-ms',
        maxAttempts: 1,
      });
      const send = async (key: string | null, amount: number): Promise<string> => {
        const response = await fetch(server.url, {
          method: 'POST',
          headers: {'content-type': 'application/json', ...(key !== null && {'idempotency-key': key})},
          body: JSON.stringify({amount}),
        });
        const {code, run} = (await response.json()) as {code?: string; run?: number};
        const isReplayed = response.headers.has('idempotent-replayed');
        return [response.status, code ?? `run ${run}, ${response.headers.get('x-left')}`, isReplayed ? 'replayed' : '']
          .join(' ')
          .trim();
      };
      try {
        expect(await send('a', 1)).to.equal('201 run 1, some');
        expect(await send('a', 1)).to.equal('201 run 1, some replayed');
        expect(await send('"a"', 1)).to.equal('201 run 1, some replayed');
        expect(await send('a', 2)).to.equal('422 IDEMPOTENCY_KEY_REUSED');
        expect(await send(null, 1)).to.equal('400 IDEMPOTENCY_KEY_MISSING');
        expect(await send('b', 2)).to.equal('201 run 2, some');
        const late = await globalThis.fetch(server.url, {
          method: 'POST',
          headers: {'content-type': 'application/json', 'idempotency-key': 'c', 'x-request-timeout-ms': '0'},
          body: '{"amount": 3}',
        });
        expect(late.status).to.equal(504);
        await late.text();
      } finally {
        await server.close();
      }
    });
});
