/** Guards whose Redis has a clock that is set while they are in use, as after NTP, a restored machine, or the promotion of a replica. */
import {expect} from 'chai';
import {seededRandom} from '../../src/core/random.ts';
import {runs} from '../support/runs.ts';
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

for (const [title, stepMs] of Object.entries(STEPS))
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
    for (let seed = 1; seed <= runs(5, 15); seed++) {
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
