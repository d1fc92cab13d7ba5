/** A client above this one that retries too: seen, reported once per client, and on request left to retry alone. */
import {expect} from 'chai';
import {reportOf} from '../../src/core.ts';
import {AT_ONCE} from '../support/policies.ts';
import {connectionError, ITEMS, virtually, type World} from './world.ts';

const outer = (count: number) => ({headers: {'x-stainless-retry-count': String(count)}});
const policy = {maxAttempts: 4, backoff: AT_ONCE, budget: null, breaker: null} as const;
const HEADER = 'x-stainless-retry-count';

/** An SDK that sends again, twice at the most, whatever fails. */
async function underAnSdk(world: World): Promise<void> {
  for (let count = 0; count <= 2; count++) if ((await world.run(ITEMS, outer(count))).startsWith('200')) return;
}

describe('retries of a client above', () => {
  let warned: string[];
  const {warn} = console;
  beforeEach(() => {
    warned = [];
    console.warn = (message: string) => warned.push(message);
  });
  afterEach(() => {
    console.warn = warn;
  });

  virtually('multiply under "observe", with one warning on the console per client', async make => {
    const world = make(policy);
    world.serve(503);
    const requests = world.server;
    await underAnSdk(world);
    expect(requests.requests.length).to.equal(12);
    const notified = world.events.filter(event => event.type === 'retry.nested');
    expect(notified.map(({header, outerRetries}) => [header, outerRetries])).to.deep.equal([
      [HEADER, 1],
      [HEADER, 2],
    ]);
    expect(warned).to.have.length(1);
    expect(warned[0]).to.contain(HEADER).and.contain('maxRetries: 0').and.contain('"nested": "yield"');
  });

  virtually('do not multiply under "yield": every call of the SDK is sent once', async make => {
    const world = make({...policy, nested: 'yield'});
    world.serve(503);
    const requests = world.server;
    await underAnSdk(world);
    expect(requests.requests.length).to.equal(3);
    expect(warned).to.deep.equal([]);
    expect(world.typesOf('retry.scheduled')).to.deep.equal([]);
  });

  virtually('get another key of the policy each, of which the console warns, under "yield" too', async make => {
    for (const nested of ['observe', 'yield'] as const) {
      warned.length = 0;
      const world = make({...policy, maxAttempts: 2, nested, idempotency: {}});
      world.serve(503);
      for (let count = 0; count <= 2; count++) await world.run(ITEMS, {method: 'POST', body: '{}', ...outer(count)});
      expect(new Set(world.header('idempotency-key')).size).to.equal(3);
      expect(warned).to.have.length(1);
      expect(warned[0]).to.contain(`the client above retries (${HEADER})`);
      expect(warned[0]).to.contain('each retry gets another Idempotency-Key').and.not.contain('yield');
    }
  });

  virtually('share a key that the client above or the call gives, and need no warning under "yield"', async make => {
    const world = make({...policy, nested: 'yield', idempotency: {}});
    world.serve(503);
    for (const given of [{key: 'k1'}, {resilience: {idempotencyKey: 'k2'}}])
      for (let count = 0; count <= 2; count++) {
        const {headers} = outer(count);
        const own = 'key' in given ? {headers: {...headers, 'idempotency-key': given.key}} : {...given, headers};
        await world.run(ITEMS, {method: 'POST', body: '{}', ...own});
      }
    expect(world.header('idempotency-key')).to.deep.equal(['k1', 'k1', 'k1', 'k2', 'k2', 'k2']);
    expect(warned).to.deep.equal([]);
  });

  virtually('are the reason in the report of a call that was not retried', async make => {
    const world = make({...policy, nested: 'yield'});
    world.serve(503);
    const response = await world.clock.run(() => world.fetch(ITEMS, outer(0)));
    expect(reportOf(response)).to.include({
      refusal: 'nested',
      reason: `the client above retries (${HEADER}), so this is sent once (503)`,
      attempts: 1,
    });
  });

  virtually('are in the view of the call', async make => {
    const world = make(policy);
    await world.run(ITEMS, outer(2));
    await world.run(ITEMS);
    const ends = world.events.filter(event => event.type === 'call.end');
    expect(ends.map(({call}) => call.outerRetries)).to.deep.equal([2, undefined]);
    expect(JSON.parse(JSON.stringify(ends.map(({call}) => call)))).to.have.nested.property('[0].outerRetries', 2);
  });

  virtually('do not matter to a policy that does not retry', async make => {
    for (const maxAttempts of [1, null]) {
      const world = make({...policy, maxAttempts});
      world.serve(503);
      await world.run(ITEMS, outer(1));
      expect(world.typesOf('retry.nested'), String(maxAttempts)).to.deep.equal([]);
    }
    expect(warned).to.deep.equal([]);
  });

  virtually('prevent hedges too under "yield"', async make => {
    const hedge = {delayMs: 100, maxLoadRatio: 1};
    const sends: number[] = [];
    for (const nested of ['observe', 'yield'] as const) {
      const world = make({...policy, nested, hedge});
      const server = world.serveSlowly(300, 200);
      await world.run(ITEMS, outer(0));
      sends.push(server.requests.length);
    }
    expect(sends).to.deep.equal([2, 1]);
  });

  virtually('under "yield" do not change a call without such a header', async make => {
    const world = make({...policy, nested: 'yield'});
    world.serve(connectionError('ECONNREFUSED'), 200);
    expect(await world.run()).to.equal('200');
    expect(world.sends).to.equal(2);
  });

  virtually('of two nested clients multiply, limited by the budget of the outer one @T47', async make => {
    const inner = make({budget: null, breaker: null, backoff: AT_ONCE});
    inner.serve(503);
    const outer = make({breaker: null, backoff: AT_ONCE}, {clock: inner.clock, fetch: (...of) => inner.fetch(...of)});
    for (let call = 0; call < 50; call++) await inner.clock.run(() => outer.end());
    // Three times three without a budget; with it, the outer one retries no more than its 100 tokens buy.
    expect(inner.sends).to.be.at.most((50 + 7) * 3);
  });
});

describe('attemptHeader', () => {
  virtually('carries the number of each attempt, hedges counted', async make => {
    const world = make({...policy, attemptHeader: 'x-attempt'});
    world.serve(503, 503, 200);
    await world.run();
    expect(world.header('x-attempt')).to.deep.equal(['1', '2', '3']);

    const hedged = make({...policy, attemptHeader: 'x-attempt', hedge: {delayMs: 100, maxLoadRatio: 1}});
    hedged.serveSlowly(300, 200);
    await hedged.run();
    expect(hedged.header('x-attempt')).to.deep.equal(['1', '2']);
  });

  virtually('replaces a header of the caller with the same name', async make => {
    const world = make({...policy, attemptHeader: 'x-attempt'});
    await world.run(ITEMS, {headers: {'X-Attempt': '9'}});
    expect(world.header('x-attempt')).to.deep.equal(['1']);
  });
});
