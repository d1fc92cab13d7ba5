/** Hedging: a slow attempt gets a second one beside it; the first good answer counts, and the other one goes. */
import {expect} from 'chai';
import {type AttemptEndEvent, type Random, reportOf, seededRandom} from '../../src/core.ts';
import {AT_ONCE} from '../support/policies.ts';
import {answer, ITEMS, later, thrown, virtually, type World} from './world.ts';

const hedge = {delayMs: 100, maxLoadRatio: 1} as const;
const backoff = {kind: 'constant', delayMs: 1000, throttledBaseMs: 0, jitter: 'none'} as const;

const attemptEnds = (world: World): string[] =>
  world.events
    .filter((event): event is AttemptEndEvent => event.type === 'attempt.end')
    .map(({attempt, kind, outcome, status}) => `${attempt} ${kind} ${outcome === 'response' ? status : outcome}`);

const AFTER_100_MS = {delayMs: 100, maxLoadRatio: 1} as const;

describe('a hedge', () => {
  virtually('is sent beside a slow attempt, and wins; the slow one is aborted', async make => {
    const world = make({hedge});
    world.serve('hang', later(world.clock, 50, 200));
    const response = await world.clock.run(() => world.fetch(ITEMS));
    expect(response.status).to.equal(200);
    expect(world.arrivals).to.deep.equal([0, 100]);
    expect(world.clock.now()).to.equal(150);
    expect(world.server.requests.map(({signal}) => signal.aborted)).to.deep.equal([true, false]);
    expect(attemptEnds(world).toSorted()).to.deep.equal(['1 initial superseded', '2 hedge 200']);
    expect(reportOf(response)).to.include({result: 'success', attempts: 2, hedges: 1, waitedMs: 0});
    expect(world.events.find(({type}) => type === 'hedge.started')).to.include({attempt: 2, delayMs: 100});
  });

  virtually('loses to the first attempt if that one is answered earlier', async make => {
    const world = make({hedge});
    world.serve(later(world.clock, 120, 200), 'hang');
    expect(await world.run()).to.equal('200');
    expect(world.clock.now()).to.equal(120);
    expect(world.server.requests.map(({signal}) => signal.aborted)).to.deep.equal([false, true]);
    expect(attemptEnds(world).toSorted()).to.deep.equal(['1 initial 200', '2 hedge superseded']);
  });

  virtually('is not sent after the attempt has failed: the call waits for its backoff @T43', async make => {
    const world = make({hedge, backoff});
    world.serve(later(world.clock, 50, 503), 200);
    expect(await world.run()).to.equal('200');
    expect(world.arrivals).to.deep.equal([0, 1050]);
    expect(world.typesOf('hedge.started')).to.be.empty;
  });

  virtually('that fails leaves the first attempt time to answer', async make => {
    const world = make({hedge, backoff});
    world.serve(later(world.clock, 1000, 200), 503);
    expect(await world.run()).to.equal('200');
    expect(world.arrivals).to.deep.equal([0, 100]);
    expect(world.clock.now()).to.equal(1000);
  });

  for (const status of [400, 404, 412, 501])
    virtually(`that is answered ${status} leaves the first attempt time to answer, too`, async make => {
      const world = make({hedge, backoff});
      world.serve(later(world.clock, 1000, 200), status);
      expect(await world.run()).to.equal('200');
      expect(world.arrivals).to.deep.equal([0, 100]);
      expect(world.clock.now()).to.equal(1000);
      expect(attemptEnds(world).toSorted()).to.deep.equal(['1 initial 200', `2 hedge ${status}`]);
    });

  virtually('ends the call with its 404 where the first attempt has failed', async make => {
    const world = make({hedge, backoff});
    world.serve(later(world.clock, 150, 503), later(world.clock, 100, 404));
    expect(await world.run()).to.match(/^404/);
    expect(world.clock.now()).to.equal(200);
  });

  virtually('does not keep the 404 of the first attempt from the caller', async make => {
    const world = make({hedge, backoff});
    world.serve(later(world.clock, 150, 404), later(world.clock, 1000, 200));
    expect(await world.run()).to.match(/^404/);
    expect(world.clock.now()).to.equal(150);
  });

  virtually('that fails like the first attempt ends the call once, with the last failure @T40', async make => {
    const world = make({hedge, backoff, maxAttempts: 2});
    world.serve(later(world.clock, 300, 502), later(world.clock, 300, 503));
    expect(await world.run()).to.equal('503 (attempts-exhausted)');
    expect(world.arrivals).to.deep.equal([0, 100]);
    expect(world.clock.now()).to.equal(400);
    expect(attemptEnds(world)).to.deep.equal(['1 initial 502', '2 hedge 503']);
    expect(world.typesOf('call.end')).to.have.length(1);
    expect(world.typesOf('retry.scheduled')).to.be.empty;
  });

  virtually('counts as an attempt: maxAttempts limits all of them together', async make => {
    const world = make({hedge, backoff, maxAttempts: 3, attemptTimeoutMs: 500});
    world.serve('hang');
    await world.run();
    // Both of the first pair have timed out at 600; one more is allowed.
    expect(world.arrivals).to.deep.equal([0, 100, 1600]);
    const alone = make({hedge, maxAttempts: 1});
    alone.serveSlowly(1000, 200);
    await alone.run();
    expect(alone.arrivals).to.deep.equal([0]);
  });

  virtually('does not count as a retry: the first wait after it is the first of the backoff', async make => {
    const world = make({hedge, backoff: {baseMs: 1000, jitter: 'none'}});
    world.serve(later(world.clock, 200, 503), later(world.clock, 100, 503), 200);
    expect(await world.run()).to.equal('200');
    expect(world.arrivals).to.deep.equal([0, 100, 1200]);
  });

  virtually('is also sent beside a slow retry', async make => {
    const world = make({hedge, backoff});
    world.serve(503, 'hang', 200);
    expect(await world.run()).to.equal('200');
    expect(world.arrivals).to.deep.equal([0, 1000, 1100]);
  });

  for (const [what, init, sends] of [
    ['an unkeyed POST', {method: 'POST'}, 1],
    ['a keyed POST', {method: 'POST', headers: {'idempotency-key': 'mine'}}, 2],
    ['a PUT whose body is a string', {method: 'PUT', body: 'text'}, 2],
    [
      'a PUT whose body is a stream',
      {method: 'PUT', body: new Blob(['text']).stream(), duplex: 'half'} as RequestInit,
      1,
    ],
    ['a call whose options switch it off', {resilience: {hedge: null}}, 1],
  ] as const) {
    virtually(`is ${sends === 1 ? 'not ' : ''}sent for ${what}`, async make => {
      const world = make({hedge});
      world.serveSlowly(500, 200);
      expect(await world.run(ITEMS, init)).to.equal('200');
      expect(world.sends).to.equal(sends);
    });
  }

  virtually('has its own attempt id, and the ids of the call', async make => {
    const world = make({hedge, correlation: {requestIdHeader: 'x-request-id'}});
    world.serveSlowly(500, 200);
    await world.run();
    expect(world.header('x-correlation-id')).to.deep.equal(['call-1', 'call-1']);
    expect(world.header('x-request-id')).to.deep.equal(['request-1', 'request-2']);
  });

  virtually('that the budget refuses does not change the call @T41', async make => {
    const world = make({hedge, budget: {capacity: 13}});
    world.serveSlowly(1000, 200);
    expect(await world.run()).to.equal('200');
    expect(world.sends).to.equal(1);
    expect(world.events.map(({type}) => type)).to.deep.equal(['attempt.end', 'call.end']);
  });

  virtually('costs as many tokens as a retry, which are refunded if the call succeeds', async make => {
    const world = make({hedge, budget: {refillPerMinute: 0}});
    world.serveSlowly(1000, 200);
    const end = world.end();
    await world.clock.advance(200);
    expect(world.handle.snapshot(world.clock.now()).origins[0]?.budgets).to.deep.equal([{remaining: 0.86}]);
    expect(await world.clock.run(() => end)).to.equal('200');
    expect(world.handle.snapshot(world.clock.now()).origins[0]?.budgets).to.deep.equal([{remaining: 1}]);
  });

  virtually('costs its tokens for good if the call fails', async make => {
    const world = make({hedge, maxAttempts: 2, budget: {refillPerMinute: 0}});
    world.serveSlowly(1000, 503);
    expect(await world.run()).to.equal('503 (attempts-exhausted)');
    expect(world.sends).to.equal(2);
    expect(world.handle.snapshot(world.clock.now()).origins[0]?.budgets).to.deep.equal([{remaining: 0.86}]);
  });

  virtually('is sent for at most maxLoadRatio of the calls: one in twenty', async make => {
    const world = make({hedge: {delayMs: 100}});
    world.serveSlowly(1000, 200);
    await world.clock.run(() => Promise.all(Array.from({length: 40}, () => world.end())));
    expect(world.sends).to.equal(42);
  });

  virtually('does not wait in the queue of a concurrency limit', async make => {
    const world = make({hedge, concurrency: {max: 1, queue: 5}});
    world.serveSlowly(1000, 200);
    expect(await world.run()).to.equal('200');
    expect(world.sends).to.equal(1);
    const [origin] = world.handle.snapshot(world.clock.now()).origins;
    expect(origin?.concurrency).to.deep.equal([{max: 1, inFlight: 0, waiting: 0}]);
    expect(origin?.budgets).to.deep.equal([{remaining: 1}]);
  });

  virtually('is not sent while its origin asks for a pause', async make => {
    const world = make({hedge, retryAfter: {scope: 'origin'}, deadlineMs: 1000});
    world.serve(later(world.clock, 500, 200), answer(503, {'retry-after': '20'}));
    const other = world.clock.sleep(50).then(() => world.end());
    expect(await world.clock.run(() => Promise.all([world.end(), other]))).to.deep.equal(['200', '503 (deadline)']);
    expect(world.arrivals).to.deep.equal([0, 50]);
  });

  virtually('is aborted together with the first attempt if the caller aborts', async make => {
    const world = make({hedge});
    world.serve('hang');
    const controller = new AbortController();
    const end = thrown(world.fetch(ITEMS, {signal: controller.signal}));
    await world.clock.advance(200);
    expect(world.sends).to.equal(2);
    const reason = new Error('gone');
    controller.abort(reason);
    expect(await end).to.equal(reason);
    expect(world.server.requests.map(({signal}) => signal.aborted)).to.deep.equal([true, true]);
    expect(world.typesOf('call.end')).to.have.length(1);
  });

  virtually('is not sent if less than 50 ms of the deadline are left', async make => {
    const world = make({hedge, deadlineMs: 149});
    world.serve('hang');
    await world.run();
    expect(world.arrivals).to.deep.equal([0]);
  });

  virtually('is not sent after disableRetries', async make => {
    const world = make({hedge});
    world.serveSlowly(1000, 200);
    const end = world.end();
    world.handle.disableRetries();
    await world.clock.run(() => end);
    expect(world.sends).to.equal(1);
  });

  virtually('that wins keeps its whole body @T38', async make => {
    const whole = new Uint8Array(512 * 1024).map((_, index) => index % 251);
    const world = make({hedge});
    world.serve('hang', ({signal}) => {
      let at = 0;
      const pull = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
        if (signal.aborted) controller.error(signal.reason);
        else if (at >= whole.length) controller.close();
        else controller.enqueue(whole.slice(at, at + 16_384));
        at += 16_384;
      };
      return new Response(new ReadableStream({pull}, {highWaterMark: 0}));
    });
    const response = await world.clock.run(() => world.fetch(ITEMS));
    expect(world.server.requests[0]?.signal.aborted).to.equal(true);
    const body = new Uint8Array(await world.clock.run(() => response.arrayBuffer()));
    expect(body.length).to.equal(whole.length);
    expect(Buffer.compare(body, whole)).to.equal(0);
  });

  virtually('that is not needed leaves no timer, and the call ends once @T39', async make => {
    const world = make({hedge: AFTER_100_MS});
    world.serveSlowly(50, 200);
    expect(await world.run()).to.equal('200');
    expect(world.clock.pending).to.equal(0);
    await world.clock.advance(1000);
    expect(world.sends).to.equal(1);
    expect(world.typesOf('call.end')).to.have.length(1);
  });

  for (let abortAt = 0; abortAt <= 260; abortAt += 20) {
    virtually(`and an abort at ${abortAt} ms end the call once @T42`, async make => {
      const world = make({hedge: AFTER_100_MS, backoff: AT_ONCE});
      world.serve(later(world.clock, 140, 503), later(world.clock, 100, 200), 200);
      const controller = new AbortController();
      const end = world.end(ITEMS, {signal: controller.signal});
      await world.clock.advance(abortAt);
      controller.abort(new Error('gone'));
      await world.clock.run(() => end);
      expect(world.typesOf('call.end')).to.have.length(1);
    });
  }
});

describe('a hedge of a request whose body is still being read', () => {
  const slowly = (world: World, ms: number): Request => {
    const body = new ReadableStream({
      async start(controller) {
        controller.enqueue(new TextEncoder().encode('work'));
        await world.clock.sleep(ms);
        controller.close();
      },
    });
    return new Request(ITEMS, {method: 'PUT', body, duplex: 'half'} as RequestInit);
  };
  const HEDGED = {hedge: {delayMs: 10, maxLoadRatio: 1}, backoff: AT_ONCE};

  for (const [what, answeredAfterMs, sends] of [
    ['waits for the whole body', 100, 2],
    ['is not sent if the response comes first', 30, 1],
  ] as const)
    virtually(what, async make => {
      const bodies: string[] = [];
      const world = make(HEDGED, {
        fetch: async input => {
          bodies.push(input instanceof Request ? input.method : String(input));
          await world.clock.sleep(answeredAfterMs);
          return new Response();
        },
      });
      const response = await world.clock.run(() => world.fetch(slowly(world, 50)));
      expect(response.status).to.equal(200);
      await world.clock.advance(1000);
      expect(bodies).to.have.length(sends);
    });
});

describe('a hedge after a quantile', () => {
  const CALLS = 1000;
  /** Of 100 remembered latencies, one more or less is noise. */
  const TOLERANCE = 0.02;

  const latencies: [law: string, ms: (random: Random) => number][] = [
    ['one latency', () => 100],
    ['one latency that is no whole number', () => 100 / 3],
    ['two latencies, the slow one in 3 % of attempts', random => (random() < 0.97 ? 100 : 1000)],
    ['two latencies, the slow one in 20 % of attempts', random => (random() < 0.8 ? 100 : 1000)],
    ['four latencies', random => [50, 100, 150, 200][Math.floor(random() * 4)]!],
    ['whole milliseconds', random => Math.round(5 + 5 * random())],
    ['exponential latencies', random => -100 * Math.log(1 - random())],
    ['Pareto latencies', random => 10 * (1 - random()) ** (-1 / 1.5)],
  ];
  for (const [law, latencyMs] of latencies)
    for (const quantile of [0.9, 0.95, 0.99])
      virtually(`of ${quantile} is sent in at most ${100 - 100 * quantile} % of calls: ${law}`, async make => {
        const random = seededRandom(7);
        const world: World = make(
          {hedge: {quantile, maxLoadRatio: 1}, budget: null, breaker: null, attemptTimeoutMs: null},
          {
            fetch: async (_input, init) => {
              await world.clock.sleep(latencyMs(random), init?.signal);
              return new Response();
            },
          },
        );
        await world.clock.run(async () => {
          for (let call = 0; call < CALLS; call++) await world.fetch(ITEMS);
        });
        const hedges = world.typesOf('hedge.started').length;
        expect(hedges / CALLS).to.be.at.most(1 - quantile + TOLERANCE);
      });

  virtually('is sent for the slow attempts, if they are fewer than the quantile leaves', async make => {
    const world = make({hedge: {quantile: 0.95, maxLoadRatio: 1}, budget: null, breaker: null});
    world.serveSlowly(100, 200);
    for (let call = 0; call < 100; call++) await world.run();
    for (let call = 0; call < 5; call++) {
      const before = world.clock.now();
      world.serve(later(world.clock, 1000, 200), later(world.clock, 100, 200));
      await world.run();
      expect(world.clock.now() - before).to.equal(201);
    }
  });
});
