/**
 * One effect for each key: a server that charges in PostgreSQL, a client that retries, and connections that break before and after the commit.
 *
 * Run `npx node examples/exactly-once.ts`: it uses PGlite, which is PostgreSQL compiled to WebAssembly. For a real server:
 * `DATABASE_URL=postgres://user@localhost/test npx node examples/exactly-once.ts`. It drops the two tables that it makes.
 */
import {once} from 'node:events';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {setTimeout} from 'node:timers/promises';
import {PGlite} from '@electric-sql/pglite';
import pg from 'pg';
import {createFetch} from '../src/fetch.ts';
import {idempotent, postgresSchema, postgresTransactions, type Query} from '../src/server.ts';
import {seededRandom} from '../src/testing.ts';

const CALLS = 300;
const AT_ONCE = 8;
/** The share of requests whose connection breaks: before the effect is committed, and after it. */
const BEFORE = 0.1;
const AFTER = 0.1;
const TABLE = 'steadfetch_example_keys';

/** A database: a way to run one statement, and a way to run work in a transaction. */
interface Database {
  readonly name: string;
  readonly query: Query;
  transaction<T>(work: (query: Query, tx: Query) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

const random = seededRandom(7);
const breaks = {before: 0, after: 0};
const url = process.env.DATABASE_URL;
const database = url === undefined ? await embedded() : connected(url);
console.log(`database: ${database.name}`);

for (const statement of `DROP TABLE IF EXISTS steadfetch_example_charges, ${TABLE};
  CREATE TABLE steadfetch_example_charges (id serial PRIMARY KEY, key text NOT NULL);
  ${postgresSchema(TABLE)}`.split(';'))
  await database.query(statement, []);

let runs = 0;
const charge = idempotent(
  async (_request, {key, transaction: query}) => {
    runs++;
    const [row] = await query('INSERT INTO steadfetch_example_charges (key) VALUES ($1) RETURNING id', [key!]);
    if (random() < BEFORE) throw brokenBefore();
    return Response.json({charge: row!.id}, {status: 201});
  },
  {
    store: postgresTransactions<Query>({transaction: work => database.transaction(work), table: TABLE}),
    scope: 'everyone',
  },
);

const server = createServer(async (incoming, outgoing) => {
  try {
    const headers = incoming.headers as Record<string, string>;
    const response = await charge(new Request(`http://${headers.host}${incoming.url}`, {method: 'POST', headers}));
    if (random() < AFTER) throw brokenAfter();
    outgoing.writeHead(response.status, Object.fromEntries(response.headers)).end(await response.text());
  } catch {
    outgoing.destroy(); // What the client sees of a crash: a reset.
  }
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const {port} = server.address() as AddressInfo;

const fetch = createFetch({
  name: 'charges',
  idempotency: {},
  maxAttempts: 20,
  deadlineMs: 60_000,
  backoff: {baseMs: 5, capMs: 50},
  budget: null,
  breaker: null,
});

let succeeded = 0;
let left = CALLS;
const work = async (): Promise<void> => {
  while (left-- > 0) {
    const response = await fetch(`http://127.0.0.1:${port}/charges`, {method: 'POST'});
    if (response.status === 201) succeeded++;
    await response.text();
  }
};
await Promise.all(Array.from({length: AT_ONCE}, work));

const [effects] = await database.query(
  'SELECT count(*)::int AS charges, count(DISTINCT key)::int AS keys FROM steadfetch_example_charges',
  [],
);
console.table({
  'calls, each with a key': CALLS,
  'calls that succeeded': succeeded,
  'resets before the commit': breaks.before,
  'resets after the commit': breaks.after,
  'runs of the handler': runs,
  'keys with a charge': effects!.keys,
  charges: effects!.charges,
});

await database.query(`DROP TABLE steadfetch_example_charges, ${TABLE}`, []);
server.close().closeAllConnections();
await database.close();
if (effects!.charges !== CALLS || effects!.keys !== CALLS) process.exitCode = 1;

function brokenBefore(): Error {
  breaks.before++;
  return new Error('The process stops before the commit.');
}

function brokenAfter(): Error {
  breaks.after++;
  return new Error('The connection breaks after the commit.');
}

async function embedded(): Promise<Database> {
  const db = await PGlite.create();
  const queryOf =
    (run: PGlite['query']): Query =>
    async (text, values) =>
      (await run<Record<string, unknown>>(text, [...values])).rows;
  return {
    name: 'PGlite, embedded: PostgreSQL in WebAssembly, one transaction at a time (set DATABASE_URL for a server)',
    query: queryOf(db.query.bind(db)),
    transaction: work => db.transaction(tx => work(queryOf(tx.query.bind(tx)), queryOf(tx.query.bind(tx)))),
    close: () => db.close(),
  };
}

function connected(connectionString: string): Database {
  const pool = new pg.Pool({connectionString});
  pool.on('error', error => console.error(error));
  pool.on('connect', client => client.on('error', error => console.error(error)));
  const queryOf =
    (to: Pick<pg.ClientBase, 'query'>): Query =>
    async (text, values) =>
      (await to.query(text, [...values])).rows;
  return {
    name: 'PostgreSQL at DATABASE_URL',
    query: async (text, values) => (await pool.query(text, [...values])).rows,
    async transaction(work) {
      const client = await pool.connect();
      try {
        await client.query('BEGIN');
        const result = await work(queryOf(client), queryOf(client));
        const {command} = await client.query('COMMIT');
        if (command !== 'COMMIT') throw new Error('PostgreSQL rolled the transaction back.');
        client.release();
        return result;
      } catch (error) {
        await Promise.race([client.query('ROLLBACK'), setTimeout(1000, null, {ref: false})]).catch(() => {});
        client.release(true);
        throw error;
      }
    },
    close: () => pool.end(),
  };
}
