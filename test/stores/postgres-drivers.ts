/** The drivers through which stores in PostgreSQL are tested. */
import pg from 'pg';
import postgres from 'postgres';
import type {Query} from '../../src/server.ts';
import type {Driver} from '../server/postgres-contract.ts';

export function throughPg(url: string, max = 10): Driver {
  const pool = new pg.Pool({connectionString: url, max});
  // A connection that breaks while nobody uses it: the pool opens another.
  pool.on('error', () => {});
  const queryOf =
    (to: Pick<pg.ClientBase, 'query'> | pg.Pool): Query =>
    async (text, values) =>
      (await to.query(text, [...values])).rows;
  return {
    query: queryOf(pool),
    isConcurrent: true,
    close: () => pool.end(),
    async transaction(work) {
      const client = await pool.connect();
      let broken: Error | undefined;
      try {
        await client.query('BEGIN');
        const result = await work(queryOf(client), queryOf(client));
        await client.query('COMMIT');
        return result;
      } catch (error) {
        await client.query('ROLLBACK').catch((failed: Error) => {
          broken = failed;
        });
        throw error;
      } finally {
        // With an error the connection is closed instead of being used again.
        client.release(broken);
      }
    },
  };
}

export function throughPostgresJs(url: string): Driver {
  const sql = postgres(url, {max: 10, onnotice: () => {}});
  const queryOf =
    (to: Pick<postgres.Sql, 'unsafe'>): Query =>
    (text, values) =>
      to.unsafe(text, [...values]);
  return {
    query: queryOf(sql),
    isConcurrent: true,
    close: () => sql.end(),
    transaction: async work => {
      let result: {readonly value: Awaited<ReturnType<typeof work>>} | undefined;
      await sql.begin(async tx => {
        result = {value: await work(queryOf(tx), queryOf(tx))};
      });
      return result!.value;
    },
  };
}
