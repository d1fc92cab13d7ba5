/** What a handler queries after its answer never runs, and never makes a COMMIT look like one, through the clients of the real drivers. */
import {promisify} from 'node:util';
import {expect} from 'chai';
import pg from 'pg';
import postgres from 'postgres';
import {
  idempotencyMiddleware,
  idempotent,
  type KeyContext,
  type PostgresTransactions,
  postgresSchema,
  postgresTransactions,
  type Query,
} from '../../src/server.ts';
import {postTo, withServers} from '../server/node-server.ts';
import {deferred, post, told} from '../server/requests.ts';
import {PostgresServer, postgresMissing} from '../support/postgres-server.ts';

type Statement = (text: string) => PromiseLike<unknown>;

/** A driver whose own client is what the handler gets, and the ways in which a handler keeps that. */
interface Client<Tx> {
  readonly store: PostgresTransactions<Tx>;
  readonly ways: Readonly<Record<string, (transaction: Tx) => Statement | Promise<Statement>>>;
  close(): Promise<void>;
}

/** As docs/server.md has it. */
function throughPg(url: string, looksAtTag = true): Client<pg.PoolClient> {
  const pool = new pg.Pool({connectionString: url, max: 1});
  pool.on('error', () => {});
  pool.on('connect', client => client.on('error', () => {}));
  const store = postgresTransactions<pg.PoolClient>({
    async transaction(work) {
      const client = await pool.connect();
      try {
        await client.query('BEGIN');
        const result = await work(async (text, values) => (await client.query(text, [...values])).rows, client);
        const {command} = await client.query('COMMIT');
        if (looksAtTag && command !== 'COMMIT') throw new Error('PostgreSQL rolled the transaction back.');
        client.release();
        return result;
      } catch (error) {
        await client.query('ROLLBACK').catch(() => {});
        client.release(true);
        throw error;
      }
    },
  });
  const ways: Client<pg.PoolClient>['ways'] = {
    'a method': client => text => client.query(text),
    'a bound method': client => client.query.bind(client),
    'a promisified method': client =>
      promisify((text: string, done: (error: Error | null, result: unknown) => void) => client.query(text, done)),
    'a client with a name of its own': client => {
      const own = Object.assign(Object.create(client) as pg.PoolClient, {name: 'own'});
      return text => own.query(text);
    },
  };
  return {store, ways, close: () => pool.end()};
}

function throughPostgresJs(url: string): Client<postgres.TransactionSql> {
  const sql = postgres(url, {max: 1, onnotice: () => {}});
  const store = postgresTransactions<postgres.TransactionSql>({
    async transaction(work) {
      let result: {value: Awaited<ReturnType<typeof work>>} | undefined;
      await sql.begin(async tx => {
        const query: Query = (text, values) => tx.unsafe(text, [...values]);
        result = {value: await work(query, tx)};
      });
      return result!.value;
    },
  });
  const ways: Client<postgres.TransactionSql>['ways'] = {
    'a method': tx => text => tx.unsafe(text),
    'a bound method': tx => tx.unsafe.bind(tx),
    'a template': tx => text => tx`${tx.unsafe(text)}`,
    'a savepoint': async tx => {
      let inner: postgres.TransactionSql | undefined;
      await tx.savepoint(async savepoint => {
        inner = savepoint;
        await savepoint`SELECT 1`;
      });
      return text => inner!.unsafe(text);
    },
    // A statement of postgres.js runs when it is awaited.
    'a statement that was not awaited': tx => {
      const late = tx.unsafe("INSERT INTO charges (key) VALUES ('late')");
      const failing = tx.unsafe('INSERT INTO no_such_table VALUES (1)');
      const first = tx.unsafe("INSERT INTO charges (key) VALUES ('first')");
      return text => (text.includes('late') ? late : text.includes('first') ? first : failing);
    },
    'a statement that was made before, and is executed': tx => {
      const late = tx.unsafe("INSERT INTO charges (key) VALUES ('late')");
      return text => (text.includes('late') ? late : tx.unsafe(text)).execute();
    },
  };
  return {store, ways, close: () => sql.end()};
}

const drivers: Readonly<Record<string, (url: string) => Client<never>>> = {
  pg: url => throughPg(url) as unknown as Client<never>,
  'pg, whose COMMIT is not looked at': url => throughPg(url, false) as unknown as Client<never>,
  'postgres.js': url => throughPostgresJs(url) as unknown as Client<never>,
};
/** Runs for a case that depends on which of two statements comes first. */
const RUNS = 10;

describe('a query after the answer', () => {
  let server: PostgresServer;
  let admin: pg.Pool;
  before(async function () {
    if (postgresMissing !== undefined) {
      console.log(`    ${postgresMissing}`);
      this.skip();
    }
    server = await PostgresServer.start();
    admin = new pg.Pool({connectionString: server.url, max: 1});
    admin.on('error', () => {});
    await admin.query(`${postgresSchema()}CREATE TABLE charges (key text)`);
  });
  after(async () => {
    await admin?.end();
    await server?.stop();
  });
  beforeEach(() => admin.query('TRUNCATE charges, idempotency_keys'));
  const serve = withServers();
  const charges = async (): Promise<unknown[]> =>
    (await admin.query('SELECT key FROM charges ORDER BY key')).rows.map(({key}) => key);

  for (const [name, open] of Object.entries(drivers)) {
    const names = Object.keys(open('postgres://127.0.0.1/unused').ways);
    describe(`through the client of ${name}`, () => {
      let client: Client<never>;
      beforeEach(() => {
        client = open(server.url);
      });
      afterEach(() => client.close());

      for (const way of names) {
        it(`by ${way} does not run in the transaction of the next request`, async () => {
          const isNext = deferred<void>();
          const late = deferred<unknown>();
          const handler = idempotent<never>(
            async (_request, {transaction, key}) => {
              const statement = await client.ways[way]!(transaction);
              if (key === 'first') {
                await statement("INSERT INTO charges (key) VALUES ('first')");
                void isNext.promise.then(async () => {
                  const ran = Promise.resolve().then(() => statement("INSERT INTO charges (key) VALUES ('late')"));
                  late.resolve(await ran.catch((error: unknown) => error));
                });
              } else {
                isNext.resolve();
                await late.promise;
              }
              return new Response('done');
            },
            {store: client.store, scope: 'everyone', on: () => {}},
          );
          for (const key of ['first', 'next']) expect(await told(await handler(post(key)))).to.equal('200 done');
          expect(await late.promise).to.include({code: 'TRANSACTION_ENDED'});
          expect(await charges()).to.deep.equal(['first']);
        });

        it(`by ${way}, and that fails, leaves no success without its effect`, async () => {
          const keyed = idempotencyMiddleware<import('node:http').IncomingMessage, never>({
            store: client.store,
            scope: 'everyone',
            on: () => {},
          });
          const url = await serve(
            keyed.listener(async (_request, response, {transaction, key}: KeyContext<never>) => {
              const statement = await client.ways[way]!(transaction);
              await (await client.ways['a method']!(transaction))(`INSERT INTO charges (key) VALUES ('${key}')`);
              response.writeHead(201).end('charged');
              setImmediate(() =>
                Promise.resolve()
                  .then(() => statement('INSERT INTO no_such_table VALUES (1)'))
                  .catch(() => {}),
              );
            }),
          );
          const told201: string[] = [];
          for (let at = 0; at < RUNS; at++)
            if ((await told(await postTo(url, `k${at}`))) === '201 charged') told201.push(`k${at}`);
          expect(await charges()).to.deep.equal(told201);
          expect(told201).to.have.length(RUNS);
        });
      }

      it('of a request without a key: a statement whose error the handler has swallowed is no success', async () => {
        const handler = idempotent<never>(
          async (_request, {transaction}) => {
            const statement = await client.ways['a method']!(transaction);
            await statement("INSERT INTO charges (key) VALUES ('bare')");
            await Promise.resolve(statement('INSERT INTO no_such_table VALUES (1)')).catch(() => {});
            return new Response('charged', {status: 201});
          },
          {store: client.store, scope: 'everyone', required: false, on: () => {}},
        );
        expect(await told(await handler(post(null)))).to.equal('503 STORE_UNAVAILABLE');
        expect(await charges()).to.deep.equal([]);
      });
    });
  }

  it('of postgres.js, some microtasks after the answer, is settled: within the transaction, or refused', async () => {
    const client = throughPostgresJs(server.url);
    const keyed = idempotencyMiddleware<import('node:http').IncomingMessage, postgres.TransactionSql>({
      store: client.store,
      scope: 'everyone',
      on: () => {},
    });
    let late = deferred<string>();
    const url = await serve(
      keyed.listener(async (_request, response, {transaction, key}) => {
        await transaction`INSERT INTO charges (key) VALUES (${key!})`;
        response.writeHead(201).end('charged');
        for (let left = Number(key); left > 0; left--) await null;
        try {
          await transaction`INSERT INTO charges (key) VALUES (${`late ${key}`})`;
          late.resolve('ran');
        } catch (error) {
          late.resolve((error as {code: string}).code);
        }
      }),
    );
    try {
      const expected: string[] = [];
      const seen = new Set<string>();
      for (let at = 0; at < 16; at++) {
        late = deferred<string>();
        expect(await told(await postTo(url, String(at)))).to.equal('201 charged');
        const how = await late.promise;
        expected.push(String(at), ...(how === 'ran' ? [`late ${at}`] : []));
        seen.add(how);
      }
      expect([...seen]).to.have.members(['ran', 'TRANSACTION_ENDED']);
      expect(await charges()).to.deep.equal(expected.sort());
    } finally {
      await client.close();
    }
  });

  it('that postgres.js sends for a savepoint, whose handler is late, undoes nothing of the next request', async () => {
    const client = throughPostgresJs(server.url);
    const isNext = deferred<void>();
    const isLate = deferred<void>();
    try {
      const send = (maxRunMs: number) =>
        idempotent<postgres.TransactionSql>(
          async (_request, {transaction, key, signal}) => {
            await transaction.savepoint(async savepoint => {
              await savepoint`INSERT INTO charges (key) VALUES (${`${key} 1`})`;
              if (key === 'late') {
                while (!signal.aborted) await new Promise(resolve => setImmediate(resolve));
                await isNext.promise;
                isLate.resolve();
              }
              await savepoint`INSERT INTO charges (key) VALUES (${`${key} 2`})`;
            });
            return new Response('charged');
          },
          {store: client.store, scope: 'everyone', maxRunMs, on: () => {}},
        );
      expect(await told(await send(50)(post('late')))).to.equal('503 HANDLER_TIMEOUT');
      const next = send(10_000)(post('next'));
      isNext.resolve();
      await isLate.promise;
      expect(await told(await next)).to.equal('200 charged');
      expect(await charges()).to.deep.equal(['next 1', 'next 2']);
    } finally {
      await client.close();
    }
  });

  it('of a savepoint that the handler does not await is part of its transaction, and undoes nothing of the next one', async () => {
    const client = throughPostgresJs(server.url);
    try {
      const handler = idempotent<postgres.TransactionSql>(
        async (_request, {transaction, key}) => {
          void transaction.savepoint(async savepoint => {
            await savepoint`INSERT INTO charges (key) VALUES (${`${key} 1`})`;
            await new Promise(resolve => setImmediate(resolve));
            await savepoint`INSERT INTO charges (key) VALUES (${`${key} 2`})`;
          });
          return new Response('charged');
        },
        {store: client.store, scope: 'everyone', on: () => {}},
      );
      const answers = ['a', 'b', 'c'].map(async key => told(await handler(post(key))));
      expect(await Promise.all(answers)).to.deep.equal(['200 charged', '200 charged', '200 charged']);
      expect(await charges()).to.deep.equal(['a 1', 'a 2', 'b 1', 'b 2', 'c 1', 'c 2']);
    } finally {
      await client.close();
    }
  });

  type Book = (savepoint: postgres.TransactionSql) => Promise<void>;
  const styles: Readonly<Record<string, (book: Book) => Book>> = {
    'of an arrow function': book => savepoint => book(savepoint),
    // To which TypeScript compiles async functions for ES2015.
    'of a classic function': book => {
      function classic(savepoint: postgres.TransactionSql): Promise<void> {
        return book(savepoint);
      }
      return classic;
    },
  };
  for (const [style, callback] of Object.entries(styles))
    it(`that postgres.js would send for a savepoint ${style}, after the handler has thrown beside it, undoes nothing of the next request`, async () => {
      const client = throughPostgresJs(server.url);
      const isNext = deferred<void>();
      const isLate = deferred<void>();
      const isIn = deferred<void>();
      try {
        const handler = idempotent<postgres.TransactionSql>(
          async (_request, {transaction, key}) => {
            const book = async (savepoint: postgres.TransactionSql): Promise<void> => {
              await savepoint`INSERT INTO charges (key) VALUES (${`${key} 1`})`;
              if (key === 'late') {
                isIn.resolve();
                await isNext.promise;
                isLate.resolve();
              }
              await savepoint`INSERT INTO charges (key) VALUES (${`${key} 2`})`;
            };
            const booked = transaction.savepoint(callback(book));
            if (key === 'next') {
              isNext.resolve();
              await isLate.promise;
            }
            const check = async (): Promise<void> => {
              await isIn.promise;
              if (key === 'late') throw new Error('refused');
            };
            await Promise.all([booked, check()]);
            return new Response('charged');
          },
          {store: client.store, scope: 'everyone', on: () => {}},
        );
        const failed = await handler(post('late')).catch((error: Error) => error.message);
        expect(failed).to.equal('refused');
        expect(await told(await handler(post('next')))).to.equal('200 charged');
        expect(await charges()).to.deep.equal(['next 1', 'next 2']);
      } finally {
        await client.close();
      }
    });

  it('of a savepoint that the handler does not await, and that fails, undoes its request', async () => {
    const client = throughPostgresJs(server.url);
    try {
      const handler = idempotent<postgres.TransactionSql>(
        async (_request, {transaction}) => {
          await transaction`INSERT INTO charges (key) VALUES ('k')`;
          void transaction.savepoint(savepoint => savepoint`INSERT INTO no_such_table VALUES (1)`);
          return new Response('charged');
        },
        {store: client.store, scope: 'everyone', on: () => {}},
      );
      const failed = await handler(post('k')).catch((error: Error) => error.message);
      expect(failed).to.match(/no_such_table/);
      expect(await charges()).to.deep.equal([]);
    } finally {
      await client.close();
    }
  });

  it('that is a ROLLBACK of the handler leaves a key that no option runs again', async () => {
    const client = throughPg(server.url);
    try {
      const handler = idempotent<pg.PoolClient>(
        async (_request, {transaction}) => {
          await transaction.query("INSERT INTO charges (key) VALUES ('undone')");
          await transaction.query('ROLLBACK');
          await transaction.query("INSERT INTO charges (key) VALUES ('invoice')");
          return new Response('charged', {status: 201});
        },
        {store: client.store, scope: 'everyone', afterLoss: 'run-again', on: () => {}},
      );
      expect(await told(await handler(post('k')))).to.equal('503 STORE_UNAVAILABLE');
      expect(await told(await handler(post('k')))).to.equal('409 OUTCOME_UNKNOWN');
      expect(await charges()).to.deep.equal(['invoice']);
    } finally {
      await client.close();
    }
  });

  const ends: Readonly<Record<string, readonly string[]>> = {
    'a ROLLBACK': ['BEGIN', 'ROLLBACK', "INSERT INTO charges (key) VALUES ('k')"],
    'a COMMIT': ["INSERT INTO charges (key) VALUES ('k')", 'COMMIT'],
    'a ROLLBACK and a transaction of its own': [
      'ROLLBACK',
      'BEGIN',
      "INSERT INTO charges (key) VALUES ('k')",
      'COMMIT',
      'BEGIN',
    ],
  };
  const failures: Readonly<Record<string, readonly [() => Response | Promise<Response>, string, readonly string[]]>> = {
    'answers with 502': [() => new Response('failed', {status: 502}), '502 failed', ['lost', 'refused']],
    throws: [() => Promise.reject(new Error('thrown')), 'thrown', ['lost', 'refused']],
    'runs longer than maxRunMs': [() => new Promise(() => {}), '409 OUTCOME_UNKNOWN', ['lost', 'refused', 'refused']],
  };
  for (const [what, statements] of Object.entries(ends))
    for (const [how, [fail, answer, seen]] of Object.entries(failures))
      it(`that is ${what} of a handler that then ${how} leaves a key that no option runs again`, async () => {
        const client = throughPg(server.url);
        const events: string[] = [];
        try {
          let runs = 0;
          const handler = idempotent<pg.PoolClient>(
            async (_request, {transaction}) => {
              runs++;
              for (const statement of statements) await transaction.query(statement);
              return fail();
            },
            {
              store: client.store,
              scope: 'everyone',
              afterLoss: 'run-again',
              maxRunMs: how.includes('maxRunMs') ? 200 : 30_000,
              on: ({type}) => void events.push(type),
            },
          );
          expect(await handler(post('k')).then(told, (error: Error) => error.message)).to.equal(answer);
          expect(await told(await handler(post('k')))).to.equal('409 OUTCOME_UNKNOWN');
          expect(events).to.deep.equal(seen);
          expect(runs).to.equal(1);
          expect(await charges()).to.deep.equal(['k']);
        } finally {
          await client.close();
        }
      });

  it('that fails undoes a handler that throws, and its key is free', async () => {
    const client = throughPg(server.url);
    try {
      let runs = 0;
      const handler = idempotent<pg.PoolClient>(
        async (_request, {transaction}) => {
          await transaction.query("INSERT INTO charges (key) VALUES ('k')");
          if (++runs === 1) await transaction.query('INSERT INTO no_such_table VALUES (1)');
          return new Response('charged');
        },
        {store: client.store, scope: 'everyone', on: () => {}},
      );
      expect(await handler(post('k')).catch((error: Error) => error.message)).to.match(/no_such_table/);
      expect(await told(await handler(post('k')))).to.equal('200 charged');
      expect(await charges()).to.deep.equal(['k']);
    } finally {
      await client.close();
    }
  });

  it('that goes past the guard is found at COMMIT, whose tag says ROLLBACK', async () => {
    const client = throughPg(server.url);
    try {
      const claim = {key: 'k', fingerprint: 'f', token: 't', leaseMs: 1000, keepMs: 1000, afterLoss: 'refuse'} as const;
      const answered = client.store.transact(claim, async (transaction, _found, complete) => {
        await transaction.query("INSERT INTO charges (key) VALUES ('k')");
        await complete({status: 201, headers: [], body: new Uint8Array()});
        transaction.query('INSERT INTO no_such_table VALUES (1)').catch(() => {});
        return 'charged';
      });
      expect(await answered.catch((error: Error) => error.message)).to.equal('PostgreSQL rolled the transaction back.');
    } finally {
      await client.close();
    }
  });
});
