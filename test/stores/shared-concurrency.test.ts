/** Real processes that share a concurrency limit through a real Redis, and are killed. */
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {fileURLToPath} from 'node:url';
import {expect} from 'chai';
import {PERMIT_SCRIPT} from '../../src/redis/permit-script.ts';
import {seededRandom} from '../../src/testing.ts';
import {RedisDouble} from '../support/redis-double.ts';
import {type RedisServer, withRedis} from '../support/redis-server.ts';
import {DRIVERS, type Driver} from './drivers.ts';

const program = fileURLToPath(new URL('concurrency-process.ts', import.meta.url));
const MAX = 6;
const ANSWER_MS = 50;

describe('a concurrency limit that is shared through a real Redis', () => {
  let redis: RedisServer;
  withRedis(started => {
    redis = started;
  });

  for (const [name, open] of Object.entries(DRIVERS)) {
    describe(name, () => {
      let driver: Driver;
      let origin: Origin;
      let running: Started[] = [];

      before(async () => {
        driver = await open(redis.url);
      });
      after(() => driver?.close());
      beforeEach(async () => {
        await driver.send(['FLUSHALL']);
        origin = await Origin.start();
        running = [];
      });
      afterEach(async () => {
        for (const {child} of running) child.kill('SIGKILL');
        await origin.close();
      });

      const start = (callers: number): Started => {
        const started = new Started([program, redis.url, name, origin.url, String(MAX), String(callers)]);
        running.push(started);
        return started;
      };

      for (const max of [3, 20])
        it(`answers the script of ${max} permits as the Redis in memory does`, async () => {
          // Both get the time as an argument, so that leases, turns and the time after a loss end alike.
          const script = PERMIT_SCRIPT.replace("redis.call('TIME')", '{ARGV[13], 0}');
          const double = new RedisDouble(() => 0);
          const random = seededRandom(max);
          const within = (most: number): number => Math.floor(random() * (most + 1));
          let seconds = 1_800_000_000;
          for (let call = 1; call <= 300; call++) {
            seconds += within(random() < 0.1 ? 8000 : 300) / 1000;
            const needed = within(8);
            const wasAlone = within(30) === 0 ? 1 : 0;
            const numbers = [max, 5000, within(needed), needed + within(3), needed, wasAlone, 4, seconds];
            const keys = ['{p}:permits', '{p}:processes'];
            const args = [
              'EVAL',
              script,
              '2',
              ...keys,
              String(call),
              `process ${within(5)}`,
              '1',
              '',
              `${Math.floor(seconds * 1000)}`,
              ...numbers.map(String),
            ];
            expect(await driver.send(args), `call ${call}`).to.deep.equal(double.run(args));
          }
        });

      it('is used in full by four processes, one of them greedy, and never exceeded', async () => {
        const processes = [start(100), start(4), start(4), start(4)];
        await Promise.all(processes.map(each => each.answers(1)));
        // Each goes on, whatever the greedy one wants.
        await Promise.all(processes.map(each => each.answers(40)));
        await origin.reaches(MAX);
        expect(origin.most).to.equal(MAX);
      });

      it('is never exceeded although processes are killed at any time, whose permits come back', async () => {
        const random = seededRandom(5);
        for (let count = 0; count < 4; count++) start(8);
        for (let kills = 0; kills < 4; kills++) {
          const victim = running[Math.floor(random() * 4)]!;
          await victim.answers(1);
          await new Promise(resolve => setTimeout(resolve, random() * 300));
          victim.child.kill('SIGKILL');
          running = running.filter(each => each !== victim);
          start(8);
        }
        const [survivor, ...others] = running;
        for (const {child} of others) child.kill('SIGKILL');
        await survivor!.answers(1);
        // The permits of all that were killed have come back once the survivor alone has all of them in use.
        await origin.reaches(MAX);
        expect(origin.most).to.equal(MAX);
      });

      it('goes on with the share of each process while Redis is stopped, and is one limit again when it is back', async () => {
        const processes = Array.from({length: 4}, () => start(8));
        await Promise.all(processes.map(each => each.answers(1)));
        await origin.reaches(MAX);
        await redis.end();
        // Until their calls of before have ended, the processes have them beside their shares.
        await Promise.all(processes.map(each => each.answers(20)));
        expect(origin.most).to.be.at.most(2 * MAX);
        await redis.restart();
        await origin.settles(MAX);
      });
    });
  }
});

class Started {
  readonly child: ChildProcess;
  #answers = 0;

  constructor(args: readonly string[]) {
    const child = spawn(process.execPath, args, {stdio: ['ignore', 'pipe', 'inherit']});
    child.stdout.on('data', (chunk: Buffer) => {
      this.#answers += String(chunk).split('\n').length - 1;
    });
    this.child = child;
  }

  /** Resolves once the process has got so many more answers. */
  answers(more: number): Promise<void> {
    const goal = this.#answers + more;
    return until(() => this.#answers >= goal, `${more} more answers`);
  }
}

/** Counts the requests that are in flight. A request of a killed process ends with its connection. */
class Origin {
  readonly url: string;
  readonly #server: Server;
  /** The most requests in flight at a time. */
  most = 0;
  #inFlight = 0;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    server.on('request', (_, response) => {
      this.#inFlight++;
      this.most = Math.max(this.most, this.#inFlight);
      let isOver = false;
      const end = (): void => {
        if (!isOver) this.#inFlight--;
        isOver = true;
      };
      response.once('close', end);
      setTimeout(() => {
        // The client may send its next request before this response is closed here.
        end();
        response.end('ok');
      }, ANSWER_MS);
    });
  }

  static async start(): Promise<Origin> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Origin(server);
  }

  reaches(requests: number): Promise<void> {
    return until(() => this.#inFlight >= requests, `${requests} requests in flight`);
  }

  /** Resolves once there were exactly so many requests in flight at most for two seconds. */
  async settles(most: number): Promise<void> {
    const endsAt = performance.now() + 60_000;
    do {
      if (performance.now() > endsAt) throw new Error(`Waited 60 s; there were ${this.most} requests in flight.`);
      this.most = 0;
      await new Promise(resolve => setTimeout(resolve, 2000));
    } while (this.most !== most);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

async function until(isSo: () => boolean, what: string): Promise<void> {
  const endsAt = performance.now() + 60_000;
  while (!isSo()) {
    if (performance.now() > endsAt) throw new Error(`Waited 60 s for ${what}.`);
    await new Promise(resolve => setTimeout(resolve, 2));
  }
}
