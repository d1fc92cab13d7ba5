/** Retry budgets: never more retries than allowed, and what is not used comes back. */
import {expect} from 'chai';
import {reportOf} from '../../src/core.ts';
import type {VirtualClock} from '../../src/testing.ts';
import {AT_ONCE} from '../support/policies.ts';
import {answer, ITEMS, virtually, type World} from './world.ts';

const remaining = (world: World): number | undefined =>
  world.handle.snapshot(world.clock.now()).origins[0]?.budgets[0]?.remaining;

const dry = {kind: 'token-bucket', refillPerMinute: 0} as const;

describe('a retry budget', () => {
  virtually('limits the retries of a storm: 100 tokens pay for 7', async make => {
    const world = make({backoff: AT_ONCE, breaker: null, budget: dry});
    world.serve(503);
    const ends = await world.clock.run(() => Promise.all(Array.from({length: 200}, () => world.end())));
    expect(world.sends).to.equal(207);
    expect(ends.filter(end => end === '503 (budget-exhausted)').length).to.be.at.least(193);
    expect(remaining(world)).to.be.closeTo(0.02, 1e-9);
  });

  virtually('with a ratio of 0.1 adds at most a tenth to the load of an outage @T44', async make => {
    const world = make({backoff: AT_ONCE, breaker: null, budget: {kind: 'ratio', ratio: 0.1}});
    world.serve(503);
    for (let call = 0; call < 100; call++) await world.run();
    expect(world.sends).to.equal(110);
  });

  virtually('that is exhausted gives the last response, and the report says so', async make => {
    const world = make({backoff: AT_ONCE, budget: {...dry, capacity: 0}});
    world.serve(answer(503, {}, 'busy'));
    const response = await world.clock.run(() => world.fetch(ITEMS));
    expect(await response.text()).to.equal('busy');
    expect(reportOf(response)).to.include({result: 'budget_exhausted', refusal: 'budget-exhausted', attempts: 1});
  });

  virtually("is not used if a retry waits for the server's delay: 300 calls against 20 a second", async make => {
    const world = make({maxAttempts: 'unlimited', deadlineMs: 120_000, breaker: null, budget: dry});
    const limited = limitedTo(20, world.clock);
    const ends = await world.clock.run(() => {
      world.serve(...Array.from({length: 10_000}, () => limited));
      return Promise.all(Array.from({length: 300}, () => world.end()));
    });
    expect(ends.filter(end => end === '200')).to.have.length(300);
    expect(remaining(world)).to.equal(1);
  });

  virtually('pays for a retry after a delay of 0, because that is no time', async make => {
    const world = make({backoff: AT_ONCE, breaker: null, budget: {...dry, capacity: 5}, maxAttempts: 3});
    world.serve(answer(429, {'retry-after': '0'}));
    expect(await world.run()).to.equal('429 (budget-exhausted)');
    expect(world.sends).to.equal(2);
  });

  virtually('pays for a retry after a 429 without a delay', async make => {
    const world = make({backoff: AT_ONCE, breaker: null, budget: {...dry, capacity: 5}, maxAttempts: 3});
    world.serve(429);
    expect(await world.run()).to.equal('429 (budget-exhausted)');
    expect(world.sends).to.equal(2);
  });

  virtually('is refunded when the retry succeeds', async make => {
    const world = make({backoff: AT_ONCE, breaker: null, budget: {...dry, capacity: 14}});
    for (let call = 0; call < 20; call++) {
      world.serve(503, 200);
      expect(await world.run()).to.equal('200');
      expect(world.sends).to.equal(2);
    }
    expect(remaining(world)).to.equal(1);
  });

  virtually('gets one token from a call that succeeds at once', async make => {
    const world = make({backoff: AT_ONCE, breaker: null, maxAttempts: 2, budget: {...dry, capacity: 28}});
    world.serve(503);
    await world.run();
    await world.run();
    expect(remaining(world)).to.equal(0);
    world.serve(200);
    for (let call = 0; call < 13; call++) await world.run();
    world.serve(503);
    expect(await world.run()).to.equal('503 (budget-exhausted)');
    world.serve(200);
    await world.run();
    world.serve(503);
    expect(await world.run()).to.equal('503 (attempts-exhausted)');
  });

  virtually('is separate for each origin', async make => {
    const world = make({backoff: AT_ONCE, budget: {...dry, capacity: 14}});
    world.serve(503);
    expect(await world.run('https://a.test/')).to.equal('503 (budget-exhausted)');
    expect(world.sends).to.equal(2);
    expect(await world.run('https://b.test/')).to.equal('503 (budget-exhausted)');
    expect(world.sends).to.equal(4);
  });

  virtually('gets its tokens back when a refused admission stops the retry @T45', async make => {
    const world = make({
      backoff: {kind: 'constant', delayMs: 1000, jitter: 'none'},
      budget: dry,
      breaker: {kind: 'consecutive', failures: 2},
    });
    world.serve(answer(503, {}, 'the last answer'), 503);
    const waiting = world.fetch(ITEMS);
    await world.clock.advance(500);
    expect(remaining(world)).to.be.closeTo(0.86, 1e-9);
    expect(await world.end(ITEMS, {method: 'POST'})).to.equal('503 (may-have-acted)');
    const response = await world.clock.run(() => waiting);
    expect(world.sends).to.equal(2);
    expect(reportOf(response)).to.include({refusal: 'breaker-open', result: 'circuit_open', attempts: 1});
    expect(await response.text()).to.equal('the last answer');
    expect(remaining(world)).to.equal(1);
  });
});

/** A server that admits so many requests in each second of its clock, and names the next one to the others. */
function limitedTo(perSecond: number, clock: VirtualClock): () => Response {
  let second = -1;
  let admitted = 0;
  return () => {
    const now = Math.floor(clock.now() / 1000);
    if (now !== second) admitted = 0;
    second = now;
    return ++admitted <= perSecond ? new Response() : new Response(null, {status: 429, headers: {'retry-after': '1'}});
  };
}
