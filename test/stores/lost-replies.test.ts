/** Replies of a real Redis and a real PostgreSQL that are cut, and a Redis that forgets, while keyed requests run. */
import type {IncomingMessage} from 'node:http';
import {expect} from 'chai';
import type {RedisSend} from '../../src/core/redis-send.ts';
import {
  type AfterLoss,
  type IdempotencyStore,
  idempotencyMiddleware,
  postgresSchema,
  postgresStore,
  redisStore,
} from '../../src/server.ts';
import {postTo, withServers} from '../server/node-server.ts';
import {deferred, told} from '../server/requests.ts';
import {PostgresServer, postgresMissing} from '../support/postgres-server.ts';
import {type RedisServer, withRedis} from '../support/redis-server.ts';
import {CutLink} from './cut-link.ts';
import {DRIVERS} from './drivers.ts';
import {throughPg} from './postgres-drivers.ts';

const ask = async (url: string, key: string): Promise<string> => {
  const response = await postTo(url, key);
  return `${await told(response)}${response.headers.has('idempotent-replayed') ? ' replayed' : ''}`;
};

interface Opened {
  readonly store: IdempotencyStore;
  readonly link: CutLink;
  close(): unknown;
}

/** @param commands What the commands of each step contain, and those of no other. */
function cutReplies(open: () => Promise<Opened>, commands: Readonly<Record<'claim' | 'complete', RegExp>>): void {
  const serve = withServers();
  let opened: Opened;
  beforeEach(async () => {
    opened = await open();
  });
  afterEach(async () => {
    await opened?.close();
    opened?.link.close();
  });

  for (const step of ['claim', 'complete'] as const)
    for (const afterLoss of ['refuse', 'run-again'] as const satisfies AfterLoss[])
      it(`to the ${step}, with ${afterLoss}: one run, its response, and a replay`, async () => {
        let runs = 0;
        const keyed = idempotencyMiddleware<IncomingMessage>({
          store: opened.store,
          scope: 'everyone',
          afterLoss,
          on: () => {},
        });
        const url = await serve(
          keyed.listener((_request, response) => {
            runs++;
            response.writeHead(201).end('charged');
          }),
        );
        expect(await ask(url, 'warm')).to.equal('201 charged');
        opened.link.cutReplyTo(commands[step]);
        expect(await ask(url, 'cut')).to.equal('201 charged');
        expect(opened.link.cuts).to.equal(1);
        expect(await ask(url, 'cut')).to.equal('201 charged replayed');
        expect(runs).to.equal(2);
      });
}

describe('a reply that is cut', () => {
  let redis: RedisServer;
  withRedis(server => {
    redis = server;
  });
  for (const [name, connect] of Object.entries(DRIVERS))
    describe(`of Redis, through ${name}`, () => {
      let prefixes = 0;
      cutReplies(
        async () => {
          const link = await CutLink.to(redis.port);
          const {send, close} = await connect(link.url);
          return {store: redisStore({send, prefix: `${name}-${++prefixes}:`}), link, close};
        },
        {claim: /'leaseUntil', 'response', 'token'/, complete: /'state', 'completed', 'response'/},
      );
    });

  describe('of PostgreSQL, through pg', () => {
    let server: PostgresServer;
    before(async function () {
      if (postgresMissing !== undefined) {
        console.log(`    ${postgresMissing}`);
        this.skip();
      }
      server = await PostgresServer.start();
    });
    after(() => server?.stop());
    cutReplies(
      async () => {
        const admin = throughPg(server.url, 1);
        for (const statement of `DROP TABLE IF EXISTS idempotency_keys;${postgresSchema()}`.split(';'))
          await admin.query(statement, []);
        await admin.close();
        const link = await CutLink.to(server.port);
        const driver = throughPg(link.url.replace('redis://', 'postgres://postgres@').concat('/postgres'), 2);
        return {store: postgresStore({query: driver.query}), link, close: () => driver.close()};
      },
      {claim: /INSERT INTO idempotency_keys/, complete: /SET state = 'completed'/},
    );
  });
});

describe('a Redis that forgets a key while its handler runs', () => {
  let redis: RedisServer;
  withRedis(server => {
    redis = server;
  });
  const serve = withServers();

  const losses: Readonly<Record<string, (send: RedisSend) => PromiseLike<unknown>>> = {
    'restarts without persistence': async () => {
      await redis.end();
      await redis.restart();
    },
    'is flushed': send => send(['FLUSHALL']),
  };
  for (const [how, lose] of Object.entries(losses))
    for (const [status, retried] of [
      [201, '201 charged replayed'],
      [502, '409 OUTCOME_UNKNOWN'],
    ] as const)
      it(`${how}: one effect, and after ${status} a retry gets ${retried}`, async () => {
        const driver = await DRIVERS['node-redis']!(redis.url);
        const isRunning = deferred<void>();
        const gate = deferred<void>();
        let effects = 0;
        const keyed = idempotencyMiddleware<IncomingMessage>({
          store: redisStore({send: driver.send}),
          scope: 'everyone',
          on: () => {},
        });
        const url = await serve(
          keyed.listener(async (_request, response) => {
            effects++;
            isRunning.resolve();
            await gate.promise;
            response.writeHead(status).end('charged');
          }),
        );
        try {
          const first = ask(url, JSON.stringify(`${how} ${status}`));
          await isRunning.promise;
          await lose(driver.send);
          gate.resolve();
          expect(await first).to.equal(`${status} charged`);
          expect(await ask(url, JSON.stringify(`${how} ${status}`))).to.equal(retried);
          expect(effects).to.equal(1);
        } finally {
          driver.close();
        }
      });
});
