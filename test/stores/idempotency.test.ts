/** The contract of the stores, on the real servers and through the real drivers. */
import {redisStore} from '../../src/server.ts';
import {postgresContract} from '../server/postgres-contract.ts';
import {storeContract} from '../server/store-contract.ts';
import {PostgresServer, postgresMissing} from '../support/postgres-server.ts';
import {type RedisServer, withRedis} from '../support/redis-server.ts';
import {DRIVERS, type Driver} from './drivers.ts';
import {throughPg, throughPostgresJs} from './postgres-drivers.ts';

describe('redisStore', () => {
  let server: RedisServer;
  withRedis(started => {
    server = started;
  });

  for (const [name, open] of Object.entries(DRIVERS))
    describe(`through ${name}`, () => {
      let driver: Driver;
      after(() => driver?.close());
      storeContract(async () => {
        driver = await open(server.url);
        const {send} = driver;
        return {
          store: redisStore({send}),
          // HSET would make a key that has gone.
          lapse: async key => {
            await send([
              'EVAL',
              "if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HSET', KEYS[1], 'leaseUntil', '0') end",
              '1',
              `idempotency:${key}`,
            ]);
          },
          expire: async key => {
            await send(['PEXPIRE', `idempotency:${key}`, '0']);
          },
        };
      }, 100);
    });
});

describe('the stores in PostgreSQL', () => {
  let server: PostgresServer;
  before(async function () {
    if (postgresMissing !== undefined) {
      console.log(`    ${postgresMissing}`);
      this.skip();
    }
    server = await PostgresServer.start();
  });
  after(() => server?.stop());

  describe('through pg', () => postgresContract(async () => throughPg(server.url), 60));
  describe('through postgres.js', () => postgresContract(async () => throughPostgresJs(server.url), 60));
});
