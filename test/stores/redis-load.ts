/** Four clients that share their guards through a real Redis and send without a pause, each over a connection of its own. */
import {createFetch, type SteadfetchEvent} from '../../src/core.ts';
import {redisGuards} from '../../src/redis.ts';
import {DRIVERS, type Driver} from './drivers.ts';

const CLIENTS = 4;
let loads = 0;

export class RedisLoad {
  sent = 0;
  /** Errors of calls. */
  readonly errors: unknown[] = [];
  readonly changes: boolean[] = [];
  readonly #drivers: readonly Driver[];
  readonly #guards: readonly {readonly isAvailable: boolean}[];
  readonly #ended: Promise<unknown>;
  #isStopped = false;

  private constructor(drivers: readonly Driver[]) {
    this.#drivers = drivers;
    // The clients of an earlier load left like crashed processes: their permits are not free yet.
    const name = `load ${++loads}`;
    const guards = drivers.map(({send}) => redisGuards({send, name, instances: CLIENTS}));
    this.#guards = guards;
    this.#ended = Promise.all(
      guards.map(async shared => {
        const fetch = createFetch(
          // Limits that are never used up: what is measured is whether calls go on.
          {
            quota: {limits: [{unit: 'requests', max: 100_000, perMs: 10_000}], learn: false},
            concurrency: {kind: 'fixed', max: 2 * CLIENTS, queue: 0},
            deadlineMs: null,
          },
          {
            guards: shared,
            on: (event: SteadfetchEvent) => event.type === 'store.changed' && this.changes.push(event.isAvailable),
            fetch: async () => {
              this.sent++;
              return new Response('ok');
            },
          },
        );
        while (!this.#isStopped) {
          await fetch('https://api.test/').then(
            response => response.text(),
            (error: unknown) => this.errors.push(error),
          );
          await new Promise(resolve => setTimeout(resolve, 2));
        }
      }),
    );
  }

  static async start(url: string, driver: string): Promise<RedisLoad> {
    return new RedisLoad(await Promise.all(Array.from({length: CLIENTS}, () => DRIVERS[driver]!(url))));
  }

  /** Resolves once so many more calls were sent. @throws Error after half a minute. */
  async more(calls: number): Promise<void> {
    const goal = this.sent + calls;
    await until(() => this.sent >= goal, `${calls} more calls`);
  }

  /** Resolves once all clients say that Redis answers, or that it does not. @throws Error after half a minute. */
  async all(isAvailable: boolean): Promise<void> {
    const state = isAvailable ? 'available' : 'not available';
    await until(() => this.#guards.every(each => each.isAvailable === isAvailable), `Redis to be ${state}`);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#ended;
    for (const driver of this.#drivers) driver.close();
  }
}

async function until(isSo: () => boolean, what: string): Promise<void> {
  const endsAt = performance.now() + 30_000;
  while (!isSo()) {
    if (performance.now() > endsAt) throw new Error(`Waited 30 s for ${what}.`);
    await new Promise(resolve => setTimeout(resolve, 5));
  }
}
