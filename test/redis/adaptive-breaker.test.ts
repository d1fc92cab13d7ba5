/** An adaptive breaker that several processes share, in virtual time over a Redis in memory. */
import {expect} from 'chai';
import {seededRandom} from '../../src/core/random.ts';
import {VirtualClock} from '../../src/core/virtual-clock.ts';
import type {PolicyInput} from '../../src/core.ts';
import {createFetch} from '../../src/fetch/create-fetch.ts';
import {redisGuards} from '../../src/redis.ts';
import {RedisDouble} from '../support/redis-double.ts';
import {runs} from '../support/runs.ts';

const ITEMS = 'https://shop.test/items';
const breaker = {kind: 'adaptive', failures: 3} as const;

class World {
  readonly clock: VirtualClock = new VirtualClock();
  readonly redis: RedisDouble = new RedisDouble(() => this.clock.wall());
  /** When each request arrived. */
  readonly arrivals: number[] = [];
  inFlight = 0;
  mostInFlight = 0;
  isDown = false;
  latencyMs: () => number = () => 20;
  redisMs: () => number = () => 0.5;
  fate: 'arrives' | 'lost' | 'refused' = 'arrives';

  start(random: () => number = () => 0.5, policy: PolicyInput = {}): () => Promise<string> {
    const {clock} = this;
    const send = async (args: string[]): Promise<unknown> => {
      if (this.fate === 'refused') throw new Error('connect ECONNREFUSED 127.0.0.1:6379');
      await clock.sleep(this.redisMs());
      if (this.fate === 'lost') return new Promise(() => {});
      const reply = this.redis.run(args);
      await clock.sleep(this.redisMs());
      return reply;
    };
    const fetch = createFetch(
      {maxAttempts: 1, budget: null, breaker, ...policy},
      {
        clock,
        random,
        observer: null,
        guards: redisGuards({send, clock, random}),
        fetch: async () => {
          this.arrivals.push(clock.now());
          this.mostInFlight = Math.max(this.mostInFlight, ++this.inFlight);
          const status = this.isDown ? 503 : 200;
          await clock.sleep(this.latencyMs());
          this.inFlight--;
          return new Response(null, {status});
        },
      },
    );
    return () =>
      fetch(ITEMS).then(
        response => String(response.status),
        (error: {code: string}) => error.code,
      );
  }

  /** Down, and the first process has noticed it. */
  async goDown(processes: readonly (() => Promise<string>)[]): Promise<void> {
    await this.clock.run(() => Promise.all(processes.map(call => call())));
    this.isDown = true;
    for (let failure = 0; failure < 3; failure++) await this.clock.run(processes[0]!);
    await this.clock.advance(300);
    this.arrivals.length = 0;
    this.mostInFlight = 0;
  }
}

const started = (world: World, count = 4): (() => Promise<string>)[] =>
  Array.from({length: count}, (_, n) => world.start(seededRandom(n + 1)));

describe('an adaptive breaker of four processes', () => {
  it('is open for all of them a moment after one has opened it', async () => {
    const world = new World();
    const processes = started(world);
    await world.goDown(processes);
    const calls = processes.slice(1).map(call => call()); // One attempt of each looks, and fails.
    await world.clock.advance(30);
    world.arrivals.length = 0;
    const others = processes.slice(1).map(call => call());
    await world.clock.advance(5);
    expect(world.arrivals).to.deep.equal([]);
    world.isDown = false;
    await world.clock.run(() => Promise.all([...calls, ...others]));
  });

  it('sends one probe at a time, and lets the calls of all through once one succeeds', async () => {
    const world = new World();
    const processes = started(world);
    await world.goDown(processes);
    for (const call of processes) void call(); // The others learn of it.
    await world.clock.advance(50);
    world.arrivals.length = 0;
    world.mostInFlight = 0;
    const calls = processes.flatMap(call => Array.from({length: 5}, () => call()));
    await world.clock.advance(1500);
    expect(world.mostInFlight).to.equal(1);
    expect(world.arrivals.length).to.be.within(3, 12);
    world.isDown = false;
    const ends = await world.clock.run(() => Promise.all(calls));
    expect(ends.filter(end => end === '200').length).to.be.at.least(20 - 12);
    expect(world.clock.now()).to.be.below(4500);
    expect(await world.clock.run(() => Promise.all(processes.map(call => call())))).to.deep.equal(Array(4).fill('200'));
  });

  it('gives the place of a probe whose process crashed to another one', async () => {
    const world = new World();
    const processes = started(world).slice(0, 2);
    await world.goDown(processes);
    world.latencyMs = () => 1e7;
    void processes[0]!().catch(() => {});
    await world.clock.advance(400);
    expect(world.arrivals).to.have.length(1);
    world.latencyMs = () => 20;
    world.isDown = false;
    const ends = Array.from({length: 3}, () => processes[1]!());
    await world.clock.advance(6000);
    expect(await Promise.all(ends)).to.deep.equal(['200', '200', '200']);
  });

  describe('without Redis', () => {
    for (const fate of ['refused', 'lost'] as const)
      it(`each process probes on its own (${fate})`, async () => {
        const world = new World();
        const processes = started(world);
        await world.goDown(processes);
        world.fate = fate;
        await world.clock.run(() => Promise.all(processes.map(call => call())));
        world.isDown = false;
        await world.clock.advance(3000);
        const ends = await world.clock.run(() => Promise.all(processes.map(call => call())));
        expect(ends).to.deep.equal(Array(4).fill('200'));
      });
  });

  it('settles every call, whatever Redis and the service do', async () => {
    for (let seed = 1; seed <= runs(20, 100); seed++) {
      const random = seededRandom(seed);
      const world = new World();
      const processes = started(world, 3);
      world.redisMs = () => random() * 20;
      world.latencyMs = () => random() * 200;
      let settled = 0;
      const calls = Array.from({length: 150}, async () => {
        await world.clock.sleep(random() * 20_000);
        await processes[Math.floor(random() * 3)]!();
        settled++;
      });
      const trouble = Array.from({length: 12}, async (_, n) => {
        await world.clock.sleep(random() * 20_000);
        if (n % 3 === 0) world.fate = (['arrives', 'lost', 'refused'] as const)[Math.floor(random() * 3)]!;
        else world.isDown = random() < 0.5;
        if (n === 5) world.redis.run(['FLUSHALL']);
      });
      await world.clock.run(() => Promise.all([...calls, ...trouble]));
      expect(settled, `seed ${seed}`).to.equal(150);
      expect(world.inFlight, `seed ${seed}`).to.equal(0);
      world.isDown = false;
      await world.clock.advance(10_000);
      for (let call = 0; call < 12; call++) await world.clock.run(processes[call % 3]!);
      const ends = await world.clock.run(() => Promise.all(processes.map(call => call())));
      expect(ends, `seed ${seed}`).to.deep.equal(Array(3).fill('200'));
    }
  });
});
