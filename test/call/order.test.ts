/** Deadline, key, breaker, concurrency limit, attempt timeout, request; then how long the waits are. */
import {expect} from 'chai';
import {reportOf, type SteadfetchEvent, type TimeoutError} from '../../src/core.ts';
import {seededRandom} from '../../src/testing.ts';
import {AT_ONCE} from '../support/policies.ts';
import {answer, connectionError, ITEMS, thrown, virtually} from './world.ts';

const noJitter = {jitter: 'none'} as const;

describe('the order of a call', () => {
  virtually('asks the breaker before the concurrency limit', async make => {
    const world = make({
      maxAttempts: 1,
      breaker: {kind: 'consecutive', failures: 1},
      concurrency: {max: 1, queue: 0},
    });
    world.serve(503);
    await world.run();
    world.serve('hang');
    const end = await world.run();
    expect(end).to.equal('CIRCUIT_OPEN (breaker-open)');
    expect(world.sends).to.equal(0);
  });

  virtually('asks the breaker again when a queued attempt gets a place', async make => {
    const world = make({
      maxAttempts: 1,
      breaker: {kind: 'consecutive', failures: 1},
      concurrency: {max: 1, queue: 1},
    });
    world.serveSlowly(1000, 503);
    const ends = await world.clock.run(() => Promise.all([world.end(), world.end()]));
    expect(ends).to.deep.equal(['503 (attempts-exhausted)', 'CIRCUIT_OPEN (breaker-open)']);
    expect(world.arrivals).to.deep.equal([0]);
    expect(world.handle.snapshot(world.clock.now()).origins[0]?.concurrency).to.deep.equal([
      {max: 1, inFlight: 0, waiting: 0},
    ]);
  });

  virtually('starts the attempt timeout with the request, not in the queue', async make => {
    const world = make({maxAttempts: 1, attemptTimeoutMs: 1500, concurrency: {max: 1, queue: 1}, breaker: null});
    world.serveSlowly(1000, 200);
    const ends = await world.clock.run(() => Promise.all([world.end(), world.end()]));
    expect(ends).to.deep.equal(['200', '200']);
    expect(world.arrivals).to.deep.equal([0, 1000]);
    expect(world.clock.now()).to.equal(2000);
  });

  virtually('counts the time in the queue against the deadline', async make => {
    const world = make({maxAttempts: 1, deadlineMs: 800, concurrency: {max: 1, queue: 1}});
    world.serveSlowly(700, 200);
    const first = world.end();
    await world.clock.advance(10);
    const second = world.end();
    const ends = await world.clock.run(() => Promise.all([first, second]));
    // At 700 the second has 110 ms left: it is sent, and cut at 810.
    expect(ends[0]).to.equal('200');
    expect(ends[1]).to.match(/^DEADLINE_EXCEEDED/);
    expect(world.arrivals).to.deep.equal([0, 700]);
    expect(world.clock.now()).to.equal(810);
  });

  virtually('generates no key for a call that the breaker refuses, and no new one for a retry', async make => {
    const made: string[] = [];
    const ids = {
      correlationId: () => 'c',
      requestId: () => 'r',
      idempotencyKey: () => {
        made.push('key');
        return `key-${made.length}`;
      },
    };
    const world = make({idempotency: {}, backoff: AT_ONCE}, {ids});
    world.serve(503, 503, 200);
    expect(await world.run(ITEMS, {method: 'POST'})).to.equal('200');
    expect(world.header('idempotency-key')).to.deep.equal(['key-1', 'key-1', 'key-1']);
    expect(made).to.have.length(1);
  });
});

describe('the waits', () => {
  virtually('grow from retry to retry, under the cap, and end at the first good answer @T1', async make => {
    const world = make({maxAttempts: 6, backoff: {baseMs: 100, capMs: 500, ...noJitter}});
    world.serve(503, 503, 503, 503, 200);
    expect(await world.run()).to.equal('200');
    expect(world.arrivals).to.deep.equal([0, 100, 300, 700, 1200]);
  });

  virtually('are finite at retry 5,000 @T48', async make => {
    const world = make({
      maxAttempts: 5001,
      deadlineMs: null,
      budget: null,
      breaker: null,
      backoff: {factor: 100, capMs: 7, ...noJitter, baseMs: 1},
    });
    world.serve(503);
    const response = await world.clock.run(() => world.fetch(ITEMS));
    expect(world.sends).to.equal(5001);
    expect(reportOf(response)?.waitedMs).to.equal(1 + 4999 * 7);
  });

  virtually('are capped before jitter is applied, so capped waits vary too @T49', async make => {
    const random = seededRandom(7);
    const world = make({maxAttempts: 40, budget: null, breaker: null, backoff: {baseMs: 400, capMs: 400}}, {random});
    world.serve(503);
    await world.run();
    const waits = world.arrivals.slice(1).map((at, index) => at - world.arrivals[index]!);
    expect(waits).to.have.length(39);
    expect(new Set(waits).size).to.equal(39);
    expect(Math.max(...waits)).to.be.below(400);
    expect(waits.filter(ms => ms > 200)).to.have.length.within(10, 29);
  });

  virtually('are the same for the same seed @T50', async make => {
    const arrivals = async (seed: number) => {
      const world = make({maxAttempts: 5}, {random: seededRandom(seed)});
      world.serve(503);
      await world.run();
      return world.arrivals;
    };
    const first = await arrivals(1);
    expect(await arrivals(1)).to.deep.equal(first);
    expect(await arrivals(2)).to.not.deep.equal(first);
  });

  virtually('may be 0: a base of 0 retries at once @T50', async make => {
    const world = make({backoff: {baseMs: 0}});
    world.serve(503);
    expect(await world.run()).to.equal('503 (attempts-exhausted)');
    expect(world.arrivals).to.deep.equal([0, 0, 0]);
  });

  virtually('of more than 2^31 ms are not cut short @T5', async make => {
    const day40 = 40 * 86_400_000;
    const world = make({maxAttempts: 2, deadlineMs: null, backoff: {kind: 'constant', delayMs: day40, ...noJitter}});
    world.serve(503, 200);
    await world.run();
    expect(world.arrivals).to.deep.equal([0, day40]);
  });

  virtually('are reported before they begin', async make => {
    const world = make({backoff: noJitter});
    world.serve(503, connectionError('ECONNREFUSED', {syscall: 'connect'}), 200);
    await world.run();
    const scheduled = world.events.filter(event => event.type === 'retry.scheduled');
    expect(
      scheduled.map(({attempt, waitMs, waitSource, reason}) => ({attempt, waitMs, waitSource, reason})),
    ).to.deep.equal([
      {attempt: 2, waitMs: 100, waitSource: 'backoff', reason: '503'},
      {attempt: 3, waitMs: 200, waitSource: 'backoff', reason: 'ECONNREFUSED'},
    ]);
  });
});

describe('the deadline', () => {
  virtually('limits the last attempt to the time that is left', async make => {
    const world = make({
      deadlineMs: 1000,
      attemptTimeoutMs: 800,
      backoff: {kind: 'constant', delayMs: 100, ...noJitter},
    });
    world.serve('hang');
    const error = (await world.clock.run(() => thrown(world.fetch(ITEMS)))) as TimeoutError;
    expect(world.arrivals).to.deep.equal([0, 900]);
    expect(error.code).to.equal('DEADLINE_EXCEEDED');
    expect(error.limitMs).to.equal(1000);
    expect(error.name).to.equal('TimeoutError');
    expect(world.clock.now()).to.equal(1000);
  });

  for (const [deadlineMs, arrivals, end] of [
    [149, [0], '503 (deadline)'],
    [150, [0, 100], '200'],
  ] as const) {
    virtually(
      `of ${deadlineMs} ms: a retry at 100 ${arrivals.length > 1 ? 'is sent' : 'cannot get 50 ms and is not sent'}`,
      async make => {
        const world = make({deadlineMs, backoff: {kind: 'constant', delayMs: 100, ...noJitter}});
        world.serve(503, 200);
        expect(await world.run()).to.equal(end);
        expect(world.arrivals).to.deep.equal(arrivals);
        expect(world.clock.now()).to.equal(arrivals.at(-1));
      },
    );
  }

  virtually('allows a first attempt even if it is very short', async make => {
    const world = make({deadlineMs: 20});
    world.serveSlowly(10, 200);
    expect(await world.run()).to.equal('200');
  });

  virtually('has another error than the attempt timeout, which is retried @T7', async make => {
    const world = make({attemptTimeoutMs: 1000, backoff: AT_ONCE});
    world.serve('hang', 200);
    expect(await world.run()).to.equal('200');
    expect(world.arrivals).to.deep.equal([0, 1000]);
    world.serve('hang');
    const error = (await world.clock.run(() => thrown(world.fetch(ITEMS)))) as TimeoutError;
    expect(error.code).to.equal('ATTEMPT_TIMEOUT');
    expect(reportOf(error)).to.include({
      result: 'timeout',
      refusal: 'attempts-exhausted',
      attempts: 3,
      durationMs: 3000,
    });
  });

  virtually('is written into a header of every attempt if the policy names one', async make => {
    const world = make({deadlineMs: 5000, deadlineHeader: 'x-left', backoff: {baseMs: 100, ...noJitter}});
    world.serve(503, 503, 200);
    await world.run();
    expect(world.header('x-left')).to.deep.equal(['5000', '4900', '4700']);
  });

  virtually('is not affected by a jump of the wall clock @T29', async make => {
    const world = make({attemptTimeoutMs: 1000, maxAttempts: 1});
    world.serve('hang');
    const end = world.end();
    await world.clock.advance(500);
    world.clock.setWall(0);
    await world.clock.advance(499);
    expect(world.typesOf('call.end')).to.be.empty;
    await world.clock.advance(1);
    expect(await end).to.equal('ATTEMPT_TIMEOUT (attempts-exhausted)');
  });

  virtually('does not cause a busy loop at its end @T51', async make => {
    const world = make({
      maxAttempts: 'unlimited',
      deadlineMs: 1000,
      budget: null,
      breaker: null,
      backoff: {kind: 'constant', delayMs: 100, jitter: 'none'},
    });
    world.serve(503);
    await world.run();
    expect(world.sends).to.be.at.most(10);
    expect(world.clock.now()).to.be.at.most(1000);
  });
});

describe("the server's word", () => {
  for (const [random, wait] of [
    [0, 2000],
    [0.5, 2100],
    [0.999, 2199.8],
  ] as const) {
    virtually(
      `is waited for with some jitter, but never shortened: ${wait} ms at random = ${random} @T10`,
      async make => {
        const world = make({}, {random: () => random});
        world.serve(answer(429, {'retry-after': '2'}), 200);
        await world.run();
        expect(world.arrivals[1]).to.be.closeTo(wait, 0.001);
      },
    );
  }

  virtually('does not shorten the wait of the backoff', async make => {
    const world = make({backoff: noJitter});
    world.serve(answer(429, {'retry-after-ms': '5'}), 200);
    await world.run();
    expect(world.arrivals).to.deep.equal([0, 1000]);
  });

  for (const [value, wait] of [
    ['0', 1000],
    ['-5', 1000],
    ['1.5', 1500],
    ['1.', 1000],
    ['1e3', 1000],
    ['0x10', 1000],
    ['', 1000],
    ['120, 5', 1000],
    ['NaN', 1000],
    ['soon', 1000],
    ['Thu, 01 Jan 2026 00:00:05', 1000], // GMT is missing
    ['Wed, 31 Dec 2025 23:00:00 GMT', 1000], // past
    ['3', 3000],
    [' 3 ', 3000],
    ['Thu, 01 Jan 2026 00:00:05 GMT', 5000],
    ['Thursday, 01-Jan-26 00:00:05 GMT', 5000],
    ['Thu Jan  1 00:00:05 2026', 5000],
  ] as const) {
    virtually(`Retry-After ${JSON.stringify(value)}: the next request comes after ${wait} ms @T8`, async make => {
      const world = make({backoff: noJitter}, {random: () => 0});
      world.serve(answer(429, {'retry-after': value}), 200);
      expect(await world.run()).to.equal('200');
      expect(world.arrivals).to.deep.equal([0, wait]);
    });
  }

  virtually("as a date is measured by the server's clock @T12", async make => {
    const world = make({backoff: noJitter}, {random: () => 0});
    const headers = {'retry-after': 'Thu, 01 Jan 2026 01:00:05 GMT', date: 'Thu, 01 Jan 2026 01:00:00 GMT'};
    world.serve(answer(429, headers), 200);
    await world.run();
    expect(world.arrivals).to.deep.equal([0, 5000]);
  });

  virtually('of exactly retryAfter.maxMs is used @T9', async make => {
    const world = make({deadlineMs: null}, {random: () => 0});
    world.serve(answer(429, {'retry-after': '60'}), 200);
    expect(await world.run()).to.equal('200');
    expect(world.arrivals).to.deep.equal([0, 60_000]);
  });

  for (const value of ['61', '99999999999', '9'.repeat(400)]) {
    virtually(`of ${value.slice(0, 20)} s ends the call at once, with the hint in the report @T9`, async make => {
      const world = make({deadlineMs: null});
      world.serve(answer(429, {'retry-after': value}), 200);
      const response = await world.clock.run(() => world.fetch(ITEMS));
      expect(response.status).to.equal(429);
      expect(world.clock.now()).to.equal(0);
      expect(world.sends).to.equal(1);
      const report = reportOf(response)!;
      expect(report).to.include({result: 'rate_limited', refusal: 'hint-too-long', waitedMs: 0});
      expect(report.retryAfterMs).to.equal(Math.min(Number(value) * 1000, Number.MAX_SAFE_INTEGER));
    });
  }

  virtually('after the deadline ends the call at once, with the hint in the report @T9', async make => {
    const world = make({deadlineMs: 5000});
    world.serve(answer(429, {'retry-after': '10'}), 200);
    const response = await world.clock.run(() => world.fetch(ITEMS));
    expect(world.clock.now()).to.equal(0);
    expect(reportOf(response)).to.include({refusal: 'deadline', retryAfterMs: 10_000, attempts: 1});
    const abandoned = world.events.find(
      (event): event is Extract<SteadfetchEvent, {type: 'retry.abandoned'}> => event.type === 'retry.abandoned',
    );
    expect(abandoned?.retryAfterMs).to.equal(10_000);
  });

  virtually('on a successful response is ignored @T11', async make => {
    const world = make({});
    world.serve(answer(301, {'retry-after': '2'}), 200);
    expect(await world.run()).to.equal('301');
    world.serve(answer(413, {'retry-after': '2'}), 200);
    expect(await world.run()).to.equal('413 (not-transient)');
    expect(world.clock.now()).to.equal(0);
  });

  virtually('in a 403 without remaining quota is treated as that of a 429', async make => {
    const world = make({}, {random: () => 0});
    world.serve(answer(403, {'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1767225607'}), 200);
    expect(await world.run()).to.equal('200');
    expect(world.arrivals).to.deep.equal([0, 7000]);
  });

  for (const name of ['x-should-retry', 'stripe-should-retry']) {
    virtually(`${name}: false always wins, true makes transient`, async make => {
      const world = make({backoff: AT_ONCE});
      world.serve(answer(503, {[name]: 'false'}));
      expect(await world.run()).to.equal('503 (not-transient)');
      world.serve(answer(400, {[name]: 'true'}), 200);
      expect(await world.run()).to.equal('200');
      world.serve(answer(400, {[name]: 'true'}), 200);
      expect(await world.run(ITEMS, {method: 'POST'})).to.equal('400 (may-have-acted)');
    });
  }
});

describe('421, 425 and 401', () => {
  for (const status of [421, 425]) {
    virtually(`${status} is retried once without a wait, for every method`, async make => {
      const world = make({maxAttempts: 5});
      world.serve(status, 200);
      expect(await world.run(ITEMS, {method: 'POST'})).to.equal('200');
      expect(world.arrivals).to.deep.equal([0, 0]);
      world.serve(status);
      expect(await world.run(ITEMS, {method: 'POST'})).to.equal(`${status} (retried-once)`);
      expect(world.sends).to.equal(2);
      expect(world.clock.now()).to.equal(0);
    });
  }

  virtually('401 is retried once if prepareAttempt can set a new token', async make => {
    const seen: [attempt: number, previousStatus: number][] = [];
    const world = make(
      {maxAttempts: 5},
      {
        prepareAttempt: ({attempt, previousStatus, headers}) => {
          seen.push([attempt, previousStatus]);
          headers.set('authorization', `Bearer ${previousStatus === 401 ? 'fresh' : 'stale'}`);
        },
      },
    );
    world.serve(({headers}) => (headers.get('authorization') === 'Bearer fresh' ? 200 : 401));
    expect(await world.run(ITEMS, {method: 'POST'})).to.equal('200');
    expect(world.header('authorization')).to.deep.equal(['Bearer stale', 'Bearer fresh']);
    expect(seen).to.deep.equal([
      [1, 0],
      [2, 401],
    ]);
    world.serve(401);
    expect(await world.run()).to.equal('401 (retried-once)');
    expect(world.sends).to.equal(2);
    expect(world.clock.now()).to.equal(0);
  });

  virtually('401 without prepareAttempt is final', async make => {
    const world = make();
    world.serve(401);
    expect(await world.run()).to.equal('401 (not-transient)');
  });
});
