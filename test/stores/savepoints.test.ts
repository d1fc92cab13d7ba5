/** A statement that fails within a savepoint does not undo the request, in the way that docs/server.md names for each driver. */
import {expect} from 'chai';
import postgres, {type TransactionSql} from 'postgres';
import {idempotent, postgresSchema, postgresTransactions, type Query} from '../../src/server.ts';
import {post, told} from '../server/requests.ts';
import {PostgresServer, postgresMissing} from '../support/postgres-server.ts';

describe('a statement of postgres.js that fails', () => {
  let server: PostgresServer;
  let sql: postgres.Sql;
  before(async function () {
    if (postgresMissing !== undefined) {
      console.log(`    ${postgresMissing}`);
      this.skip();
    }
    server = await PostgresServer.start();
    sql = postgres(server.url, {max: 2, onnotice: () => {}});
    await sql.unsafe(
      `${postgresSchema()} CREATE TABLE charges (key text PRIMARY KEY); INSERT INTO charges VALUES ('taken')`,
    );
  });
  after(async () => {
    await sql?.end();
    await server?.stop();
  });

  async function charged(key: string, fail: (transaction: TransactionSql) => Promise<unknown>): Promise<string[]> {
    const store = postgresTransactions<TransactionSql>({
      async transaction(work) {
        let result: {value: Awaited<ReturnType<typeof work>>} | undefined;
        await sql.begin(async tx => {
          const query: Query = (text, values) => tx.unsafe(text, [...values]);
          result = {value: await work(query, tx)};
        });
        return result!.value;
      },
    });
    const charge = idempotent<TransactionSql>(
      async (_request, {transaction}) => {
        await fail(transaction);
        await transaction`INSERT INTO charges VALUES (${key})`;
        return new Response('charged');
      },
      {store, scope: 'everyone', on: () => {}},
    );
    const answers = [await told(await charge(post(key))), await told(await charge(post(key)))];
    const [row] = await sql`SELECT count(*)::int AS rows FROM charges WHERE key = ${key}`;
    return [...answers, `${row!.rows} rows`];
  }

  it('does not undo the request in a savepoint of postgres.js', async () => {
    const fail = (transaction: TransactionSql) =>
      transaction.savepoint(inner => inner`INSERT INTO charges VALUES ('taken')`).catch(() => {});
    expect(await charged('inside', fail)).to.deep.equal(['200 charged', '200 charged', '1 rows']);
  });

  it('undoes the request between statements that set and roll back a savepoint', async () => {
    const fail = async (transaction: TransactionSql) => {
      await transaction`SAVEPOINT own`;
      await transaction`INSERT INTO charges VALUES ('taken')`.catch(() => transaction`ROLLBACK TO SAVEPOINT own`);
    };
    expect(await charged('between', fail)).to.deep.equal(['503 STORE_UNAVAILABLE', '503 STORE_UNAVAILABLE', '0 rows']);
  });
});
