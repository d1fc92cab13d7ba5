/** The circuit breaker, as a call meets it. */
import {expect} from 'chai';
import {type PolicyInput, type Ports, RejectedError} from '../../src/core.ts';
import {AT_ONCE} from '../support/policies.ts';
import {answer, ITEMS, later, thrown, virtually, type World} from './world.ts';

const atFirst = {kind: 'consecutive', failures: 1, openMs: 1000, maxOpenMs: 8000, probes: 1} as const;

const breakerOf = (world: World) => world.handle.snapshot(world.clock.now()).origins[0]?.breakers[0];

describe('a circuit breaker', () => {
  virtually('that is open refuses a first attempt with an error of its own', async make => {
    const world = make({maxAttempts: 1, breaker: atFirst});
    world.serve(503);
    await world.run();
    await world.clock.advance(400);
    const error = await thrown(world.fetch(ITEMS));
    expect(error).to.be.instanceOf(RejectedError);
    expect(error).to.include({code: 'CIRCUIT_OPEN', guarded: 'https://api.test', retryAfterMs: 600});
    expect((error as {resilience: object}).resilience).to.include({result: 'circuit_open', attempts: 0});
    expect(world.sends).to.equal(1);
    expect(world.events.find(({type}) => type === 'call.rejected')).to.include({
      code: 'CIRCUIT_OPEN',
      retryAfterMs: 600,
    });
  });

  virtually('opens after consecutive 503 responses @T26b', async make => {
    const breaker = {kind: 'ratio', failureRatio: 0.5, windowMs: 30_000, minCalls: 10, openMs: 1000} as const;
    const world = make({maxAttempts: 1, breaker});
    world.serve(503);
    for (let call = 1; call <= 10; call++) expect(await world.run()).to.contain('503');
    expect(await world.run()).to.contain('CIRCUIT_OPEN');
    expect(world.sends).to.equal(10);
  });

  virtually('that opens during a call gives the call its last response', async make => {
    const world = make({backoff: AT_ONCE, breaker: {...atFirst, failures: 2}});
    world.serve(503, answer(502, {}, 'the last one'), 200);
    const response = await world.clock.run(() => world.fetch(ITEMS));
    expect(response.status).to.equal(502);
    expect(await response.text()).to.equal('the last one');
    expect(world.sends).to.equal(2);
    expect(world.clock.now()).to.equal(0);
  });

  virtually('makes a retry wait while it is half-open', async make => {
    const world = make({backoff: {kind: 'constant', delayMs: 1000, jitter: 'none'}, breaker: atFirst});
    world.serve(503, 200);
    expect(await world.run()).to.equal('200');
    expect(world.arrivals).to.deep.equal([0, 1000]);
    expect(breakerOf(world)?.state).to.equal('closed');
  });

  virtually('closes when its probes succeed, and opens for twice as long when one fails', async make => {
    const world = make({maxAttempts: 1, breaker: atFirst});
    world.serve(503);
    for (const [at, openMs] of [
      [0, 1000],
      [1000, 2000],
      [3000, 4000],
      [7000, 8000],
      [15_000, 8000],
    ] as const) {
      await world.clock.advance(at - world.clock.now());
      await world.run();
      expect(breakerOf(world), `at ${at}`).to.deep.equal({
        route: undefined,
        state: 'open',
        retryAfterMs: openMs,
        waiting: 0,
      });
    }
    await world.clock.advance(8000);
    expect(breakerOf(world)?.state).to.equal('half-open');
    world.serve(200);
    await world.run();
    expect(breakerOf(world)?.state).to.equal('closed');
    const changes = world.events.filter(event => event.type === 'breaker.changed').map(({from, to}) => `${from} ${to}`);
    expect(changes.slice(-3)).to.deep.equal(['half-open open', 'open half-open', 'half-open closed']);
    world.serve(503);
    await world.run();
    expect(breakerOf(world)?.retryAfterMs, 'starts over').to.equal(1000);
  });

  for (const [random, openMs] of [
    [0, 900],
    [0.5, 1000],
    [0.999, 1099.8],
  ] as const) {
    virtually(`spreads its open time by ten per cent: ${openMs} ms at random = ${random}`, async make => {
      const world = make({maxAttempts: 1, breaker: atFirst}, {random: () => random});
      world.serve(503);
      await world.run();
      expect(breakerOf(world)?.retryAfterMs).to.be.closeTo(openMs, 0.001);
    });
  }

  virtually('is not closed by the success of an attempt from before it opened @T23', async make => {
    const world = make({maxAttempts: 1, breaker: atFirst});
    world.serve(later(world.clock, 1500, 200), 503);
    const slow = world.end();
    await world.clock.advance(100);
    await world.end();
    await world.clock.advance(1000); // half-open from 1100
    expect(breakerOf(world)?.state).to.equal('half-open');
    expect(await world.clock.run(() => slow)).to.equal('200');
    expect(breakerOf(world)?.state).to.equal('half-open');
  });

  virtually('is not opened by the failure of an attempt from before it closed @T23b', async make => {
    const world = make({maxAttempts: 1, breaker: atFirst});
    world.serve(later(world.clock, 3000, 503), 503, 200);
    const slow = world.end();
    await world.clock.advance(100);
    await world.end();
    await world.clock.advance(1000);
    expect(await world.end()).to.equal('200');
    expect(breakerOf(world)?.state).to.equal('closed');
    expect(await world.clock.run(() => slow)).to.equal('503 (attempts-exhausted)');
    expect(breakerOf(world)?.state).to.equal('closed');
  });

  virtually('admits exactly `probes` attempts of any number of calls @T24', async make => {
    const world = make({maxAttempts: 1, breaker: {...atFirst, probes: 3}});
    world.serve(503);
    await world.run();
    await world.clock.advance(1000);
    world.serveSlowly(100, 200);
    const ends = await world.clock.run(() => Promise.all(Array.from({length: 20}, () => world.end())));
    expect(world.sends).to.equal(3);
    expect(ends.filter(end => end === '200')).to.have.length(3);
    expect(ends.filter(end => end === 'CIRCUIT_OPEN (breaker-open)')).to.have.length(17);
    expect(breakerOf(world)?.state).to.equal('closed');
  });

  const probe = async (
    make: (policy?: PolicyInput, ports?: Ports) => World,
    ports: Ports,
    run: (world: World) => Promise<void>,
  ) => {
    const world = make({maxAttempts: 1, breaker: atFirst, attemptTimeoutMs: 5000}, ports);
    world.serve(503);
    await world.run();
    await world.clock.advance(1000);
    await run(world);
    expect(breakerOf(world)?.state).to.equal('half-open');
    world.serve(200);
    expect(await world.run()).to.equal('200');
    expect(breakerOf(world)?.state).to.equal('closed');
  };

  virtually('frees the place of a probe that the caller aborts @T25', make =>
    probe(make, {}, async world => {
      world.serve('hang');
      const controller = new AbortController();
      const end = thrown(world.fetch(ITEMS, {signal: controller.signal}));
      await world.clock.advance(10);
      expect(await world.end()).to.equal('CIRCUIT_OPEN (breaker-open)');
      controller.abort(new Error('gone'));
      await end;
    }),
  );

  virtually('frees the place of a probe that is throttled @T25', make =>
    probe(make, {}, async world => {
      world.serve(429);
      await world.run();
    }),
  );

  let mistake = false;
  virtually('frees the place of a probe whose prepareAttempt throws @T25', make =>
    probe(
      make,
      {
        prepareAttempt: () => {
          if (mistake) throw new Error('a mistake');
        },
      },
      async world => {
        mistake = true;
        expect(await world.run()).to.equal('Error: a mistake (not-transient)');
        mistake = false;
      },
    ),
  );

  virtually('frees the place of a probe without a timeout that hangs, after the open time @T25b', async make => {
    const world = make({maxAttempts: 1, breaker: atFirst, attemptTimeoutMs: null, deadlineMs: null});
    world.serve(503);
    await world.run();
    await world.clock.advance(1000);
    world.serve('hang');
    const controller = new AbortController();
    const hung = world.end(ITEMS, {signal: controller.signal});
    await world.clock.advance(999);
    expect(await world.end()).to.equal('CIRCUIT_OPEN (breaker-open)');
    await world.clock.advance(1);
    world.serve(200);
    expect(await world.end()).to.equal('200');
    expect(breakerOf(world)?.state).to.equal('closed');
    controller.abort(new Error('gone'));
    await hung;
  });

  virtually('by default stays open as long after many failed probes as after the first @T26c', async make => {
    const world = make({maxAttempts: 1, breaker: {kind: 'consecutive', failures: 1, probes: 1}});
    world.serve(503);
    for (let probe = 0; probe < 40; probe++) {
      await world.run();
      expect(breakerOf(world)).to.include({state: 'open', retryAfterMs: 5000});
      await world.clock.advance(5000);
    }
  });

  virtually('closes within one open time after an outage in which requests hung', async make => {
    const world = make({maxAttempts: 1, breaker: {kind: 'consecutive', failures: 1, openMs: 15_000, probes: 1}});
    world.serve('hang');
    await world.run();
    expect(world.clock.now()).to.equal(8000);
    await world.clock.advance(15_000);
    await world.run();
    // The probe was sent at 23 s and hung for 8 s; the server is back right after it was sent.
    expect(world.clock.now()).to.equal(31_000);
    expect(breakerOf(world)?.retryAfterMs).to.equal(7000);
  });

  virtually('is not opened by failures that overtake slower successes @T30c', async make => {
    const world = make({maxAttempts: 1});
    const script = Array.from({length: 400}, (_, index) => {
      const fails = index % 4 === 0;
      return later(world.clock, fails ? 20 : 180, fails ? 503 : 200);
    });
    world.serve(...script);
    const ends = await world.clock.run(() => Promise.all(script.map(() => world.end())));
    expect(ends.filter(end => end === '200')).to.have.length(300);
    expect(breakerOf(world)?.state).to.equal('closed');
  });

  virtually('that many calls open at the same time becomes half-open later @T26', async make => {
    const world = make({maxAttempts: 1, breaker: {...atFirst, failures: 2}});
    world.serveSlowly(100, 503);
    await world.clock.run(() => Promise.all(Array.from({length: 10}, () => world.end())));
    expect(breakerOf(world)?.state).to.equal('open');
    await world.clock.advance(1000);
    expect(breakerOf(world)?.state).to.equal('half-open');
    world.serve(200);
    expect(await world.run()).to.equal('200');
  });

  virtually('is not opened by one failure of one call @T27', async make => {
    const world = make({maxAttempts: 1});
    world.serve(503);
    await world.run();
    expect(breakerOf(world)?.state).to.equal('closed');
  });

  virtually('forgets attempts that are an hour old @T28', async make => {
    const world = make({maxAttempts: 1, breaker: {kind: 'ratio', minCalls: 10}});
    world.serve(503);
    for (let call = 0; call < 9; call++) await world.run();
    await world.clock.advance(3_600_000);
    await world.run();
    expect(breakerOf(world)?.state).to.equal('closed');
  });

  virtually('is not affected by a jump of the wall clock @T29', async make => {
    const world = make({maxAttempts: 1, breaker: atFirst});
    world.serve(503);
    await world.run();
    world.clock.setWall(0);
    await world.clock.advance(999);
    expect(breakerOf(world)?.state).to.equal('open');
    world.clock.setWall(Date.UTC(2100, 0, 1));
    expect(breakerOf(world)?.state).to.equal('open');
    await world.clock.advance(1);
    expect(breakerOf(world)?.state).to.equal('half-open');
  });

  virtually('does not count 429s, 4xx, aborts, or attempts that a concurrency limit refused @T30 @T30b', async make => {
    const world = make({maxAttempts: 1, breaker: atFirst, concurrency: {max: 1}});
    for (const status of [429, 404, 400, 501]) {
      world.serve(status);
      await world.run();
    }
    world.serve('hang');
    const controller = new AbortController();
    const hanging = world.end(ITEMS, {signal: controller.signal});
    expect(await world.end()).to.equal('CONCURRENCY_LIMIT (concurrency-limit)');
    controller.abort(new Error('gone'));
    await hanging;
    expect(breakerOf(world)?.state).to.equal('closed');
    world.serve(503);
    await world.run();
    expect(breakerOf(world)?.state).to.equal('open');
  });

  virtually('does not count attempts that it refused itself @T31', async make => {
    const world = make({maxAttempts: 1, breaker: {kind: 'ratio', minCalls: 4, openMs: 1000, probes: 1}});
    world.serve(503);
    for (let call = 0; call < 50; call++) await world.run();
    expect(world.sends).to.equal(4);
    await world.clock.advance(1000);
    world.serve(200, 503);
    await world.run(); // closes
    for (let call = 0; call < 3; call++) await world.run();
    expect(breakerOf(world)?.state).to.equal('closed');
    await world.run();
    expect(breakerOf(world)?.state).to.equal('open');
  });

  virtually('counts attempt timeouts and network failures', async make => {
    for (const script of ['hang', new TypeError('Failed to fetch')] as const) {
      const world = make({maxAttempts: 1, attemptTimeoutMs: 100, breaker: atFirst});
      world.serve(script);
      await world.run();
      expect(breakerOf(world)?.state).to.equal('open');
    }
  });

  virtually('is kept while it is open, even if many other origins are called @T34', async make => {
    const world = make({maxAttempts: 1, breaker: {...atFirst, openMs: 60_000, maxOpenMs: 60_000}});
    world.serve(503);
    await world.run();
    const calm = new Response(null);
    world.serve(() => calm.clone());
    for (let host = 0; host < 1100; host++) await world.fetch(`https://h${host}.test/`);
    expect(world.handle.snapshot(world.clock.now()).origins).to.have.length(1000);
    expect(await world.end()).to.equal('CIRCUIT_OPEN (breaker-open)');
  });

  virtually('counts its open time from when it opened, not from when it was created @T32', async make => {
    const world = make({maxAttempts: 1, breaker: {kind: 'consecutive', failures: 1, openMs: 1000, probes: 1}});
    world.serve(200, 503, 200);
    await world.run();
    await world.clock.advance(50_000);
    await world.run();
    await world.clock.advance(800);
    expect(await world.run()).to.contain('CIRCUIT_OPEN');
    await world.clock.advance(400);
    expect(await world.run()).to.equal('200');
  });
});
