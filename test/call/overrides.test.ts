/** The options that one call gives beside the policy. */
import {expect} from 'chai';
import {AT_ONCE} from '../support/policies.ts';
import {ITEMS, thrown, virtually} from './world.ts';

describe('overrides of a call', () => {
  for (const [what, wrong] of [
    ['NaN', {deadlineMs: Number.NaN}],
    ['Infinity', {deadlineMs: Number.POSITIVE_INFINITY}],
    ['a Map', {deadlineMs: new Map()}],
    ['a function', {deadlineMs: () => 5}],
  ] as const) {
    virtually(`${what} is refused, though null was taken before`, async make => {
      const world = make({backoff: AT_ONCE});
      await world.clock.run(() => world.fetch(ITEMS, {resilience: {deadlineMs: null}}));
      const error = await thrown(world.fetch(ITEMS, {resilience: wrong as unknown as {deadlineMs: number}}));
      expect(error).to.include({code: 'INVALID_OVERRIDES'});
      expect(world.sends).to.equal(1);
    });
  }

  for (const [kind, bodyOf] of Object.entries({
    'a stream': (closed: () => void) => new ReadableStream({cancel: closed}),
    'a generator that began': (closed: () => void) => {
      const body = (async function* () {
        try {
          yield 'a';
          yield 'b';
        } finally {
          closed();
        }
      })();
      void body.next();
      return body as unknown as ReadableStream;
    },
    'a Request': (closed: () => void) =>
      new Request(ITEMS, {method: 'POST', body: new ReadableStream({cancel: closed}), duplex: 'half'} as RequestInit),
  }))
    virtually(`are refused, and ${kind} as body is closed: a file behind it would stay open`, async make => {
      const world = make({});
      const {promise, resolve} = Promise.withResolvers<void>();
      const body = bodyOf(resolve);
      const resilience = {deadlineMs: 0};
      const call =
        body instanceof Request
          ? world.fetch(body, {resilience})
          : world.fetch(ITEMS, {method: 'POST', body, duplex: 'half', resilience} as RequestInit);
      expect(await thrown(call)).to.include({code: 'INVALID_OVERRIDES'});
      await promise;
      expect(world.sends).to.equal(0);
    });

  virtually('of another realm, or without a prototype, are taken as they are', async make => {
    const world = make({backoff: AT_ONCE});
    world.serve(503);
    const overrides = Object.assign(Object.create(null), {maxAttempts: 1});
    await world.clock.run(() => world.fetch(ITEMS, {resilience: overrides}));
    await world.clock.run(() => world.fetch(ITEMS, {resilience: overrides}));
    expect(world.sends).to.equal(2);
  });

  virtually('are applied, even when 600 calls have different ones', async make => {
    const world = make({backoff: AT_ONCE, breaker: null, budget: null});
    world.serve(503);
    for (let round = 0; round < 2; round++)
      for (let deadlineMs = 1000; deadlineMs < 1300; deadlineMs++) {
        const maxAttempts = 1 + (deadlineMs % 3);
        const before = world.sends;
        await world.run(ITEMS, {resilience: {deadlineMs, maxAttempts}});
        expect(world.sends - before, `with ${deadlineMs} ms`).to.equal(maxAttempts);
      }
  });
});
