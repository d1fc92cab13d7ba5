/** The stores in PostgreSQL, on PGlite: PostgreSQL itself, compiled to WebAssembly, with one connection. */
import {PGlite} from '@electric-sql/pglite';
import {expect} from 'chai';
import {postgresSchema, postgresStore, type Query} from '../../src/server.ts';
import {postgresContract} from './postgres-contract.ts';

describe('postgresStore on PGlite', () => {
  postgresContract(async () => {
    const db = await PGlite.create();
    const queryOf =
      (to: Pick<PGlite, 'query'>): Query =>
      async (text, values) =>
        (await to.query<Record<string, unknown>>(text, [...values])).rows;
    return {
      query: queryOf(db),
      transaction: work =>
        db.transaction(tx => work(queryOf({query: tx.query.bind(tx)}), queryOf({query: tx.query.bind(tx)}))),
      isConcurrent: false,
      close: () => db.close(),
    };
  }, 60);
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
