/** Transactions of a real PostgreSQL end, whatever their handlers do, and give their connections back. */
import type {IncomingMessage} from 'node:http';
import {expect} from 'chai';
import {
  type IdempotencyEvent,
  type IdempotencyOptions,
  idempotencyMiddleware,
  idempotent,
  type NodeHandler,
  postgresSchema,
  postgresTransactions,
  type Query,
} from '../../src/server.ts';
import {postTo, withServers} from '../server/node-server.ts';
import {outcomeTable} from '../server/outcome-rows.ts';
import type {Driver} from '../server/postgres-contract.ts';
import {deferred, post, told} from '../server/requests.ts';
import {PostgresServer, postgresMissing} from '../support/postgres-server.ts';
import {throughPg, throughPostgresJs} from './postgres-drivers.ts';

/** Connections of a pool. */
const POOL = 3;

describe('transactions of PostgreSQL', () => {
  let server: PostgresServer;
  let admin: Driver;
  before(async function () {
    if (postgresMissing !== undefined) {
      console.log(`    ${postgresMissing}`);
      this.skip();
    }
    server = await PostgresServer.start();
    admin = throughPg(server.url, 2);
    for (const statement of `${postgresSchema()}CREATE TABLE charges (key text)`.split(';'))
      await admin.query(statement, []);
  });
  after(async () => {
    await admin?.close();
    await server?.stop();
  });
  const serve = withServers();
  const charges = async (): Promise<unknown[]> =>
    (await admin.query('SELECT key FROM charges ORDER BY key', [])).map(({key}) => key);
  const openTransactions = async (): Promise<number> => {
    const [row] = await admin.query(
      "SELECT count(*)::int AS open FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'",
      [],
    );
    return Number(row!.open);
  };

  for (const [name, open] of Object.entries({pg: throughPg, 'postgres.js': throughPostgresJs}))
    describe(`through ${name}, in a pool of ${POOL}`, () => {
      let driver: Driver;
      let events: IdempotencyEvent[];
      beforeEach(async () => {
        driver = open(server.url, POOL);
        events = [];
        await admin.query('TRUNCATE charges, idempotency_keys', []);
      });
      afterEach(() => driver.close());
      const options = (): Pick<IdempotencyOptions<unknown, Query>, 'store' | 'scope' | 'on'> => ({
        store: postgresTransactions<Query>({transaction: work => driver.transaction(work)}),
        scope: 'everyone',
        on: event => events.push(event),
      });
      const charge = (query: Query, key: string): Promise<unknown> =>
        query('INSERT INTO charges (key) VALUES ($1)', [key]);
      const node = (
        handler: NodeHandler<IncomingMessage, Query>,
        more: {readonly maxRunMs?: number} = {},
      ): Promise<string> => serve(idempotencyMiddleware({...options(), ...more}).listener(handler));
      /** A pool whose connections are all free serves as many requests at once. */
      const expectGoodPool = async (): Promise<void> => {
        let here = 0;
        const all = deferred<void>();
        const handler = idempotent<Query>(async (_request, {transaction, key}) => {
          await charge(transaction, key!);
          if (++here === POOL) all.resolve();
          await all.promise;
          return new Response('charged', {status: 201});
        }, options());
        const answers = ['x', 'y', 'z'].map(async key => told(await handler(post(key))));
        expect(await Promise.all(answers)).to.deep.equal(['201 charged', '201 charged', '201 charged']);
        expect(await charges()).to.deep.equal(['x', 'y', 'z']);
        expect(await openTransactions()).to.equal(0);
      };

      describe('the table of outcomes', () => outcomeTable('transactions', options));

      it('handlers that never answer', async () => {
        const handler = idempotent<Query>(
          async (_request, {transaction, key}) => {
            await charge(transaction, key!);
            return new Promise(() => {});
          },
          {...options(), maxRunMs: 200},
        );
        const answers = await Promise.all(['a', 'b', 'c'].map(async key => told(await handler(post(key)))));
        expect(answers).to.deep.equal(Array.from({length: 3}, () => '503 HANDLER_TIMEOUT'));
        await expectGoodPool();
      });

      it('handlers whose statement hangs', async function () {
        // postgres.js cannot close one connection, so its ROLLBACK waits for the statement.
        if (name === 'postgres.js') this.skip();
        const handler = idempotent<Query>(
          async (_request, {transaction}) => {
            await transaction('SELECT pg_sleep(600)', []);
            return new Response('done');
          },
          {...options(), maxRunMs: 200},
        );
        const answers = await Promise.all(['a', 'b', 'c'].map(async key => told(await handler(post(key)))));
        expect(answers).to.deep.equal(Array.from({length: 3}, () => '503 HANDLER_TIMEOUT'));
        await expectGoodPool();
        // PostgreSQL notices the end of a connection only after the statement, by default.
        await admin.query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'",
          [],
        );
      });

      it('handlers that destroy their response', async () => {
        const url = await node(async (_request, response, {transaction, key}) => {
          await charge(transaction, key!);
          response.destroy();
        });
        for (const key of ['a', 'b', 'c']) expect(await postTo(url, key).catch(() => 'reset')).to.equal('reset');
        await expectGoodPool();
      });

      it('a handler that goes on after a timeout middleware has answered', async () => {
        const answered = deferred<void>();
        const late = deferred<unknown>();
        const url = await node(async (_request, response, {transaction}) => {
          response.writeHead(503).end('Response timeout');
          await answered.promise;
          late.resolve(
            await Promise.resolve()
              .then(() => charge(transaction, 'late'))
              .catch((error: unknown) => error),
          );
        });
        expect(await told(await postTo(url, 'k'))).to.equal('503 Response timeout');
        answered.resolve();
        expect(await late.promise).to.include({code: 'TRANSACTION_ENDED'});
        await expectGoodPool();
      });

      it('a stream whose generator queries: its rows are committed with the key', async () => {
        const handler = idempotent<Query>((_request, {transaction}) => {
          const stream = new ReadableStream({
            async start(controller) {
              for (const key of ['one', 'two']) {
                await charge(transaction, key);
                controller.enqueue(new TextEncoder().encode(`data: ${key}\n\n`));
              }
              controller.close();
            },
          });
          return new Response(stream, {headers: {'content-type': 'text/event-stream'}});
        }, options());
        for (let at = 0; at < 2; at++)
          expect(await told(await handler(post('k')))).to.equal('200 data: one\n\ndata: two\n\n');
        expect(await charges()).to.deep.equal(['one', 'two']);
      });

      it('a repeated key while all connections are taken is answered at once', async () => {
        const gate = deferred<void>();
        let here = 0;
        const handler = idempotent<Query>(async (_request, {transaction, key}) => {
          await charge(transaction, key!);
          here++;
          await gate.promise;
          return new Response('charged');
        }, options());
        const first = ['a', 'b', 'c'].map(key => handler(post(key)));
        while (here < POOL) await new Promise(resolve => setImmediate(resolve));
        expect(await told(await handler(post('b')))).to.equal('409 REQUEST_RUNNING');
        gate.resolve();
        expect(await Promise.all(first.map(async each => told(await each)))).to.deep.equal(
          Array.from({length: 3}, () => '200 charged'),
        );
      });

      it('a backend that is ended while its handler works: the process goes on, and a retry charges once', async function () {
        // postgres.js 3.4.9 writes to the socket that has gone, outside of any promise.
        if (name === 'postgres.js') this.skip();
        let runs = 0;
        const handler = idempotent<Query>(async (_request, {transaction, key}) => {
          await charge(transaction, key!);
          if (++runs === 1) {
            const [row] = await transaction('SELECT pg_backend_pid() AS pid', []);
            await admin.query('SELECT pg_terminate_backend($1)', [Number(row!.pid)]);
          }
          return new Response('charged', {status: 201});
        }, options());
        expect(await told(await handler(post('k')))).to.equal('503 STORE_UNAVAILABLE');
        expect(await told(await handler(post('k')))).to.equal('201 charged');
        expect(await charges()).to.deep.equal(['k']);
      });
    });
});
