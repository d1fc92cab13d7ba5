/** Each key has one effect, whatever breaks: connections before and after the commit, and the process of the server. */
import {fileURLToPath} from 'node:url';
import {expect} from 'chai';
import {createFetch, type ResilientFetch} from '../../src/fetch.ts';
import {postgresSchema} from '../../src/server.ts';
import {PostgresServer, postgresMissing} from '../support/postgres-server.ts';
import {type RedisServer, withRedis} from '../support/redis-server.ts';
import {freePort, ServerProcess} from '../support/system-server.ts';
import type {ChargingServer} from './charging-server.ts';
import {DRIVERS} from './drivers.ts';
import {throughPg} from './postgres-drivers.ts';

const program = fileURLToPath(new URL('charging-server.ts', import.meta.url));
/** Calls of one client that are open at once. */
const OPEN = 24;

/** A server that is killed and started again after each share of the calls. */
class KilledServer {
  readonly url: string;
  kills = 0;
  readonly #options: ChargingServer;
  #process: ServerProcess | null = null;
  #restarting: Promise<void> = Promise.resolve();

  constructor(options: ChargingServer) {
    this.#options = options;
    this.url = `http://127.0.0.1:${options.port}/charges`;
  }

  async start(): Promise<void> {
    const options = {...this.#options, seed: this.#options.seed + this.kills};
    this.#process = await ServerProcess.start(process.execPath, [program, JSON.stringify(options)], {}, /ready/);
  }

  kill(): void {
    this.kills++;
    this.#restarting = this.#restarting.then(async () => {
      await this.#process?.end('SIGKILL');
      await this.start();
    });
  }

  async stop(): Promise<void> {
    await this.#restarting;
    await this.#process?.end('SIGKILL');
  }
}

/** Retries whatever may be retried with a key, and 409: another client may have sent the same key. */
const client = (name: string): ResilientFetch =>
  createFetch({
    name,
    maxAttempts: 'unlimited',
    deadlineMs: 100_000,
    attemptTimeoutMs: 20_000,
    idempotency: {},
    retryOn: ['network', 'timeout', 408, 409, 425, 429, 500, 502, 503, 504],
    retryAfter: {maxMs: 2000},
    backoff: {baseMs: 20, capMs: 400},
    budget: null,
    breaker: null,
    concurrency: null,
  });

/** @param done Called after each call. */
async function callAll(
  fetch: ResilientFetch,
  url: string,
  keys: readonly string[],
  done: (key: string, status: number, body: string) => void,
): Promise<void> {
  const left = [...keys];
  const work = async (): Promise<void> => {
    for (let key = left.pop(); key !== undefined; key = left.pop()) {
      const response = await fetch(url, {
        method: 'POST',
        headers: {'content-type': 'application/json', 'idempotency-key': key},
        body: JSON.stringify({amount: key.length}),
      });
      done(key, response.status, await response.text());
    }
  };
  await Promise.all(Array.from({length: OPEN}, work));
}

const keysOf = (from: number, to: number): string[] => Array.from({length: to - from}, (_, at) => `order-${from + at}`);

describe('4,000 calls of two clients to a server with PostgreSQL', () => {
  let postgres: PostgresServer;
  // A server for each try: what a first one left must not decide the second.
  beforeEach(async function () {
    if (postgresMissing !== undefined) {
      console.log(`    ${postgresMissing}`);
      this.skip();
    }
    postgres = await PostgresServer.start();
  });
  afterEach(() => postgres?.stop());

  it('have one effect for each key, under resets before and after the commit and ten kills of the server', async () => {
    const {query, close} = throughPg(postgres.url, 2);
    for (const statement of postgresSchema().split(';')) await query(statement, []);
    await query('CREATE TABLE effects (id serial PRIMARY KEY, key text NOT NULL, amount int NOT NULL)', []);
    const port = await freePort();
    const server = new KilledServer({
      store: 'postgres',
      url: postgres.url,
      port,
      seed: 1,
      resetRatio: 0.03,
      leaseMs: 5000,
    });
    await server.start();
    try {
      const answers = new Map<string, string>();
      const wrong: string[] = [];
      let calls = 0;
      const done = (key: string, status: number, body: string): void => {
        if (++calls % 360 === 0) server.kill();
        const answer = `${status} ${body}`;
        if (status !== 201 || (answers.get(key) ?? answer) !== answer)
          wrong.push(`${key}: ${answer}, ${answers.get(key)}`);
        answers.set(key, answer);
      };
      // A quarter of the keys is used by both clients, at different times and at once.
      await Promise.all([
        callAll(client('one'), server.url, keysOf(0, 2000), done),
        callAll(client('two'), server.url, keysOf(1000, 3000).reverse(), done),
      ]);
      const [row] = await query('SELECT count(*)::int AS effects, count(DISTINCT key)::int AS keys FROM effects', []);
      expect(wrong).to.deep.equal([]);
      expect({calls, ...row, answered: answers.size}).to.deep.equal({
        calls: 4000,
        effects: 3000,
        keys: 3000,
        answered: 3000,
      });
      expect(server.kills).to.be.at.least(10);
    } finally {
      await server.stop();
      await close();
    }
  });
});

describe('1,000 calls of two clients to a server with Redis', () => {
  let redis: RedisServer;
  withRedis(started => {
    redis = started;
  });

  it('have at most one effect for each key, and a key without a result says so', async () => {
    const {send, close} = await DRIVERS['node-redis']!(redis.url);
    const port = await freePort();
    const server = new KilledServer({store: 'redis', url: redis.url, port, seed: 1, resetRatio: 0.02, leaseMs: 1500});
    await server.start();
    try {
      const statuses = new Map<string, Set<number>>();
      let calls = 0;
      const done = (key: string, status: number): void => {
        if (++calls % 250 === 0) server.kill();
        statuses.set(key, (statuses.get(key) ?? new Set()).add(status));
      };
      await Promise.all([
        callAll(client('one'), server.url, keysOf(0, 500), done),
        callAll(client('two'), server.url, keysOf(250, 750), done),
      ]);
      const counts = ((await send(['HVALS', 'effects'])) as unknown[]).map(Number);
      expect(Math.max(...counts)).to.equal(1);
      // A key without a result is refused for both clients; no other answer is possible.
      expect(new Set([...statuses.values()].flatMap(each => [...each]))).to.deep.equal(new Set([201, 409]));
      expect([...statuses.values()].filter(each => each.size > 1)).to.deep.equal([]);
    } finally {
      await server.stop();
      close();
    }
  });
});
