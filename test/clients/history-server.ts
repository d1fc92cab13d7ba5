/**
 * A server in a process of its own, for the history checker of test/stores: it acts once for each key, and does at random what handlers, timeout middleware and
 * connections do at their worst.
 *
 * Arguments: a JSON object of type `HistoryServer`. Prints `ready` when it listens. `GET /effects` answers with the effects of the memory store.
 */
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {buffer} from 'node:stream/consumers';
import {seededRandom} from '../../src/core/random.ts';
import {
  type IdempotencyOptions,
  idempotencyMiddleware,
  idempotent,
  type KeyContext,
  memoryStore,
  postgresStore,
  postgresTransactions,
  type Query,
  redisStore,
} from '../../src/server.ts';
import {DRIVERS} from '../stores/drivers.ts';
import type {HistoryServer} from '../stores/history-options.ts';
import {throughPg} from '../stores/postgres-drivers.ts';

type Context = KeyContext<Query | undefined>;
/** What the handler does with its response. */
type Reply = {readonly status: number; readonly body: string} | 'destroy';

/** The timeout middleware answers 503 after this time, in ms, while the handler goes on. */
const TIMEOUT_MS = 250;

await serve(JSON.parse(process.argv[2]!) as HistoryServer);

async function serve({framework, store, url, port, seed, leaseMs}: HistoryServer): Promise<void> {
  const random = seededRandom(seed);
  const effects = new Map<string, number>();
  const later = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));
  const {keep, effect} = await keeping(store, url, effects);
  const options: IdempotencyOptions<unknown, Query | undefined> = {
    store: keep,
    scope: 'everyone',
    leaseMs,
    maxRunMs: 5000,
    storeTimeoutMs: 2000,
    on: () => {},
  };

  async function handle({key, transaction, release}: Context): Promise<Reply> {
    const before = random();
    if (before < 0.05) {
      release();
      return {status: 503, body: 'nothing was done'};
    }
    if (before < 0.1) throw new Error('before the effect');
    if (before < 0.2) await later(TIMEOUT_MS * 2);
    await effect(key!, transaction);
    const after = random();
    if (after < 0.05) throw new Error('after the effect');
    if (after < 0.1) return {status: 503, body: 'a later service is busy'};
    if (after < 0.15) return 'destroy';
    if (after < 0.2) await later(TIMEOUT_MS * 2);
    await later(random() * 5);
    return {status: 201, body: `done ${key}`};
  }

  /** The connection of an answer breaks at random, after the answer was stored. */
  const isCut = (): boolean => random() < 0.05;
  const middleware = idempotencyMiddleware<IncomingMessage, Query | undefined>(options);
  const timeOut = (response: ServerResponse): void => {
    const timer = setTimeout(() => {
      if (!response.writableEnded) response.writeHead(503).end('timeout');
    }, TIMEOUT_MS);
    response.once('close', () => clearTimeout(timer));
  };
  const write = async (response: ServerResponse, context: Context): Promise<void> => {
    const reply = await handle(context);
    if (reply === 'destroy') response.destroy();
    else response.writeHead(reply.status, {'content-type': 'text/plain'}).end(reply.body);
  };

  const listeners = {
    'node:http': async () => {
      const keyed = middleware.listener((_request, response, context) => write(response, context));
      return (request: IncomingMessage, response: ServerResponse): void => {
        timeOut(response);
        keyed(request, response);
      };
    },
    Express: async () => {
      const [{default: express}, {default: timeout}] = await Promise.all([
        import('express'),
        import('connect-timeout'),
      ]);
      const app = express();
      app.use(timeout(`${TIMEOUT_MS}ms`), middleware, express.text());
      app.post('/charges', async (request, response) => write(response, middleware.contextOf(request)!));
      app.use(((_error, _request, response, _next) => {
        response.status(503).send('failed');
      }) as import('express').ErrorRequestHandler);
      return app;
    },
    Fastify: async () => {
      const {default: fastify} = await import('fastify');
      let listener: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;
      const app = fastify({
        serverFactory: serveRequest => {
          listener = serveRequest;
          return createServer(serveRequest);
        },
      });
      app.addHook('onRequest', (request, reply, done) => {
        timeOut(reply.raw);
        middleware(request.raw, reply.raw, error => done(error as Error | undefined));
      });
      app.post('/charges', async (request, reply) => {
        const answer = await handle(middleware.contextOf(request.raw)!);
        if (answer === 'destroy') {
          reply.raw.destroy();
          return reply;
        }
        return reply.code(answer.status).send(answer.body);
      });
      await app.ready();
      return listener!;
    },
    Hono: async () => {
      const [{Hono}, {timeout}] = await Promise.all([import('hono'), import('hono/timeout')]);
      const charge = idempotent<Query | undefined>(async (_request, context) => {
        const reply = await handle(context);
        if (reply === 'destroy') throw new Error('destroyed');
        return new Response(reply.body, {status: reply.status});
      }, options);
      const app = new Hono();
      app.use(timeout(TIMEOUT_MS));
      app.post('/charges', c => charge(c.req.raw));
      app.onError((_error, c) => c.text('failed', 503));
      return async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
        const init = {method: incoming.method!, headers: incoming.headers as Record<string, string>};
        const body = new Uint8Array(await buffer(incoming));
        const response = await app.fetch(new Request(`http://server${incoming.url}`, {...init, body}));
        const bytes = Buffer.from(await response.arrayBuffer());
        if (isCut()) outgoing.destroy();
        else outgoing.writeHead(response.status, Object.fromEntries(response.headers)).end(bytes);
      };
    },
  };

  const listener = await listeners[framework]();
  const server = createServer((request, response) => {
    if (request.method === 'GET') response.end(JSON.stringify([...effects]));
    else void Promise.resolve(listener(request, response)).catch(() => response.destroy());
  });
  server.listen(port, '127.0.0.1', () => console.log(`ready ${(server.address() as AddressInfo).port}`));
}

/** The store, and how the handler acts: in the transaction of the key, or elsewhere. */
async function keeping(store: HistoryServer['store'], url: string, effects: Map<string, number>) {
  if (store === 'memoryStore') {
    const effect = async (key: string): Promise<unknown> => effects.set(key, (effects.get(key) ?? 0) + 1);
    return {keep: memoryStore(), effect};
  }
  if (store === 'redisStore') {
    const {send} = await DRIVERS['node-redis']!(url);
    return {keep: redisStore({send}), effect: (key: string) => send(['HINCRBY', 'effects', key, '1'])};
  }
  const {query, transaction} = throughPg(url, 8);
  const insert = (key: string, tx: Query = query): Promise<unknown> =>
    tx('INSERT INTO effects (key) VALUES ($1)', [key]);
  return store === 'postgresStore'
    ? {keep: postgresStore({query}), effect: (key: string) => insert(key)}
    : {keep: postgresTransactions<Query | undefined>({transaction}), effect: insert};
}
