/** Redis and PostgreSQL through the clients that a runtime has of its own, and else through those of npm. */
import pg from 'pg';
import {createClient} from 'redis';
import {type IdempotencyStore, postgresSchema, postgresStore, type RedisSend, redisStore} from '../../../src/server.ts';

declare const Bun:
  | {
      readonly RedisClient: new (url: string) => {send(command: string, args: string[]): Promise<unknown>};
      readonly SQL: new (
        url: string,
      ) => {unsafe(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>};
    }
  | undefined;

/** @param redis The port to a Redis; undefined without one. */
export async function openStores(
  redis: RedisSend | undefined,
  postgres: string,
): Promise<Readonly<Record<string, IdempotencyStore>>> {
  return {
    ...(redis === undefined ? {} : {redis: redisStore({send: redis})}),
    ...(postgres === '' ? {} : {postgres: await throughPostgres(postgres)}),
  };
}

export async function openRedis(url: string): Promise<RedisSend> {
  if (typeof Bun !== 'undefined') {
    const client = new Bun.RedisClient(url);
    return ([command = '', ...args]) => client.send(command, args);
  }
  const client = createClient({url});
  await client.connect();
  return args => client.sendCommand(args);
}

async function throughPostgres(url: string): Promise<IdempotencyStore> {
  if (typeof Bun !== 'undefined') {
    const sql = new Bun.SQL(url);
    const query = (text: string, values: readonly unknown[]) => sql.unsafe(text, values);
    await sql.unsafe(postgresSchema());
    return postgresStore({query});
  }
  const pool = new pg.Pool({connectionString: url, max: 4});
  const query = async (text: string, values: readonly unknown[]) => (await pool.query(text, [...values])).rows;
  await pool.query(postgresSchema());
  return postgresStore({query});
}
