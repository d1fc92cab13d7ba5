/** Commands that a driver sends again, as ioredis does by default once it has lost a connection: also later than commands that came after them. */
import {expect} from 'chai';
import {seededRandom} from '../../src/core/random.ts';
import {VirtualClock} from '../../src/core/virtual-clock.ts';
import type {GuardFactory} from '../../src/guards/guard-factory.ts';
import type {QuotaReservation} from '../../src/guards/quota-reservation.ts';
import type {RecoveryWaiter} from '../../src/guards/recovery-line.ts';
import {redisGuards} from '../../src/redis/redis-guards.ts';
import {RedisDouble} from '../support/redis-double.ts';
import {runs} from '../support/runs.ts';
import {amountsOf, SharedQuotas} from './shared-quotas.ts';

const ORIGIN = 'https://api.test';

const waiterOf = (clock: VirtualClock, released: () => void): RecoveryWaiter => ({
  ahead: null,
  behind: null,
  clock,
  released,
});

describe('a command of a shared quota that is sent again', () => {
  for (const fate of ['sent again', 'carried out again'] as const)
    it(`gives an amount back once (${fate})`, async () => {
      const world = new SharedQuotas([{unit: 'outputTokens', max: 2000, perMs: 60_000}]);
      const [one, other] = [world.start(), world.start()];
      let used = 0;
      const attempt = (process: typeof one, actual: number): void => {
        process.attempt(amountsOf(1, 0, 100), (taken, now) => {
          used += actual;
          taken.settle({outputTokens: actual}, now);
        });
      };
      for (let count = 0; count < 20; count++) attempt(one, 50);
      await world.clock.advance(100);
      world.fate = () => fate;
      await world.clock.advance(5000);
      world.fate = () => 'arrives';
      expect(used).to.equal(1000);
      for (let count = 0; count < 40; count++) attempt(other, 100);
      await world.clock.advance(5000);
      expect(used).to.equal(2000);
    });

  it('hands over what was granted, in its second reply', async () => {
    const world = new SharedQuotas([{unit: 'requests', max: 100, perMs: 60_000}]);
    const process = world.start();
    world.fate = () => 'sent again';
    process.attempt(amountsOf(1));
    await world.clock.advance(500);
    expect(world.sent.length).to.equal(1);
  });

  it('never makes a window hold more than its limit, whatever is sent again and whenever', async () => {
    let again = 0;
    for (let seed = 1; seed <= runs(20, 200); seed++) again += await resendAtRandom(seed);
    expect(again).to.be.at.least(100);
  }).timeout(300_000);
});

/** @returns How many commands were carried out twice. */
async function resendAtRandom(seed: number): Promise<number> {
  const random = seededRandom(seed);
  const perMs = 500 + Math.floor(random() * 2500);
  const world = new SharedQuotas([{unit: 'outputTokens', max: 1000, perMs}]);
  world.latencyMs = () => random() * 4;
  world.againMs = () => random() * random() * perMs;
  let again = 0;
  world.fate = () => {
    if (random() < 0.6) return 'arrives';
    again++;
    return random() < 0.5 ? 'sent again' : 'carried out again';
  };
  if (seed % 2 === 0) world.keptMs = () => (random() < 0.3 ? random() * 2 * perMs : 0);
  const used: {readonly at: number; readonly amount: number}[] = [];
  const processes = [1, 2, 3].map(() => world.start({timeoutMs: 60_000}));
  for (let step = 0; step < 15; step++) {
    for (const process of processes)
      for (let count = Math.floor(random() * 4); count > 0; count--) {
        const reserved = 1 + Math.floor(random() * 150);
        const actual = Math.floor(random() * random() * reserved);
        process.attempt(amountsOf(1, 0, reserved), (taken, at) => {
          used.push({at, amount: actual});
          void world.clock.sleep(random() * 200).then(() => taken.settle({outputTokens: actual}, world.clock.now()));
        });
      }
    await world.clock.advance(random() * 300);
  }
  await world.clock.advance(3 * perMs);
  for (const {at: end} of used) {
    const sum = used.reduce((all, {at, amount}) => (at <= end && at > end - perMs ? all + amount : all), 0);
    expect(sum, `seed ${seed}`).to.be.at.most(1000);
  }
  return again;
}

/** What each guard asks of Redis in a minute of traffic. */
const TRAFFIC: Readonly<Record<string, (guards: GuardFactory, clock: VirtualClock, random: () => number) => unknown>> =
  {
    quota: async (guards, clock, random) => {
      const limits = [{unit: 'outputTokens', max: 500, perMs: 2000}] as const;
      const quota = guards.quota(
        {limits, learn: false, startPerSecond: null, maxWaitMs: 1000, queue: 100, scope: 'origin', per: []},
        ORIGIN,
      );
      const amounts = amountsOf(1, 0, 50);
      for (let count = 0; count < 100; count++) {
        const served = (taken: QuotaReservation, now: number): void =>
          taken.settle({outputTokens: Math.floor(random() * 50)}, now);
        const waiter = {isRetry: false, since: clock.now(), ahead: null, behind: null, broke: () => {}};
        quota.join({...waiter, amounts, clock, served}, clock.now());
        await clock.sleep(random() * 60);
      }
    },
    'token bucket': async (guards, clock, random) => {
      const budget = guards.budget(
        {kind: 'token-bucket', capacity: 500, retryCost: 14, throttledCost: 5, refillPerMinute: 60},
        ORIGIN,
      );
      for (let count = 0; count < 100; count++) {
        budget.callStarted(clock.now());
        const receipt = budget.withdraw(false, clock.now());
        await clock.sleep(random() * 60);
        if (random() < 0.5 && receipt > 0) budget.retrySucceeded(receipt, clock.now());
      }
    },
    'ratio budget': async (guards, clock, random) => {
      const budget = guards.budget({kind: 'ratio', ratio: 0.2, minPerSecond: 1, windowMs: 5000}, ORIGIN);
      for (let count = 0; count < 100; count++) {
        budget.callStarted(clock.now());
        if (random() < 0.3) budget.withdraw(false, clock.now());
        await clock.sleep(random() * 60);
      }
    },
    breaker: async (guards, clock, random) => {
      const breaker = guards.breaker(
        {kind: 'consecutive', failures: 2, openMs: 300, maxOpenMs: null, probes: 3, scope: 'origin'},
        ORIGIN,
      );
      for (let count = 0; count < 200; count++) {
        if (breaker.leases!.needed(clock.now()))
          await new Promise<void>(resolve => breaker.leases!.join(waiterOf(clock, resolve), clock.now()));
        const ticket = breaker.admit(clock.now());
        const beganAt = clock.now();
        await clock.sleep(random() * 60);
        if (ticket !== null) breaker.record(ticket, random() < 0.6 ? 'failure' : 'success', clock.now(), beganAt);
      }
    },
    'concurrency limit': async (guards, clock, random) => {
      const limit = guards.concurrency({kind: 'fixed', max: 10, queue: 100}, ORIGIN);
      for (let count = 0; count < 100; count++) {
        const run = async (): Promise<void> => {
          await clock.sleep(random() * 300);
          limit.exit();
        };
        if (limit.tryEnter()) void run();
        else limit.wait({admitted: () => void run()});
        await clock.sleep(random() * 60);
      }
    },
  };

for (const [name, drive] of Object.entries(TRAFFIC))
  describe(`the script of a ${name}`, () => {
    it('answers as if no earlier command of its process had come again', async () => {
      for (let seed = 1; seed <= runs(3, 20); seed++) {
        const log = await logOf(drive, seed);
        const random = seededRandom(seed + 1000);
        let now = 0;
        const redis = new RedisDouble(() => now);
        let [repeated, most] = [0, 0];
        for (const [index, {at, args, reply}] of log.entries()) {
          now = at;
          most = index;
          expect(redis.run(args), `seed ${seed}, command ${index}`).to.deep.equal(reply);
          for (; random() < 0.5; repeated++) {
            const earlier = log[index - Math.floor(random() * random() * Math.min(index + 1, 30))]!;
            redis.run(earlier.args);
          }
        }
        expect(most).to.be.at.least(20);
        expect(repeated).to.be.at.least(10);
      }
    }).timeout(120_000);
  });

interface Carried {
  /** By the clock of Redis. */
  readonly at: number;
  readonly args: readonly string[];
  readonly reply: unknown;
}

/** The commands of two processes, each carried out once. */
async function logOf(drive: (typeof TRAFFIC)[string], seed: number): Promise<Carried[]> {
  const clock = new VirtualClock();
  const redis = new RedisDouble(() => clock.wall());
  const random = seededRandom(seed);
  const log: Carried[] = [];
  const send = async (args: readonly string[]): Promise<unknown> => {
    await clock.sleep(random() * 3);
    const reply = redis.run(args);
    log.push({at: clock.wall(), args, reply});
    await clock.sleep(random() * 3);
    return reply;
  };
  await clock.run(async () => {
    await Promise.all([1, 2].map(() => drive(redisGuards({send, clock, random}).factory, clock, random)));
  });
  return log;
}
