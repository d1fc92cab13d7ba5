/** A concurrency limit that adapts, over a server that can take so many requests at a time. */
import {expect} from 'chai';
import {seededRandom} from '../../src/testing.ts';
import {answer, ITEMS, later, virtually, type World} from './world.ts';

const LATENCY_MS = 100;

/** Answers so many at a time after 100 ms, and any more with this status at once. */
function serveAtMost(world: World, capacity: number, overload = 503) {
  const seen = {inFlight: 0, most: 0, refused: 0};
  world.serve(request => {
    if (seen.inFlight >= capacity) {
      seen.refused++;
      return later(world.clock, 5, overload)(request);
    }
    seen.inFlight++;
    seen.most = Math.max(seen.most, seen.inFlight);
    return later(world.clock, LATENCY_MS, () => {
      seen.inFlight--;
      return new Response(null);
    })(request);
  });
  return seen;
}

const calls = (world: World, count: number): Promise<string[]> =>
  world.clock.run(() => Promise.all(Array.from({length: count}, () => world.end())));

const tally = (ends: readonly string[]): number => ends.filter(end => end === '200').length;

describe('adaptive concurrency', () => {
  const policy = {maxAttempts: 6, deadlineMs: 120_000, breaker: null, budget: null} as const;
  const adaptive = {kind: 'adaptive', start: 20, min: 2, max: 200} as const;

  for (const status of [429, 503, 529])
    virtually(`brings 500 calls through a server that takes 12 at a time and answers ${status} beyond`, async make => {
      const world = make({...policy, concurrency: adaptive}, {random: seededRandom(7)});
      const seen = serveAtMost(world, 12, status);
      expect(tally(await calls(world, 500))).to.equal(500);
      const [limit] = world.handle.snapshot(world.clock.now()).origins[0]!.concurrency;
      expect(limit).to.include({inFlight: 0, waiting: 0});
      expect(limit!.max).to.be.within(6, 24);
      expect(seen.refused, 'refused requests').to.be.below(250);
    });

  virtually('keeps a server that could take more busy', async make => {
    const world = make({...policy, concurrency: adaptive}, {random: seededRandom(7)});
    const seen = serveAtMost(world, 1000);
    expect(tally(await calls(world, 900))).to.equal(900);
    expect(seen.most).to.equal(200);
  });

  virtually('falls if attempts time out', async make => {
    const world = make({...policy, maxAttempts: 1, attemptTimeoutMs: 200, concurrency: adaptive});
    world.serve(later(world.clock, 20, 200));
    await calls(world, 60);
    world.serve('hang');
    await calls(world, 200);
    expect(world.handle.snapshot(world.clock.now()).origins[0]!.concurrency[0]!.max).to.be.below(20);
  });

  virtually('does not change for failures that are not about load', async make => {
    for (const status of [400, 500]) {
      const world = make({...policy, maxAttempts: 1, concurrency: {...adaptive, max: 20}});
      world.serve(answer(status));
      await calls(world, 60);
      expect(world.handle.snapshot(world.clock.now()).origins[0]!.concurrency[0]!.max, String(status)).to.equal(20);
    }
  });

  virtually('refuses attempts that do not fit into its queue', async make => {
    const world = make({...policy, maxAttempts: 1, concurrency: {...adaptive, start: 2, max: 2, queue: 3}});
    world.serveSlowly(50, 200);
    const ends = await calls(world, 8);
    expect(ends.filter(end => end === 'CONCURRENCY_LIMIT (concurrency-limit)')).to.have.length(3);
  });

  virtually('frees the place of an aborted call in the queue at once', async make => {
    const world = make({...policy, concurrency: {...adaptive, start: 1, min: 1, max: 1}});
    world.serveSlowly(1000, 200);
    const caller = new AbortController();
    const first = world.end();
    const second = world.end(ITEMS, {signal: caller.signal});
    await world.clock.advance(10);
    caller.abort();
    await world.clock.advance(0);
    expect(world.handle.snapshot(world.clock.now()).origins[0]!.concurrency[0]).to.include({inFlight: 1, waiting: 0});
    await world.clock.run(() => Promise.all([first, second]));
    expect(world.sends).to.equal(1);
  });
});
