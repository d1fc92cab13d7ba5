/** A quota counts an attempt when it is sent, also where something keeps it after the quota has admitted it. */
import {expect} from 'chai';
import type {Clock, Timer} from '../../src/core/timer.ts';
import {createFetch, type PolicyInput, type Ports} from '../../src/core.ts';
import {redisGuards} from '../../src/redis/redis-guards.ts';
import {VirtualClock} from '../../src/testing.ts';
import {RedisDouble} from '../support/redis-double.ts';
import {ITEMS, nameOf} from './world.ts';

const MAX = 20;
const WINDOW_MS = 2000;
const CALLS = 60;
const weigh = () => ({inputTokens: 1, outputTokens: 0});
const POLICY: PolicyInput = {
  maxAttempts: 1,
  deadlineMs: 60_000,
  attemptTimeoutMs: 30_000,
  breaker: null,
  // Tokens are not spread over the window, as requests are.
  quota: {limits: [{unit: 'tokens', max: MAX, perMs: WINDOW_MS}], learn: false},
};

type Keeping = (clock: VirtualClock) => {
  readonly policy?: PolicyInput;
  readonly ports?: Partial<Ports>;
  readonly latencyMs?: () => number;
};

/** Each keeps admitted attempts for longer than the window of the quota, and then lets them go at once. */
const KEEPING: Readonly<Record<string, Keeping>> = {
  'a concurrency limit whose server stands still': clock => ({
    policy: {concurrency: {kind: 'fixed', max: 5, queue: 1000}},
    latencyMs: () => (clock.now() < 4000 ? 4000 - clock.now() : 5),
  }),
  'a token that prepareAttempt fetches': clock => ({
    ports: {prepareAttempt: () => clock.sleep(Math.max(0, 4000 - clock.now()))},
  }),
};

/** The most that was sent in any window. */
const mostIn = (sentAt: readonly number[], windowMs: number): number =>
  Math.max(...sentAt.map(from => sentAt.filter(at => at >= from && at < from + windowMs).length));

describe('a quota whose attempts are kept after it has admitted them', () => {
  for (const [what, keeping] of Object.entries(KEEPING))
    it(`sends no more than its limit in any window, behind ${what}`, async () => {
      const clock = new VirtualClock();
      const {policy, ports, latencyMs = () => 5} = keeping(clock);
      const sentAt: number[] = [];
      const fetch = createFetch(
        {...POLICY, ...policy},
        {
          clock,
          random: () => 0.5,
          observer: null,
          weigh,
          fetch: async () => {
            sentAt.push(clock.now());
            await clock.sleep(latencyMs());
            return new Response('ok');
          },
          ...ports,
        },
      );
      const call = (): Promise<unknown> =>
        fetch(ITEMS).then(async response => {
          await response.text();
          return response.status;
        }, nameOf);
      const ends = await clock.run(() => Promise.all(Array.from({length: CALLS}, call)));
      expect(new Set(ends)).to.deep.equal(new Set([200]));
      expect(sentAt).to.have.length(CALLS);
      expect(mostIn(sentAt, WINDOW_MS)).to.be.at.most(MAX);
      expect(clock.pending).to.equal(0);
    });
});

describe('a quota whose attempts are answered', () => {
  for (const status of [200, 408, 421, 425, 500, 503])
    it(`counts those that are answered with ${status}`, async () => {
      const clock = new VirtualClock();
      const sentAt: number[] = [];
      const fetch = createFetch(POLICY, {
        clock,
        random: () => 0.5,
        observer: null,
        weigh,
        fetch: async () => {
          sentAt.push(clock.now());
          await clock.sleep(5);
          return new Response(null, {status});
        },
      });
      const ends = await clock.run(() =>
        Promise.all(Array.from({length: CALLS}, () => fetch(ITEMS).then(response => response.status))),
      );
      expect(new Set(ends)).to.deep.equal(new Set([status]));
      expect(mostIn(sentAt, WINDOW_MS)).to.be.at.most(MAX);
    });
});

/** A clock whose time also passes while the process works. */
class BusyClock implements Clock {
  readonly base: VirtualClock = new VirtualClock();
  #busyMs = 0;

  now(): number {
    return this.base.now() + this.#busyMs;
  }

  wall(): number {
    return this.base.wall() + this.#busyMs;
  }

  arm(timer: Timer, ms: number): void {
    this.base.arm(timer, ms);
  }

  disarm(timer: Timer): void {
    this.base.disarm(timer);
  }

  unref(): void {}
  ref(): void {}
  expect(): void {}

  work(ms: number): void {
    this.#busyMs += ms;
  }
}

describe('a quota whose attempts are signed', () => {
  it('counts them when they are sent, also where a signature keeps the process busy', async () => {
    const clock = new BusyClock();
    const sentAt: number[] = [];
    const fetch = createFetch(POLICY, {
      clock,
      random: () => 0.5,
      observer: null,
      weigh,
      prepareAttempt: () => {
        if (sentAt.length < MAX) clock.work(20); // Until the key is in its cache.
      },
      fetch: async () => {
        sentAt.push(clock.now());
        return new Response('ok');
      },
    });
    await clock.base.run(() =>
      Promise.all(Array.from({length: CALLS}, () => fetch(ITEMS).then(response => response.text()))),
    );
    expect(sentAt).to.have.length(CALLS);
    expect(mostIn(sentAt, WINDOW_MS)).to.be.at.most(MAX);
  });
});

describe('a quota whose process is busy with each request that it sends', () => {
  /** Every other time that the quota is used up, each request takes so long to be serialized. */
  const work = (clock: BusyClock, sent: number, ms: number): void =>
    clock.work(Math.floor(sent / MAX) % 2 === 0 ? ms : 0);

  for (const ms of [2, 10, 40, 150])
    it(`counts each attempt when it is sent, where a request takes ${ms} ms`, async () => {
      const clock = new BusyClock();
      const sentAt: number[] = [];
      const fetch = createFetch(POLICY, {
        clock,
        random: () => 0.5,
        observer: null,
        weigh,
        fetch: async () => {
          sentAt.push(clock.now());
          work(clock, sentAt.length - 1, ms);
          return new Response('ok');
        },
      });
      await clock.base.run(() => Promise.all(Array.from({length: 5 * MAX}, () => fetch(ITEMS))));
      expect(sentAt).to.have.length(5 * MAX);
      expect(mostIn(sentAt, WINDOW_MS)).to.be.at.most(MAX);
    });

  for (const ms of [2, 10, 40, 150])
    it(`counts each retry when it is sent, where a request takes ${ms} ms`, async () => {
      const clock = new BusyClock();
      const sentAt: number[] = [];
      const fetch = createFetch(
        {...POLICY, maxAttempts: 2, budget: null, backoff: {baseMs: 100}},
        {
          clock,
          random: () => 0.5,
          observer: null,
          weigh,
          fetch: async () => {
            sentAt.push(clock.now());
            work(clock, sentAt.length - 1, ms);
            await clock.base.sleep(1);
            return new Response(null, {status: 503});
          },
        },
      );
      await clock.base.run(() => Promise.all(Array.from({length: 2 * MAX}, () => fetch(ITEMS))));
      expect(sentAt).to.have.length(4 * MAX);
      expect(mostIn(sentAt, WINDOW_MS)).to.be.at.most(MAX);
    });

  for (const ms of [2, 10, 40])
    it(`counts each attempt when it is sent, where two processes share it and a request of one takes ${ms} ms`, async () => {
      const clock = new BusyClock();
      const redis = new RedisDouble(() => clock.wall());
      const sentAt: number[] = [];
      const call = [ms, 0].map(takesMs => {
        const send = async (args: readonly string[]): Promise<unknown> => {
          await clock.base.sleep(0.5);
          const reply = redis.run(args);
          await clock.base.sleep(0.5);
          return reply;
        };
        return createFetch(POLICY, {
          clock,
          guards: redisGuards({send, clock, instances: 2, timeoutMs: 60_000}),
          random: () => 0.5,
          observer: null,
          weigh,
          fetch: async () => {
            sentAt.push(clock.now());
            clock.work(takesMs);
            return new Response('ok');
          },
        });
      });
      await clock.base.run(async () => {
        const worker = async (fetch: (typeof call)[number]): Promise<void> => {
          while (clock.now() < 20_000) await fetch(ITEMS).catch(nameOf);
        };
        await Promise.all(call.flatMap(fetch => Array.from({length: MAX}, () => worker(fetch))));
      });
      expect(sentAt.length).to.be.at.least(5 * MAX);
      expect(mostIn(sentAt, WINDOW_MS)).to.be.at.most(MAX);
    });
});
