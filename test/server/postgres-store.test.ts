/** The stores in PostgreSQL, on PGlite: PostgreSQL itself, compiled to WebAssembly, with one connection. It starts once. */
import type {PGlite} from '@electric-sql/pglite';
import {expect} from 'chai';
import {postgresSchema, postgresStore, postgresTransactions, type Query} from '../../src/server.ts';
import {startPGlite} from '../support/pglite.ts';
import {outcomeTable} from './outcome-rows.ts';
import {type Driver, postgresContract} from './postgres-contract.ts';

describe('on PGlite', () => {
  let db: PGlite;
  before(async () => {
    db = await startPGlite();
  });
  after(() => db?.close());

  const queryOf =
    (to: Pick<PGlite, 'query'>): Query =>
    async (text, values) =>
      (await to.query<Record<string, unknown>>(text, [...values])).rows;
  const driver = (): Driver => ({
    query: queryOf(db),
    transaction: work =>
      db.transaction(tx => work(queryOf({query: tx.query.bind(tx)}), queryOf({query: tx.query.bind(tx)}))),
    isConcurrent: false,
    close: async () => {},
  });

  describe('postgresStore', () => postgresContract(async () => driver(), 60));

  // pg with a parser of types that leaves booleans, or everything, as PostgreSQL wrote it.
  for (const [what, text] of [
    ['booleans', (value: unknown) => (typeof value === 'boolean' ? (value ? 't' : 'f') : value)],
    ['everything', (value: unknown) => (typeof value === 'boolean' ? (value ? 't' : 'f') : value?.toString())],
  ] as const)
    describe(`postgresTransactions over a driver that returns ${what} as text`, () => {
      const asText =
        (query: Query): Query =>
        async (...statement) =>
          (await query(...statement)).map(row =>
            Object.fromEntries(Object.entries(row).map(([name, value]) => [name, text(value)])),
          );
      const store = postgresTransactions<Query>({
        transaction: work => driver().transaction((query, tx) => work(asText(query), tx)),
      });
      const claim = (key: string) =>
        ({key, fingerprint: 'f', token: 't', leaseMs: 60_000, keepMs: 60_000, afterLoss: 'refuse'}) as const;
      before(async () => {
        for (const statement of postgresSchema().split(';')) await db.query(statement);
      });

      it('runs a fresh key, once', async () => {
        const run = () =>
          store.transact(claim(`fresh ${what}`), async (_tx, found, complete) => {
            if (found.state === 'claimed') await complete({status: 200, headers: [], body: new Uint8Array()});
            return found.state;
          });
        expect([await run(), await run()]).to.deep.equal(['claimed', 'completed']);
      });

      it('notices a handler that ends the transaction', async () => {
        const ended = store.transact(claim(`ended ${what}`), async tx => {
          await tx('ROLLBACK', []);
          throw new Error('no');
        });
        expect(await ended.catch((error: {code?: string}) => error.code)).to.equal('TRANSACTION_ENDED');
      });
    });

  describe('what a repetition gets with postgresTransactions', () =>
    outcomeTable('transactions', () => ({
      store: postgresTransactions<Query>({transaction: work => driver().transaction(work)}),
    })));
});

describe('the name of the table', () => {
  for (const table of ['keys; DROP TABLE users', 'a.b.c', '', '1keys', 'keys"'])
    it(`is refused if it is ${JSON.stringify(table)}`, () => {
      expect(() => postgresStore({query: async () => [], table})).to.throw(TypeError, /name of a table/);
    });

  it('may have a schema', () => {
    expect(postgresSchema('shop.keys')).to.match(
      /TABLE IF NOT EXISTS shop\.keys [\s\S]*INDEX IF NOT EXISTS shop_keys_expires_at ON shop\.keys/,
    );
  });
});
