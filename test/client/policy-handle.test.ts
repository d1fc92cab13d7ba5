/** The handle of a policy: state that clients share, what operators see and do, and what one call may change. */
import {expect} from 'chai';
import {createFetch, definePolicy, InvalidPolicyError, reportOf} from '../../src/core.ts';
import {answer, ending, ITEMS, later, thrown, virtually} from '../call/world.ts';
import {AT_ONCE} from '../support/policies.ts';

const wait = {kind: 'constant', delayMs: 1000, jitter: 'none'} as const;

describe('a handle', () => {
  virtually('is one budget and one breaker for two clients', async make => {
    const first = make({
      backoff: AT_ONCE,
      maxAttempts: 2,
      budget: {capacity: 14},
      breaker: {kind: 'consecutive', failures: 3},
    });
    const second = createFetch(first.handle, first.ports);
    first.serve(503);
    expect(await first.run()).to.equal('503 (attempts-exhausted)');
    expect(await first.clock.run(() => ending(second(ITEMS)))).to.match(/^503 \((budget-exhausted|breaker-open)\)$/);
    expect(first.sends).to.equal(3);
    expect(await first.clock.run(() => ending(second(ITEMS)))).to.equal('CIRCUIT_OPEN (breaker-open)');
    expect(await first.run()).to.equal('CIRCUIT_OPEN (breaker-open)');
  });

  virtually('is not shared by two clients of the same plain policy', async make => {
    const policy = {maxAttempts: 1, breaker: {kind: 'consecutive', failures: 1}} as const;
    const [first, second] = [make(policy), make(policy)];
    first.serve(503);
    await first.run();
    expect(await second.run()).to.equal('200');
  });

  virtually('shows what stands where', async make => {
    const world = make({
      maxAttempts: 1,
      breaker: {kind: 'consecutive', failures: 1, openMs: 1000},
      concurrency: {max: 3},
    });
    expect(world.handle.snapshot(0)).to.deep.include({retriesDisabled: false, origins: []});
    expect(world.handle.snapshot(0).policy.maxAttempts).to.equal(1);
    world.serve(503);
    await world.run('https://a.test/');
    world.serveSlowly(100, 200);
    const end = world.end('https://b.test/');
    await world.clock.advance(50);
    expect(world.handle.snapshot(world.clock.now()).origins).to.deep.equal([
      {
        origin: 'https://a.test',
        breakers: [{route: undefined, state: 'open', retryAfterMs: 950, waiting: 0}],
        budgets: [{remaining: 1}],
        quotas: [],
        concurrency: [{max: 3, inFlight: 0, waiting: 0}],
      },
      {
        origin: 'https://b.test',
        breakers: [{route: undefined, state: 'closed', retryAfterMs: 0, waiting: 0}],
        budgets: [{remaining: 1}],
        quotas: [],
        concurrency: [{max: 3, inFlight: 1, waiting: 0}],
      },
    ]);
    await world.clock.run(() => end);
  });

  virtually('replaces its policy for calls to come, not for those under way', async make => {
    const world = make({backoff: wait, maxAttempts: 3});
    world.serve(503);
    const before = world.end();
    await world.clock.advance(500);
    world.handle.replace({maxAttempts: 1});
    expect(await world.end()).to.equal('503 (attempts-exhausted)');
    expect(world.sends).to.equal(2);
    expect(await world.clock.run(() => before)).to.equal('503 (attempts-exhausted)');
    expect(world.sends).to.equal(4);
  });

  virtually('keeps the state of guards whose settings stay, and drops that of others', async make => {
    const breaker = {kind: 'consecutive', failures: 1} as const;
    const world = make({maxAttempts: 1, breaker});
    world.serve(503);
    await world.run();
    world.handle.replace({maxAttempts: 2, deadlineMs: 5000, breaker});
    expect(await world.run()).to.equal('CIRCUIT_OPEN (breaker-open)');
    world.handle.replace({maxAttempts: 1, breaker: {...breaker, failures: 2}});
    expect(world.handle.snapshot(world.clock.now()).origins[0]).to.deep.include({
      breakers: [],
      budgets: [{remaining: 1}],
    });
    expect(await world.run()).to.equal('503 (attempts-exhausted)');
  });

  virtually('refuses a policy that is wrong, and keeps the one in force', async make => {
    const world = make({maxAttempts: 2, backoff: AT_ONCE});
    expect(() => world.handle.replace({maxAttempts: 0})).to.throw(InvalidPolicyError, /maxAttempts/);
    world.serve(503);
    await world.run();
    expect(world.sends).to.equal(2);
  });

  virtually('switches retries off, for calls that wait too, which keep their last answer', async make => {
    const world = make({backoff: wait, budget: {refillPerMinute: 0}});
    world.serve(answer(503, {}, 'the last answer'), 503);
    const waiting = world.fetch(ITEMS);
    await world.clock.advance(500);
    world.handle.disableRetries();
    expect(world.handle.snapshot(world.clock.now()).retriesDisabled).to.equal(true);
    const response = await waiting; // At once: the virtual clock has not moved.
    expect(await response.text()).to.equal('the last answer');
    expect(reportOf(response)).to.include({refusal: 'retries-disabled', attempts: 1});
    expect(world.handle.snapshot(world.clock.now()).origins[0]?.budgets).to.deep.equal([{remaining: 1}]);
    expect(await world.run()).to.equal('503 (retries-disabled)');
    expect(world.sends).to.equal(2);
    world.handle.enableRetries();
    expect(await world.run()).to.equal('503 (attempts-exhausted)');
    expect(world.sends).to.equal(5);
  });
});

describe('retryAfter.scope "origin"', () => {
  const policy = {retryAfter: {scope: 'origin'}, deadlineMs: 60_000} as const;

  virtually('holds calls to that origin and no other', async make => {
    const world = make(policy);
    world.serve(answer(429, {'retry-after': '5'}), 200);
    const first = world.end();
    await world.clock.advance(1000);
    const held = world.end();
    expect(await world.end('https://other.test/')).to.equal('200');
    await world.clock.run(() => Promise.all([first, held]));
    expect(world.arrivals.slice(0, 2)).to.deep.equal([0, 1000]);
    for (const at of world.arrivals.slice(2)) expect(at).to.be.within(5000, 5500);
    expect(world.sends).to.equal(4);
  });

  virtually('refuses a call that cannot wait that long', async make => {
    const world = make(policy);
    world.serve(answer(429, {'retry-after': '20'}), 200);
    const first = world.end();
    await world.clock.advance(1000);
    const error = await thrown(world.fetch(ITEMS, {resilience: {deadlineMs: 5000}}));
    expect(error).to.include({code: 'ORIGIN_HELD', guarded: 'https://api.test'});
    expect((error as {retryAfterMs: number}).retryAfterMs).to.be.within(19_000, 20_000);
    expect(world.clock.now()).to.equal(1000);
    expect(world.sends).to.equal(1);
    expect(await world.clock.run(() => first)).to.equal('200');
  });

  virtually('is not shortened by a shorter hint', async make => {
    const world = make({...policy, maxAttempts: 1}, {random: () => 0});
    world.serve(
      later(world.clock, 10, answer(429, {'retry-after': '9'})),
      later(world.clock, 20, answer(429, {'retry-after': '1'})),
      200,
    );
    await world.clock.run(() => Promise.all([world.end(), world.end()]));
    expect(await world.run()).to.equal('200');
    expect(world.arrivals).to.deep.equal([0, 0, 9010]);
  });

  virtually('holds the others also where the call that heard it gives up', async make => {
    const world = make({...policy, maxAttempts: 1});
    world.serve(answer(429, {'retry-after': '5'}), 200);
    expect(await world.run()).to.equal('429 (attempts-exhausted)');
    expect(await world.run()).to.equal('200');
    expect(world.arrivals[1]).to.be.within(5000, 5500);
  });
});

describe('the options of one call', () => {
  virtually('change that call and no other', async make => {
    const world = make({backoff: AT_ONCE, budget: null, breaker: null});
    world.serve(503);
    for (const [maxAttempts, sends] of [
      [1, 1],
      [5, 6],
    ] as const) {
      await world.run(ITEMS, {resilience: {maxAttempts}});
      expect(world.sends).to.equal(sends);
    }
    await world.run();
    expect(world.sends).to.equal(9);
  });

  virtually('lie over the route, key by key', async make => {
    const world = make({routes: [{match: {}, backoff: {baseMs: 400, jitter: 'none'}}]});
    world.serve(503, 503, 200);
    await world.run(ITEMS, {resilience: {backoff: {factor: 3}}});
    expect(world.arrivals).to.deep.equal([0, 400, 1600]);
  });

  for (const [what, resilience, message] of [
    ['a wrong number', {maxAttempts: 0}, /maxAttempts/],
    ['two wrong fields', {maxAttempts: 'many', deadlineMs: -1}, /2 problems/],
    ['an unknown field', {retries: 3}, /retries/],
    ['a guard', {breaker: {openMs: 1}}, /breaker/],
    ['no deadline for ever', {maxAttempts: 'unlimited', deadlineMs: null}, /unlimited/],
    ['null', null, /resilience options/],
    ['a function', () => ({}), /resilience options/],
  ] as const) {
    virtually(`that are wrong are refused before anything is sent: ${what}`, async make => {
      const world = make();
      const error = await thrown(world.fetch(ITEMS, {resilience: resilience as never}));
      expect(error).to.be.instanceOf(InvalidPolicyError);
      expect(error).to.include({code: 'INVALID_OVERRIDES'});
      expect((error as Error).message).to.match(message);
      expect(world.sends).to.equal(0);
    });
  }

  virtually('do not reach the server', async make => {
    const inits: (RequestInit | undefined)[] = [];
    const fetch: typeof globalThis.fetch = async (_, init) => {
      inits.push(init);
      return new Response(null);
    };
    const world = make({}, {fetch});
    await world.run(ITEMS, {resilience: {maxAttempts: 1}, headers: {accept: 'text/plain'}});
    expect(inits[0]).to.not.have.property('resilience');
  });
});

describe('routes', () => {
  const policy = {
    name: 'shop',
    maxAttempts: 1,
    routes: [
      {match: {methods: ['POST'], path: '/orders/*'}, name: 'orders'},
      {match: {path: '/orders/**'}, name: 'any-orders'},
      {match: {origin: 'https://other.test'}},
    ],
  } as const;

  for (const [method, url, name, template] of [
    ['POST', 'https://api.test/orders/7', 'orders', '/orders/*'],
    ['post', 'https://api.test/orders/7?page=1', 'orders', '/orders/*'],
    ['GET', 'https://api.test/orders/7', 'any-orders', '/orders/**'],
    ['POST', 'https://api.test/orders', 'any-orders', '/orders/**'],
    ['GET', 'https://other.test/', 'shop', undefined],
    ['GET', 'https://api.test/', 'shop', undefined],
  ] as const) {
    virtually(`${method} ${url} is ${name}`, async make => {
      const world = make(policy);
      await world.run(url, {method});
      const end = world.events.at(-1);
      expect(end?.type === 'call.end' && [end.call.policyName, end.call.template]).to.deep.equal([name, template]);
    });
  }

  virtually('have a breaker each where its scope is the route', async make => {
    const world = make({...policy, breaker: {kind: 'consecutive', failures: 1, scope: 'route'}});
    world.serve(503);
    await world.run('https://api.test/orders/7', {method: 'POST'});
    world.serve(200);
    expect(await world.run('https://api.test/orders/7', {method: 'POST'})).to.equal('CIRCUIT_OPEN (breaker-open)');
    expect(await world.run('https://api.test/orders/7')).to.equal('200');
    expect(
      world.handle.snapshot(world.clock.now()).origins[0]?.breakers.map(({route, state}) => [route, state]),
    ).to.deep.equal([
      ['orders', 'open'],
      ['any-orders', 'closed'],
    ]);
  });
});

describe('an invalid policy', () => {
  for (const policy of [
    null,
    [],
    'default',
    7,
    {maxAttempts: 0},
    {retry: 3},
    {maxAttempts: 'unlimited', deadlineMs: null},
  ]) {
    it(`is refused when the client is created: ${JSON.stringify(policy)}`, () => {
      expect(() => createFetch(policy as never)).to.throw(InvalidPolicyError);
      expect(() => definePolicy(policy as never)).to.throw(InvalidPolicyError);
    });
  }
});
