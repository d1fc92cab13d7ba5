/** Guards whose Redis has a clock that is set while they are in use, as after NTP, a restored machine, or the promotion of a replica. */
import {expect} from 'chai';
import {seededRandom} from '../../src/core/random.ts';
import type {Clock} from '../../src/core/timer.ts';
import type {VirtualClock} from '../../src/testing.ts';
import {runs, sampled} from '../support/runs.ts';
import {SharedLimits} from './shared-limits.ts';
import {amountsOf, SharedQuotas} from './shared-quotas.ts';

const HOUR = 3_600_000;
const STEPS = {
  'half a second forward': 500,
  'an hour forward': HOUR,
  'half a second back': -500,
  'an hour back': -HOUR,
  'twenty hours forward': 20 * HOUR,
} as const;

for (const [title, stepMs] of sampled(Object.entries(STEPS)))
  describe(`a clock of Redis that is set ${title}`, () => {
    it('frees nothing of a quota, and keeps nothing of it', async () => {
      const world = new SharedQuotas([{unit: 'requests', max: 100, perMs: 10_000}]);
      for (let count = 0; count < 4; count++) world.start().keepBusy(5);
      await world.clock.advance(24_000);
      world.redisAheadMs = stepMs;
      await world.clock.advance(36_000);
      expect(world.mostIn(10_000, ({requests}) => requests)).to.be.at.most(100);
      expect(world.sent.length).to.be.at.least(0.97 * 600);
    });

    it('frees nothing of a quota for a process that has just started', async () => {
      const world = new SharedQuotas([{unit: 'requests', max: 100, perMs: 10_000}]);
      const first = world.start();
      for (let count = 0; count < 100; count++) first.attempt(amountsOf(1));
      await world.clock.advance(9900);
      world.redisAheadMs = stepMs;
      for (let started = 0; started < 5; started++) {
        const process = world.start();
        for (let count = 0; count < 20; count++) process.attempt(amountsOf(1));
      }
      await world.clock.advance(30_000);
      expect(world.mostIn(10_000, ({requests}) => requests)).to.be.at.most(100);
      expect(world.sent.length).to.equal(200);
    });

    it('frees no permits that processes hold', async () => {
      const world = new SharedLimits(10);
      for (let count = 0; count < 4; count++) world.start().keepBusy(8, 100);
      await world.clock.advance(5000);
      world.redisAheadMs = stepMs;
      const before = world.processes.reduce((sum, process) => sum + process.ended, 0);
      await world.clock.advance(5000);
      expect(world.most).to.equal(10);
      const ended = world.processes.reduce((sum, process) => sum + process.ended, 0) - before;
      expect(ended).to.be.at.least(0.95 * 500);
    });
  });

describe('a clock of Redis that is set at random, again and again', () => {
  it('breaks no limit where round trips differ and processes crash', async () => {
    for (let seed = 1; seed <= runs(1, 15); seed++) {
      const random = seededRandom(seed);
      const perMs = 1000 + Math.floor(random() * 4000);
      const world = new SharedQuotas([{unit: 'requests', max: 20, perMs}]);
      world.latencyMs = () => random() * random() * 100;
      const start = (): ReturnType<typeof world.start> => world.start({timeoutMs: 60_000});
      const processes = Array.from({length: 3}, start);
      for (const process of processes) process.keepBusy(3);
      for (let step = 0; step < 12; step++) {
        await world.clock.advance(random() * perMs);
        world.redisAheadMs = Math.floor((random() - 0.5) * (random() < 0.5 ? 2000 : HOUR));
        if (random() > 0.3) continue;
        const victim = Math.floor(random() * processes.length);
        processes[victim]!.crash();
        processes[victim] = start();
        processes[victim].keepBusy(3);
      }
      expect(
        world.mostIn(perMs, ({requests}) => requests),
        `seed ${seed}`,
      ).to.be.at.most(20);
    }
  });
});

describe('machines whose clocks differ', () => {
  /** A clock whose wall time is off. */
  const off = (clock: VirtualClock, ms: number): Clock => ({
    now: () => clock.now(),
    wall: () => clock.wall() + ms,
    arm: (timer, after) => clock.arm(timer, after),
    disarm: timer => clock.disarm(timer),
    unref: () => {},
    expect: () => {},
  });

  /** Jobs that send one request each, one after the other, on machines by turns. */
  async function jobs(machines: readonly number[]): Promise<SharedQuotas> {
    const world = new SharedQuotas([{unit: 'requests', max: 20, perMs: 20_000}]);
    for (let job = 0; job < 100; job++) {
      const process = world.start({clock: off(world.clock, machines[job % machines.length]!)});
      process.attempt(amountsOf(1));
      await world.clock.advance(300);
      process.crash();
      await world.clock.advance(1700);
    }
    return world;
  }

  for (const machines of [
    [0, HOUR],
    [0, -HOUR],
    [0, HOUR, 2 * HOUR],
  ])
    it(`by ${machines.map(ms => ms / HOUR)} hours send nearly as many short jobs as those whose clocks agree`, async () => {
      const [agreed, differing] = [await jobs([0]), await jobs(machines)];
      expect(agreed.sent.length).to.be.at.least(80);
      expect(differing.sent.length).to.be.at.least(0.85 * agreed.sent.length);
      expect(differing.mostIn(20_000, ({requests}) => requests)).to.be.at.most(20);
    });

  it('free nothing when the clock of Redis is set, and a process has just started', async () => {
    const world = new SharedQuotas([{unit: 'requests', max: 100, perMs: 10_000}]);
    const late = world.start({clock: off(world.clock, -HOUR)});
    for (let count = 0; count < 100; count++) late.attempt(amountsOf(1));
    await world.clock.advance(9900);
    world.redisAheadMs = HOUR / 2;
    const started = world.start();
    for (let count = 0; count < 100; count++) started.attempt(amountsOf(1));
    await world.clock.advance(30_000);
    expect(world.mostIn(10_000, ({requests}) => requests)).to.be.at.most(100);
    expect(world.sent.length).to.equal(200);
  });

  for (const aheadMs of [0, -500, -HOUR])
    it(`count what a process sends that has just started on one whose clock is off by ${aheadMs} ms for a whole window`, async () => {
      const world = new SharedQuotas([{unit: 'inputTokens', max: 100, perMs: 1000}]);
      const first = world.start();
      first.attempt(amountsOf(1, 1));
      await world.clock.advance(900);
      const started = world.start({clock: off(world.clock, aheadMs)});
      started.attempt(amountsOf(1, 99));
      await world.clock.advance(50);
      first.attempt(amountsOf(1, 1));
      await world.clock.advance(50);
      first.attempt(amountsOf(1, 99));
      await world.clock.advance(3000);
      expect(world.mostIn(1000, ({inputTokens}) => inputTokens)).to.be.at.most(100);
      expect(world.sent).to.have.length(4);
    });

  it('hold a limit where they crash and start again', async () => {
    for (let seed = 1; seed <= runs(1, 15); seed++) {
      const random = seededRandom(seed);
      const world = new SharedQuotas([{unit: 'requests', max: 100, perMs: 1000}]);
      world.latencyMs = () => random() * 3;
      const start = (aheadMs: number): ReturnType<typeof world.start> => {
        const process = world.start({clock: off(world.clock, aheadMs)});
        process.keepBusy(20);
        return process;
      };
      const processes = [0, 0, 0, 0].map(start);
      for (const [count, aheadMs] of [5000, -7000, 11_300, -900, HOUR, 400].entries()) {
        await world.clock.advance(300 + random() * 1500);
        processes[count % 4]!.crash();
        await world.clock.advance(random() * 1200);
        processes[count % 4] = start(aheadMs);
      }
      await world.clock.advance(1500);
      expect(
        world.mostIn(1000, ({requests}) => requests),
        `seed ${seed}`,
      ).to.be.at.most(100);
    }
  });
});

describe('a quota that was not used for an hour', () => {
  it('is free for a process that has just started', async () => {
    const world = new SharedQuotas([{unit: 'inputTokens', max: 100, perMs: 60_000}]);
    world.start().attempt(amountsOf(1, 100));
    await world.clock.advance(HOUR);
    world.start().attempt(amountsOf(1, 100));
    await world.clock.advance(1000);
    for (const {waitedMs} of world.sent) expect(waitedMs).to.be.within(1, 2);
    expect(world.sent.length).to.equal(2);
  });
});
