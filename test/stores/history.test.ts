/**
 * Histories of clients and keys against every store in every framework, while servers are killed and stalled, connections to the store are ended, and a timeout
 * middleware answers for slow handlers: a key has at most one effect, and exactly one if any client got a 2xx.
 */
import {fileURLToPath} from 'node:url';
import {expect} from 'chai';
import {seededRandom} from '../../src/core/random.ts';
import {postgresSchema} from '../../src/server.ts';
import type {Driver} from '../server/postgres-contract.ts';
import {PostgresServer, postgresMissing} from '../support/postgres-server.ts';
import {RedisServer, redisMissing} from '../support/redis-server.ts';
import {freePort, ServerProcess} from '../support/system-server.ts';
import {DRIVERS} from './drivers.ts';
import {FRAMEWORKS, type HistoryServer, STORES} from './history-options.ts';
import {throughPg} from './postgres-drivers.ts';

const program = fileURLToPath(new URL('../clients/history-server.ts', import.meta.url));
/** All keys of one store. */
const KEYS = 1000;
/** Calls of one client that are open at once. Half of the keys are used by both clients, at once. */
const OPEN = 10;
const LEASE_MS = 800;
/** Generous, since a busy machine needs a while to start a server again. */
const SETTLE_MS = 100_000;
/** A stall outlasts the lease. */
const STALL_MS = 1200;

const later = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));

interface Answer {
  readonly key: string;
  readonly status: number;
  readonly body: string;
}

/** What a store needs for a history. */
interface Backend {
  readonly url: string;
  /** Ends connections of the servers. */
  cut(): Promise<unknown>;
  /** Effects by key. */
  effects(servers: readonly Server[]): Promise<Map<string, number>>;
  close(): Promise<void>;
}

/** A server that is killed and started again, or stalled. */
class Server {
  readonly #options: HistoryServer;
  #process: ServerProcess | null = null;
  #starts = 0;

  constructor(options: HistoryServer) {
    this.#options = options;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#options.port}`;
  }

  async start(): Promise<void> {
    const options = {...this.#options, seed: this.#options.seed * 100 + this.#starts++};
    this.#process = await ServerProcess.start(process.execPath, [program, JSON.stringify(options)], {}, /ready/);
  }

  async kill(): Promise<void> {
    this.expectAlive();
    await this.#process?.end('SIGKILL');
    await this.start();
  }

  async stall(): Promise<void> {
    this.#process?.signal('SIGSTOP');
    await later(STALL_MS);
    this.#process?.signal('SIGCONT');
  }

  /** A process that has ended without a kill was ended by one of its requests. */
  expectAlive(): void {
    if (this.#process?.hasEnded !== true) return;
    throw new Error(`The server with ${this.#options.framework} has ended: ${this.#process.output}`);
  }

  async stop(): Promise<void> {
    await this.#process?.end('SIGKILL');
  }
}

async function open(store: HistoryServer['store']): Promise<Backend> {
  if (store === 'memoryStore')
    return {
      url: '',
      cut: async () => {},
      effects: async ([server]) => new Map((await (await fetch(server!.url)).json()) as [string, number][]),
      close: async () => {},
    };
  if (store === 'redisStore') {
    const redis = await RedisServer.start();
    const {send, close} = await DRIVERS['node-redis']!(redis.url);
    return {
      url: redis.url,
      cut: async () => send(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes']),
      effects: async () => {
        const [keys, counts] = (await Promise.all([
          send(['HKEYS', 'effects']),
          send(['HVALS', 'effects']),
        ])) as unknown[][];
        return new Map(keys!.map((key, at) => [String(key), Number(counts![at])]));
      },
      close: async () => {
        close();
        await redis.stop();
      },
    };
  }
  const postgres = await PostgresServer.start();
  const driver: Driver = throughPg(postgres.url, 2);
  for (const statement of `${postgresSchema()}CREATE TABLE effects (key text NOT NULL)`.split(';'))
    await driver.query(statement, []);
  return {
    url: postgres.url,
    cut: () =>
      driver.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
        [],
      ),
    effects: async () => {
      const rows = await driver.query('SELECT key, count(*)::int AS effects FROM effects GROUP BY key', []);
      return new Map(rows.map(({key, effects}) => [String(key), Number(effects)]));
    },
    close: async () => {
      await driver.close();
      await postgres.stop();
    },
  };
}

/** Sends a key until there is a result, or the key says that there will be none. */
async function settle(key: string, urls: readonly string[], random: () => number, history: Answer[]): Promise<void> {
  const until = Date.now() + SETTLE_MS;
  while (Date.now() < until) {
    const url = `${urls[Math.floor(random() * urls.length)]}/charges`;
    try {
      const headers = {'idempotency-key': key, 'content-type': 'text/plain', host: 'server'};
      const response = await fetch(url, {method: 'POST', headers, body: key, signal: AbortSignal.timeout(4000)});
      const body = await response.text();
      history.push({key, status: response.status, body});
      if (response.ok || response.headers.get('x-should-retry') === 'false') return;
    } catch {} // Reset, refused, or stalled.
    await later(10 + random() * 40);
  }
  throw new Error(`The key ${key} got no result.`);
}

/** @returns What is wrong, one line for each key. */
function wrongs(history: readonly Answer[], effects: ReadonlyMap<string, number>): string[] {
  const results = new Map<string, Set<string>>();
  for (const {key, status, body} of history)
    if (status >= 200 && status < 300) results.set(key, (results.get(key) ?? new Set()).add(`${status} ${body}`));
  return [
    ...[...effects].filter(([, count]) => count > 1).map(([key, count]) => `${key} has ${count} effects`),
    ...[...results].filter(([key]) => effects.get(key) !== 1).map(([key]) => `${key} got a 2xx without an effect`),
    ...[...results].filter(([, each]) => each.size > 1).map(([key, each]) => `${key} got ${[...each].join(' and ')}`),
    ...[...results].filter(([key, each]) => !each.has(`201 done ${key}`)).map(([key]) => `${key} got another answer`),
  ];
}

/** Keys of one framework, from the first request to the check. */
async function check(
  store: HistoryServer['store'],
  framework: HistoryServer['framework'],
  count: number,
  backend: Backend,
): Promise<{readonly faults: number; readonly results: number; readonly wrong: readonly string[]}> {
  const random = seededRandom(STORES.indexOf(store) * 10 + FRAMEWORKS.indexOf(framework) + 1);
  const isMemory = store === 'memoryStore';
  const servers: Server[] = [];
  for (let at = 0; at < (isMemory ? 1 : 2); at++) {
    const server = new Server({
      framework,
      store,
      url: backend.url,
      port: await freePort(),
      seed: at + 1,
      leaseMs: LEASE_MS,
    });
    servers.push(server);
  }
  try {
    await Promise.all(servers.map(server => server.start()));
    const keys = Array.from({length: count}, (_, at) => `${framework}-${at}`);
    const history: Answer[] = [];
    let isOver = false;
    let faults = 0;
    const disturb = async (): Promise<void> => {
      while (!isOver) {
        await later(200 + random() * 400);
        const server = servers[Math.floor(random() * servers.length)]!;
        const kind = random();
        faults++;
        if (kind < 0.3) await server.stall();
        else if (kind < 0.6 && !isMemory) await server.kill();
        else await backend.cut();
      }
    };
    const client = async (own: readonly string[]): Promise<void> => {
      const left = [...own];
      const work = async (): Promise<void> => {
        for (let key = left.pop(); key !== undefined; key = left.pop())
          await settle(
            key,
            servers.map(({url}) => url),
            random,
            history,
          );
      };
      await Promise.all(Array.from({length: OPEN}, work));
    };
    const disturbing = disturb();
    try {
      await Promise.all([client(keys.slice(0, count * 0.75)), client(keys.slice(count * 0.25).reverse())]);
    } finally {
      isOver = true;
      await disturbing;
    }
    for (const server of servers) server.expectAlive();
    const effects = await backend.effects(servers);
    const results = new Set(history.filter(({status}) => status === 201).map(({key}) => key)).size;
    return {faults, results, wrong: wrongs(history, effects)};
  } finally {
    await Promise.all(servers.map(server => server.stop()));
  }
}

describe(`histories of ${KEYS} keys, under kills, stalls, ended connections and timeouts`, () => {
  const missing: Readonly<Record<HistoryServer['store'], string | undefined>> = {
    memoryStore: undefined,
    redisStore: redisMissing,
    postgresStore: postgresMissing,
    postgresTransactions: postgresMissing,
  };
  const stores = STORES.filter(store => missing[store] === undefined);
  const runs = new Map<string, Promise<void>>();

  before(() => {
    // Side by side, because a history mostly waits.
    for (const store of stores) {
      const run = (async () => {
        const backend = await open(store);
        try {
          for (const framework of FRAMEWORKS) {
            const {faults, results, wrong} = await check(store, framework, KEYS / FRAMEWORKS.length, backend);
            expect(wrong, framework).to.deep.equal([]);
            expect(faults, framework).to.be.at.least(2);
            // Most keys have a result, or the histories would say nothing.
            expect(results, framework).to.be.above((KEYS / FRAMEWORKS.length) * 0.3);
          }
        } finally {
          await backend.close();
        }
      })();
      run.catch(() => {}); // Its test reports it.
      runs.set(store, run);
    }
  });

  for (const store of STORES) {
    // unasserted: the run checks its history, and rejects.
    it(`${store}: at most one effect for each key, and exactly one for each 2xx`, async function () {
      if (missing[store] !== undefined) {
        console.log(`    ${missing[store]}`);
        this.skip();
      }
      await runs.get(store);
    });
  }
});
