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
