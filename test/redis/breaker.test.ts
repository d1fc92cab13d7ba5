/** A breaker that several processes share, in virtual time over a Redis in memory. */
import {expect} from 'chai';
import {seededRandom} from '../../src/core/random.ts';
import {VirtualClock} from '../../src/core/virtual-clock.ts';
import type {PolicyInput, SteadfetchEvent} from '../../src/core.ts';
import {createFetch} from '../../src/fetch/create-fetch.ts';
import {redisGuards} from '../../src/redis.ts';
import {RedisDouble} from '../support/redis-double.ts';
import {runs} from '../support/runs.ts';

const ITEMS = 'https://shop.test/items';
const PROBES = 2;
const breaker = {kind: 'consecutive', failures: 3, openMs: 5000, probes: PROBES} as const;

class World {
  readonly clock: VirtualClock = new VirtualClock();
  readonly redis: RedisDouble = new RedisDouble(() => this.clock.wall());
  readonly events: SteadfetchEvent[] = [];
  /** When each request arrived. */
  readonly arrivals: number[] = [];
  /** The status of the origin, and how long an answer takes. */
  status = 200;
  latencyMs: () => number = () => 50;
  redisMs: () => number = () => 0.5;
  fate: 'arrives' | 'lost' | 'refused' = 'arrives';

  start(policy: PolicyInput = {}): () => Promise<string> {
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
        random: () => 0.5,
        observer: null,
        guards: redisGuards({send, clock, random: () => 0.5}),
        on: event => void this.events.push(event),
        fetch: async () => {
          this.arrivals.push(clock.now());
          const {status} = this;
          await clock.sleep(this.latencyMs());
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

  /** How the calls end that each process begins now. */
  async all(processes: readonly (() => Promise<string>)[], calls = 1): Promise<string[]> {
    return this.clock.run(() => Promise.all(processes.flatMap(call => Array.from({length: calls}, () => call()))));
  }
}

/** Four processes; the first has opened the breaker, and the others know. */
async function opened(policy: PolicyInput = {}): Promise<{world: World; processes: (() => Promise<string>)[]}> {
  const world = new World();
  const processes = Array.from({length: 4}, () => world.start(policy));
  await world.all(processes);
  world.status = 503;
  await world.all(processes.slice(0, 1), 3);
  await world.clock.advance(300);
  world.status = 200;
  await world.all(processes);
  await world.clock.advance(10);
  world.arrivals.length = 0;
  return {world, processes};
}

describe('a breaker of four processes', () => {
  it('is open for all of them a moment after one has opened it', async () => {
    const {world, processes} = await opened();
    expect(await world.all(processes)).to.deep.equal(Array(4).fill('CIRCUIT_OPEN'));
    expect(world.arrivals).to.deep.equal([]);
    const changes = world.events.flatMap(event => (event.type === 'breaker.changed' ? [event.to] : []));
    expect(changes).to.deep.equal(Array(4).fill('open'));
  });

  it('lets no more than its probes through, and closes for all when they succeed', async () => {
    const {world, processes} = await opened();
    await world.clock.advance(5000);
    const ends = await world.all(processes, 10);
    expect(world.arrivals.length).to.equal(PROBES);
    expect(ends.filter(end => end === '200').length).to.equal(PROBES);
    await world.clock.advance(500);
    expect(await world.all(processes)).to.deep.equal(Array(4).fill('200'));
  });

  it('opens again for all when its probes fail', async () => {
    const {world, processes} = await opened();
    world.status = 503;
    await world.clock.advance(5000);
    await world.all(processes, 10);
    expect(world.arrivals.length).to.be.within(1, PROBES);
    world.status = 200;
    await world.clock.advance(1000);
    const before = world.arrivals.length;
    expect(await world.all(processes)).to.deep.equal(Array(4).fill('CIRCUIT_OPEN'));
    await world.clock.advance(6000);
    await world.all(processes);
    await world.clock.advance(500);
    expect(world.arrivals.length - before).to.be.within(1, 4);
  });

  it('gives the place of a probe whose process crashed to another one, once its lease has ended', async () => {
    const {world, processes} = await opened({attemptTimeoutMs: 3_600_000, deadlineMs: null});
    await world.clock.advance(5000);
    world.latencyMs = () => 3_000_000;
    for (const call of processes) void call();
    await world.clock.advance(100);
    expect(world.arrivals.length).to.equal(PROBES);
    world.latencyMs = () => 50;
    await world.all(processes, 5);
    expect(world.arrivals.length).to.equal(PROBES);
    await world.clock.advance(5000);
    await world.all(processes, 5);
    expect(world.arrivals.length).to.equal(2 * PROBES);
    await world.clock.advance(500);
    expect(await world.all(processes)).to.deep.equal(Array(4).fill('200'));
  });

  it('never sends more than its probes, however long Redis and the service take', async () => {
    for (let seed = 1; seed <= runs(30, 100); seed++) {
      const random = seededRandom(seed);
      const {world, processes} = await opened();
      world.redisMs = () => random() * 9;
      world.latencyMs = () => 200 + random() * 300;
      await world.clock.advance(5000);
      const calls = processes.flatMap(call =>
        Array.from({length: 5}, () => world.clock.sleep(random() * 150).then(() => call())),
      );
      await world.clock.run(() => Promise.all(calls));
      expect(world.arrivals.length, `seed ${seed}`).to.be.within(1, PROBES);
    }
  });

  describe('without Redis', () => {
    it('sends no probe: it closes after its open time, and counts anew', async () => {
      const {world, processes} = await opened();
      world.fate = 'refused';
      expect(await world.all(processes)).to.deep.equal(Array(4).fill('CIRCUIT_OPEN'));
      await world.clock.advance(5000);
      expect(await world.all(processes)).to.deep.equal(Array(4).fill('200'));
      world.status = 503;
      await world.all(processes, 3);
      expect(await world.all(processes)).to.deep.equal(Array(4).fill('CIRCUIT_OPEN'));
    });

    it('waits for the lease of a probe for 20 ms', async () => {
      const {world, processes} = await opened();
      world.fate = 'lost';
      await world.clock.advance(5000);
      const before = world.clock.now();
      expect(await world.all(processes)).to.deep.equal(Array(4).fill('200'));
      for (const at of world.arrivals) expect(at - before).to.be.within(20, 21);
    });

    it('is one breaker again once Redis answers', async () => {
      const {world, processes} = await opened();
      world.fate = 'refused';
      await world.clock.advance(6000);
      await world.all(processes);
      world.fate = 'arrives';
      await world.clock.advance(2000);
      // Redis still has an open breaker, whose open time is over: it asks for probes.
      for (let round = 0; round < 4; round++) {
        await world.all(processes);
        await world.clock.advance(600);
      }
      expect(await world.all(processes)).to.deep.equal(Array(4).fill('200'));
      world.status = 503;
      await world.all(processes.slice(1, 2), 3);
      await world.clock.advance(300);
      await world.all(processes);
      await world.clock.advance(10);
      expect(await world.all(processes)).to.deep.equal(Array(4).fill('CIRCUIT_OPEN'));
    });
  });
});
