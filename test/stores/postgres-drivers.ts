/** The drivers through which stores in PostgreSQL are tested. */
import {setTimeout} from 'node:timers/promises';
import pg from 'pg';
import postgres from 'postgres';
import type {Query} from '../../src/server.ts';
import type {Driver} from '../server/postgres-contract.ts';

export function throughPg(url: string, max = 10): Driver {
  const pool = new pg.Pool({connectionString: url, max});
  // A connection that breaks: the pool opens another, and a statement on it rejects.
  pool.on('error', () => {});
  pool.on('connect', client => client.on('error', () => {}));
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
  };
}

export function throughPostgresJs(url: string, max = 10): Driver {
  const sql = postgres(url, {max, onnotice: () => {}});
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
