/** The concurrency limit and its line. */
import {expect} from 'chai';
import {createFetch, reportOf} from '../../src/core.ts';
import {answer, ITEMS, later, thrown, virtually, type World} from './world.ts';

const limitOf = (world: World) => world.handle.snapshot(world.clock.now()).origins[0]?.concurrency[0];
const paths = (world: World): string[] => world.server.requests.map(({url}) => new URL(url).pathname);

describe('a concurrency limit', () => {
  virtually('admits waiting calls in the order of arrival', async make => {
    const world = make({concurrency: {max: 2, queue: 4}});
    world.serveSlowly(100, 200);
    const calls = [1, 2, 3, 4, 5, 6].map(name => world.end(`https://api.test/${name}`));
    await world.clock.advance(0);
    expect(limitOf(world)).to.deep.equal({max: 2, inFlight: 2, waiting: 4});
    expect(await world.clock.run(() => Promise.all(calls))).to.deep.equal(Array(6).fill('200'));
    expect(paths(world)).to.deep.equal(['/1', '/2', '/3', '/4', '/5', '/6']);
    expect(world.arrivals).to.deep.equal([0, 0, 100, 100, 200, 200]);
    expect(limitOf(world)).to.deep.equal({max: 2, inFlight: 0, waiting: 0});
  });

  virtually('removes an aborted call from the queue at once, and gives its place to another @T35', async make => {
    const world = make({concurrency: {max: 1, queue: 1}});
    world.serveSlowly(1000, 200);
    const first = world.end('https://api.test/1');
    const controller = new AbortController();
    const second = thrown(world.fetch('https://api.test/2', {signal: controller.signal}));
    await world.clock.advance(100);
    expect(await world.end('https://api.test/3')).to.equal('CONCURRENCY_LIMIT (concurrency-limit)');
    const reason = new Error('gone');
    controller.abort(reason);
    expect(await second).to.equal(reason);
    expect(world.clock.now()).to.equal(100);
    const fourth = world.end('https://api.test/4');
    expect(await world.clock.run(() => Promise.all([first, fourth]))).to.deep.equal(['200', '200']);
    expect(paths(world)).to.deep.equal(['/1', '/4']);
  });

  virtually('keeps no call in the queue when less than 50 ms of its deadline are left', async make => {
    const world = make({deadlineMs: 1000, attemptTimeoutMs: null, concurrency: {max: 1, queue: 1}});
    world.serve('hang');
    const first = world.end(ITEMS, {resilience: {deadlineMs: 5000}});
    const second = world.end();
    await world.clock.advance(949);
    expect(limitOf(world)?.waiting).to.equal(1);
    await world.clock.advance(1);
    expect(await second).to.match(/^DEADLINE_EXCEEDED/);
    expect(limitOf(world)?.waiting).to.equal(0);
    expect(await world.clock.run(() => first)).to.match(/^DEADLINE_EXCEEDED/);
    expect(world.sends).to.equal(1);
  });

  virtually('admits no call before those in the queue @T36', async make => {
    const world = make({concurrency: {max: 1, queue: 2}});
    world.serveSlowly(100, 200);
    const newcomers: Promise<string>[] = [];
    const first = world.end('https://api.test/1').then(() => newcomers.push(world.end('https://api.test/3')));
    const second = world.end('https://api.test/2');
    await world.clock.run(() => Promise.all([first, second]));
    await world.clock.run(() => Promise.all(newcomers));
    expect(paths(world)).to.deep.equal(['/1', '/2', '/3']);
    expect(world.arrivals).to.deep.equal([0, 100, 200]);
  });

  virtually('frees a place exactly once if a fetch ends after its timeout @T37', async make => {
    let inFlight = 0;
    let most = 0;
    const world = make(
      {maxAttempts: 1, attemptTimeoutMs: 100, breaker: null, concurrency: {max: 1, queue: 10}},
      {
        // Deaf to its signal.
        fetch: async () => {
          most = Math.max(most, ++inFlight);
          await world.clock.sleep(150);
          inFlight--;
          return new Response(null);
        },
      },
    );
    const ends = await world.clock.run(() => Promise.all([world.end(), world.end(), world.end()]));
    expect(ends).to.deep.equal(Array(3).fill('ATTEMPT_TIMEOUT (attempts-exhausted)'));
    await world.clock.advance(1000);
    expect(limitOf(world)).to.deep.equal({max: 1, inFlight: 0, waiting: 0});
    expect(most, 'the abandoned one and its successor').to.equal(2);
  });

  virtually('gives no place to a call that waits for its retry', async make => {
    const world = make({concurrency: {max: 1}, backoff: {kind: 'constant', delayMs: 1000, jitter: 'none'}});
    world.serve(503, 200);
    const first = world.end();
    await world.clock.advance(500);
    expect(limitOf(world)?.inFlight).to.equal(0);
    expect(await world.end()).to.equal('200');
    expect(await world.clock.run(() => first)).to.equal('200');
  });

  virtually('that is full ends a call with its last response, and its retry token is refunded', async make => {
    const world = make({
      concurrency: {max: 1},
      budget: {refillPerMinute: 0},
      backoff: {kind: 'constant', delayMs: 100, jitter: 'none'},
    });
    world.serve(answer(503, {}, 'the last answer'), later(world.clock, 1000, 200));
    const first = world.fetch(ITEMS);
    await world.clock.advance(50);
    const second = world.end();
    await world.clock.advance(50);
    const response = await first;
    expect(await response.text()).to.equal('the last answer');
    expect(reportOf(response)).to.include({refusal: 'concurrency-limit', result: 'rate_limited', attempts: 1});
    expect(world.handle.snapshot(world.clock.now()).origins[0]?.budgets).to.deep.equal([{remaining: 1}]);
    expect(await world.clock.run(() => second)).to.equal('200');
  });

  virtually('is separate for each origin', async make => {
    const world = make({concurrency: {max: 1}});
    world.serveSlowly(100, 200);
    const both = [world.end('https://a.test/'), world.end('https://b.test/')];
    expect(await world.clock.run(() => Promise.all(both))).to.deep.equal(['200', '200']);
    expect(world.arrivals).to.deep.equal([0, 0]);
  });

  it('uses one native timer for a thousand calls in the queue', async () => {
    const timers = () => process.getActiveResourcesInfo().filter(name => name === 'Timeout').length;
    let open = (): void => {};
    const gate = new Promise<Response>(resolve => {
      open = () => resolve(new Response(null));
    });
    const policy = {concurrency: {max: 1, queue: 1000}, deadlineMs: 600_000, attemptTimeoutMs: 300_000};
    const fetch = createFetch(policy, {fetch: () => gate});
    const before = timers();
    const calls = Array.from({length: 1000}, () => fetch(ITEMS));
    expect(timers() - before).to.be.below(5);
    open();
    const statuses = new Set((await Promise.all(calls)).map(({status}) => status));
    expect([...statuses]).to.deep.equal([200]);
  });
});
