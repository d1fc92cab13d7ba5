/** Retry budgets that several processes share, in virtual time over a Redis in memory. */
import {expect} from 'chai';
import {VirtualClock} from '../../src/core/virtual-clock.ts';
import {type Budget, REFUSED} from '../../src/guards/budget.ts';
import type {Budget as BudgetPolicy} from '../../src/policy/types.ts';
import {redisGuards} from '../../src/redis.ts';
import {RedisDouble} from '../support/redis-double.ts';

const bucket: BudgetPolicy = {
  kind: 'token-bucket',
  capacity: 100,
  retryCost: 10,
  throttledCost: 5,
  refillPerMinute: 60,
};
const share: BudgetPolicy = {kind: 'ratio', ratio: 0.1, windowMs: 10_000, minPerSecond: 0};

class World {
  readonly clock: VirtualClock = new VirtualClock();
  readonly redis: RedisDouble = new RedisDouble(() => this.clock.wall());
  isReachable = true;

  start(policy: BudgetPolicy, instances = 1): Budget {
    const {clock} = this;
    const send = async (args: string[]): Promise<unknown> => {
      if (!this.isReachable) throw new Error('connect ECONNREFUSED 127.0.0.1:6379');
      await clock.sleep(1);
      return this.redis.run(args);
    };
    return redisGuards({send, clock, instances}).factory.budget(policy, 'https://api.test');
  }

  /** How many retries a budget admits when it is asked so often, a call each 10 ms. */
  async retries(budgets: readonly Budget[], asked: number): Promise<number> {
    let admitted = 0;
    for (let count = 0; count < asked; count++) {
      for (const budget of budgets) {
        const now = this.clock.now();
        budget.callStarted(now);
        if (budget.withdraw(false, now) !== REFUSED) admitted++;
      }
      await this.clock.advance(10);
    }
    return admitted;
  }
}

describe('a token bucket of four processes', () => {
  it('admits no more retries than one bucket has, and one for each further process', async () => {
    const world = new World();
    const budgets = [1, 2, 3, 4].map(() => world.start(bucket));
    for (const budget of budgets) budget.callStarted(0);
    await world.clock.advance(100);
    // 40 × 10 ms add 0.4 tokens.
    expect(await world.retries(budgets, 40)).to.be.within(10, 13);
  });

  it('is one process’s alone, if the others do not retry', async () => {
    const world = new World();
    const budgets = [1, 2, 3, 4].map(() => world.start(bucket));
    for (const budget of budgets) budget.callStarted(0);
    await world.clock.advance(100);
    expect(await world.retries(budgets.slice(0, 1), 40)).to.equal(10);
  });

  it('is charged for what was exceeded: in the long run it admits what it refills', async () => {
    const world = new World();
    const budgets = [1, 2, 3, 4].map(() => world.start(bucket));
    await world.retries(budgets, 100);
    const before = world.clock.now();
    const admitted = await world.retries(budgets, 3000);
    // 60 tokens a minute are 6 retries a minute.
    expect(admitted).to.be.within(0, ((world.clock.now() - before) / 60_000) * 6 + 4);
  });

  it('gets back what successful retries cost', async () => {
    const world = new World();
    const [one, other] = [world.start(bucket), world.start(bucket)];
    const receipts: number[] = [];
    for (let count = 0; count < 40; count++) {
      const receipt = one!.withdraw(false, world.clock.now());
      if (receipt !== REFUSED) receipts.push(receipt);
      await world.clock.advance(10);
    }
    for (const receipt of receipts) one!.retrySucceeded(receipt, world.clock.now());
    await world.clock.advance(600);
    one!.firstTrySucceeded(world.clock.now());
    await world.clock.advance(600);
    other!.callStarted(world.clock.now());
    await world.clock.advance(100);
    expect(other!.remaining(world.clock.now())).to.be.above(0.9);
  });

  it('is a share for each process while Redis does not answer, and one again after it', async () => {
    const world = new World();
    world.isReachable = false;
    const budgets = [1, 2, 3, 4].map(() => world.start(bucket, 4));
    for (const budget of budgets) budget.callStarted(0);
    await world.clock.advance(10);
    expect(await world.retries(budgets, 40)).to.be.within(8, 9);
    world.isReachable = true;
    await world.clock.advance(2000);
    for (const budget of budgets) budget.callStarted(world.clock.now());
    await world.clock.advance(100);
    expect(await world.retries(budgets, 40)).to.be.within(9, 14);
  });
});

describe('a ratio budget of four processes', () => {
  it('admits the share of all their calls, to those that need it', async () => {
    const world = new World();
    const budgets = [1, 2, 3, 4].map(() => world.start(share));
    let admitted = 0;
    let calls = 0;
    for (let count = 0; count < 1000; count++) {
      for (const [index, budget] of budgets.entries()) {
        const now = world.clock.now();
        budget.callStarted(now);
        calls++;
        if (index === 0 && budget.withdraw(false, now) !== REFUSED) admitted++;
      }
      await world.clock.advance(10);
    }
    expect(admitted / calls).to.be.within(0.09, 0.11);
  });

  it('counts retries at once in what remains, and once where Redis knows them', async () => {
    const world = new World();
    const one = world.start({...share, minPerSecond: 1, ratio: 0});
    one.callStarted(0);
    await world.clock.advance(100);
    expect(one.remaining(world.clock.now())).to.equal(1);
    // The first is on its way to Redis, the second waits for its reply.
    for (let retry = 0; retry < 2; retry++) expect(one.withdraw(false, world.clock.now())).to.not.equal(REFUSED);
    expect(one.remaining(world.clock.now())).to.be.closeTo(0.8, 1e-9);
    await world.clock.advance(2000);
    expect(one.remaining(world.clock.now())).to.be.closeTo(0.8, 1e-9);
  });

  it('is a share for each process while Redis does not answer', async () => {
    const world = new World();
    world.isReachable = false;
    const budgets = [1, 2, 3, 4].map(() => world.start({...share, minPerSecond: 4, ratio: 0}, 4));
    for (const budget of budgets) budget.callStarted(0);
    await world.clock.advance(10);
    expect(await world.retries(budgets, 100)).to.be.within(36, 41);
  });
});
