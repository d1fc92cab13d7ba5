/** A client disconnects while a handler of a real framework still sends: its retry gets the whole response. */
import {once} from 'node:events';
import {readFile} from 'node:fs/promises';
import {createServer, type IncomingMessage, type Server, request as sendRequest} from 'node:http';
import type {AddressInfo} from 'node:net';
import {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {expect} from 'chai';
import express from 'express';
import express4 from 'express4';
import fastify from 'fastify';
import {type IdempotencyOptions, idempotencyMiddleware, memoryStore} from '../../src/server.ts';

const WHOLE = [0, 1, 2, 3, 4].map(line => `{"line":${line}}\n`).join('');

/** The disconnect of the first request, as the server notices it. */
class Disconnect {
  readonly began = Promise.withResolvers<void>();
  readonly noticed = Promise.withResolvers<void>();
  /** Whole sources, which is where a handler acts that streams. */
  effects = 0;
  #isWatching = false;

  watch({socket}: IncomingMessage): void {
    if (!this.#isWatching) socket.once('close', () => this.noticed.resolve());
    this.#isWatching = true;
  }

  /** The first line comes before the disconnect, the others after it. */
  lines(): Readable {
    return Readable.from(this.#lines());
  }

  async *#lines(): AsyncGenerator<Buffer> {
    for (let line = 0; line < 5; line++) {
      yield Buffer.from(`{"line":${line}}\n`);
      this.began.resolve();
      await this.noticed.promise;
      await new Promise(resolve => setImmediate(resolve));
    }
    this.effects++;
  }
}

type Options = Partial<IdempotencyOptions<IncomingMessage>>;
const keyed = (options: Options) =>
  idempotencyMiddleware<IncomingMessage>({store: memoryStore(), scope: 'everyone', on: () => {}, ...options});
type Listen = (disconnect: Disconnect) => Promise<Server>;

async function listening(server: Server): Promise<Server> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

const urlOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

function withFastify(
  answer: (disconnect: Disconnect, upstream: string) => unknown,
  options: Options = {},
  headers: Record<string, string> = {},
): Listen {
  return async disconnect => {
    const upstream = createServer((_request, response) => void disconnect.lines().pipe(response.writeHead(201)));
    await listening(upstream);
    const middleware = keyed(options);
    const app = fastify();
    app.addHook('onRequest', (request, reply, done) => {
      disconnect.watch(request.raw);
      middleware(request.raw, reply.raw, error => done(error as Error | undefined));
    });
    app.addHook('onClose', async () => void upstream.close().closeAllConnections());
    app.post('/charges', async (_request, reply) =>
      reply
        .code(201)
        .headers(headers)
        .send(await answer(disconnect, urlOf(upstream))),
    );
    await app.listen({port: 0, host: '127.0.0.1'});
    app.server.once('close', () => void app.close());
    return app.server;
  };
}

function withExpress(
  make: typeof express,
  answer: (disconnect: Disconnect, response: express.Response) => unknown,
  options: Options = {},
): Listen {
  return disconnect => {
    const app = make();
    app.use((request, _response, next) => {
      disconnect.watch(request);
      next();
    }, keyed(options));
    app.use(make.json());
    app.post('/charges', (_request, response) => void answer(disconnect, response.status(201)));
    return listening(createServer(app));
  };
}

/** Stops at `close`, as handlers of event sources do. */
function untilClose(disconnect: Disconnect, response: express.Response): void {
  const lines = disconnect.lines();
  response.on('close', () => response.end());
  lines.on('data', line => response.write(line)).on('end', () => response.end());
}

const FRAMEWORKS: Readonly<Record<string, Listen>> = {
  'Fastify, a Response': withFastify(
    disconnect => new Response(Readable.toWeb(disconnect.lines()) as ReadableStream, {status: 201}),
  ),
  'Fastify, a web stream': withFastify(disconnect => Readable.toWeb(disconnect.lines())),
  'Fastify, a stream': withFastify(disconnect => disconnect.lines()),
  'Fastify, the response of a fetch': withFastify((_disconnect, upstream) => fetch(upstream)),
  ...Object.fromEntries(
    (
      [
        ['Express 5', express],
        ['Express 4', express4],
      ] as const
    ).flatMap(([name, make]): [string, Listen][] => [
      [`${name}, pipe`, withExpress(make, (disconnect, response) => disconnect.lines().pipe(response))],
      [`${name}, pipeline`, withExpress(make, (disconnect, response) => pipeline(disconnect.lines(), response))],
      [`${name}, a handler that ends at close`, withExpress(make, untilClose)],
      [
        `${name}, a file after the disconnect`,
        withExpress(make, async (disconnect, response) => {
          disconnect.began.resolve();
          await disconnect.noticed.promise;
          response.type('text').sendFile(import.meta.filename);
        }),
      ],
    ]),
  ),
};

interface Answer {
  readonly status: number;
  readonly isReplayed: boolean;
  readonly body: string;
}

async function retried(url: string): Promise<Answer> {
  for (let tries = 1; ; tries++) {
    const headers = {'idempotency-key': 'k', 'content-type': 'application/json'};
    const response = await fetch(url, {method: 'POST', body: '{}', headers});
    const {status} = response;
    const body = await response.text();
    // A bound, so that a key that stays taken fails the test.
    if (!response.headers.has('retry-after') || tries === 200)
      return {status, isReplayed: response.headers.has('idempotent-replayed'), body};
  }
}

const EVENTS = {'content-type': 'text/event-stream'};
const STREAMS: Readonly<Record<string, Listen>> = {
  'Fastify, a Response': withFastify(
    disconnect => new Response(Readable.toWeb(disconnect.lines()) as ReadableStream, {headers: EVENTS}),
    {afterLoss: 'run-again'},
  ),
  'Fastify, a web stream': withFastify(
    disconnect => Readable.toWeb(disconnect.lines()),
    {afterLoss: 'run-again'},
    EVENTS,
  ),
  'Fastify, a stream': withFastify(disconnect => disconnect.lines(), {afterLoss: 'run-again'}, EVENTS),
  ...Object.fromEntries(
    (
      [
        ['Express 5', express],
        ['Express 4', express4],
      ] as const
    ).flatMap(([name, make]): [string, Listen][] => [
      [
        `${name}, pipe`,
        withExpress(make, (disconnect, response) => disconnect.lines().pipe(response.set(EVENTS)), {
          afterLoss: 'run-again',
        }),
      ],
      [
        `${name}, pipeline`,
        withExpress(make, (disconnect, response) => pipeline(disconnect.lines(), response.set(EVENTS)), {
          afterLoss: 'run-again',
        }),
      ],
      [
        `${name}, a handler that ends at close`,
        withExpress(make, (disconnect, response) => untilClose(disconnect, response.set(EVENTS)), {
          afterLoss: 'run-again',
        }),
      ],
    ]),
  ),
};

describe("a client that disconnects from an event stream with afterLoss 'run-again'", () => {
  for (const [name, listen] of Object.entries(STREAMS))
    it(`${name}: its handler goes on to its effect, and the retry does not run it`, async () => {
      const disconnect = new Disconnect();
      const server = await listen(disconnect);
      try {
        const url = `${urlOf(server)}/charges`;
        const headers = {'idempotency-key': 'k', 'content-type': 'application/json'};
        const first = sendRequest(url, {method: 'POST', headers}).on('error', () => {});
        first.end('{}');
        const [response] = (await once(first, 'response')) as [IncomingMessage];
        await once(
          response.on('error', () => {}),
          'data',
        );
        first.destroy();
        await disconnect.noticed.promise;
        const {status, body} = await retried(url);
        expect({status, code: (JSON.parse(body) as {code: string}).code}).to.deep.equal({
          status: 409,
          code: 'RESPONSE_NOT_KEPT',
        });
        expect(disconnect.effects).to.equal(1);
      } finally {
        server.close();
        server.closeAllConnections();
      }
    });
});

describe('a client that disconnects before the end of the response', () => {
  for (const [name, listen] of Object.entries(FRAMEWORKS))
    it(`${name}: its retry gets the whole of it`, async () => {
      const disconnect = new Disconnect();
      const server = await listen(disconnect);
      try {
        const url = `${urlOf(server)}/charges`;
        const headers = {'idempotency-key': 'k', 'content-type': 'application/json'};
        const first = sendRequest(url, {method: 'POST', headers}).on('error', () => {});
        first.end('{}');
        await disconnect.began.promise;
        first.destroy();
        await disconnect.noticed.promise;
        const {body, ...answer} = await retried(url);
        expect(answer).to.deep.equal({status: name.includes('fetch') ? 201 : 201, isReplayed: true});
        expect(body).to.equal(name.includes('file') ? await readFile(import.meta.filename, 'utf8') : WHOLE);
      } finally {
        server.close();
        server.closeAllConnections();
      }
    });
});

describe('a client that disconnects while Express reads a file', () => {
  // Express destroys the file at the end of the connection, and never ends the response.
  for (const [name, make] of [
    ['Express 5', express],
    ['Express 4', express4],
  ] as const)
    it(`${name}: leaves the outcome unknown at once`, async () => {
      const disconnect = new Disconnect();
      const listen = withExpress(make, (_disconnect, response) => {
        response.once('pipe', (file: Readable) => {
          file._read = () => {}; // The file is slow.
          disconnect.began.resolve();
        });
        response.type('text').sendFile(import.meta.filename);
      });
      const server = await listen(disconnect);
      try {
        const url = `${urlOf(server)}/charges`;
        const headers = {'idempotency-key': 'k', 'content-type': 'application/json'};
        const first = sendRequest(url, {method: 'POST', headers}).on('error', () => {});
        first.end('{}');
        await disconnect.began.promise;
        first.destroy();
        await disconnect.noticed.promise;
        const {status, body} = await retried(url);
        expect(`${status} ${(JSON.parse(body) as {code: string}).code}`).to.equal('409 OUTCOME_UNKNOWN');
      } finally {
        server.close();
        server.closeAllConnections();
      }
    });
});
