/** Pitfalls of order, on virtual time. Their numbers are those of docs/conformance.md. */
import {expect} from 'chai';
import {ITEMS, later, virtually} from '../call/world.ts';
import {AT_ONCE} from '../support/policies.ts';

const hedge = {delayMs: 100, maxLoadRatio: 1} as const;

describe('pitfalls: order', () => {
  virtually('a breaker is open from the moment it opened, not from when it was made @T32', async make => {
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

  virtually('the timer of a hedge is gone when the first attempt wins, and the end is told once @T39', async make => {
    const world = make({hedge});
    world.serveSlowly(50, 200);
    expect(await world.run()).to.equal('200');
    expect(world.clock.pending).to.equal(0);
    await world.clock.advance(1000);
    expect(world.sends).to.equal(1);
    expect(world.typesOf('call.end')).to.have.length(1);
  });

  for (let abortAt = 0; abortAt <= 260; abortAt += 20) {
    virtually(`an abort at ${abortAt} ms, around the hedge and the answers, ends the call once @T42`, async make => {
      const world = make({hedge, backoff: AT_ONCE});
      world.serve(later(world.clock, 140, 503), later(world.clock, 100, 200), 200);
      const controller = new AbortController();
      const end = world.end(ITEMS, {signal: controller.signal});
      await world.clock.advance(abortAt);
      controller.abort(new Error('gone'));
      await world.clock.run(() => end);
      expect(world.typesOf('call.end')).to.have.length(1);
    });
  }

  virtually('a deadline does not become a hot loop at its end @T51', async make => {
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

  virtually('clients within each other multiply, and the budget of the outer one bounds it @T47', async make => {
    const inner = make({budget: null, breaker: null, backoff: AT_ONCE});
    inner.serve(503);
    const outer = make({breaker: null, backoff: AT_ONCE}, {clock: inner.clock, fetch: (...of) => inner.fetch(...of)});
    for (let call = 0; call < 50; call++) await inner.clock.run(() => outer.end());
    // Three times three without a budget; with it, the outer one retries no more than its 100 tokens buy.
    expect(inner.sends).to.be.at.most((50 + 7) * 3);
  });
});
