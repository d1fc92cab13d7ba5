/** Guards that are shared through a real Redis which stops, hangs and returns; and real processes that share a breaker. */
import {type ChildProcessByStdio, spawn} from 'node:child_process';
import {once} from 'node:events';
import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import type {Readable} from 'node:stream';
import {fileURLToPath} from 'node:url';
import {expect} from 'chai';
import {type RedisServer, withRedis} from '../support/redis-server.ts';
import {DRIVERS} from './drivers.ts';
import {RedisLoad} from './redis-load.ts';

const program = fileURLToPath(new URL('breaker-process.ts', import.meta.url));

describe('guards that are shared through a real Redis', () => {
  let redis: RedisServer;
  withRedis(started => {
    redis = started;
  });

  for (const driver of Object.keys(DRIVERS)) {
    describe(driver, () => {
      it('let calls go on while Redis is stopped, and share again when it is back', async () => {
        const load = await RedisLoad.start(redis.url, driver);
        try {
          await load.all(true);
          await load.more(200);
          await redis.end();
          await load.all(false);
          await load.more(200);
          await redis.restart();
          await load.all(true);
          await load.more(200);
        } finally {
          await load.stop();
        }
        expect(load.errors).to.deep.equal([]);
        expect(load.changes).to.include(false);
        expect(load.changes).to.include(true);
      });

      it('let calls go on while Redis hangs, and share again when it goes on', async () => {
        const load = await RedisLoad.start(redis.url, driver);
        try {
          await load.all(true);
          await load.more(200);
          redis.signal('SIGSTOP');
          await load.all(false);
          await load.more(200);
          redis.signal('SIGCONT');
          await load.all(true);
          await load.more(200);
        } finally {
          redis.signal('SIGCONT');
          await load.stop();
        }
        expect(load.errors).to.deep.equal([]);
      });

      it('send no more probes from four processes than the breaker says', async () => {
        const origin = await Origin.start();
        const children = Array.from({length: 4}, () => start(driver, origin.url));
        try {
          await Promise.all(children.map(({stdout}) => once(stdout, 'data')));
          // Until the breaker is open for all: nothing has arrived for a while.
          await origin.quiet(1000);
          const before = origin.arrived;
          origin.hold();
          await origin.arrival();
          // The probes are in flight. Their leases last for 2 s, and a process has to have its time to send another one.
          await new Promise(resolve => setTimeout(resolve, 1000));
          expect(origin.arrived - before).to.be.within(1, 2);
          origin.release();
          await origin.more(20);
        } finally {
          for (const child of children) child.kill('SIGKILL');
          await origin.close();
        }
      });
    });
  }

  function start(driver: string, origin: string): ChildProcessByStdio<null, Readable, null> {
    return spawn(process.execPath, [program, redis.url, driver, origin, '60'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  }
});

/** Fails, then holds its answers, then succeeds. */
class Origin {
  arrived = 0;
  readonly url: string;
  readonly #server: Server;
  #mode: 'failing' | 'holding' | 'answering' = 'failing';
  #held: (() => void)[] = [];
  #lastAt = performance.now();

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    server.on('request', (_, response) => {
      this.arrived++;
      this.#lastAt = performance.now();
      if (this.#mode === 'holding') this.#held.push(() => response.end('ok'));
      else response.writeHead(this.#mode === 'failing' ? 503 : 200).end();
    });
  }

  static async start(): Promise<Origin> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Origin(server);
  }

  hold(): void {
    this.#mode = 'holding';
  }

  release(): void {
    this.#mode = 'answering';
    for (const answer of this.#held) answer();
  }

  /** Resolves once requests came and then none for that long. */
  quiet(ms: number): Promise<void> {
    return this.#until(() => this.arrived > 12 && performance.now() - this.#lastAt >= ms);
  }

  arrival(): Promise<void> {
    return this.more(1);
  }

  more(requests: number): Promise<void> {
    const goal = this.arrived + requests;
    return this.#until(() => this.arrived >= goal);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #until(isSo: () => boolean): Promise<void> {
    const endsAt = performance.now() + 60_000;
    while (!isSo()) {
      if (performance.now() > endsAt) throw new Error(`Waited 60 s at ${this.arrived} requests.`);
      await new Promise(resolve => setTimeout(resolve, 5));
    }
  }
}
