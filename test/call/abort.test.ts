/** The caller's abort: heard at once, everywhere, and nothing is left behind. */
import {expect} from 'chai';
import {reportOf} from '../../src/core.ts';
import {answer, ITEMS, thrown, virtually} from './world.ts';

const REASON = new Error('the user left');

/** A signal that counts its listeners. */
function countedSignal(): {signal: AbortSignal; abort: () => void; added: () => number; left: () => number} {
  const controller = new AbortController();
  const {signal} = controller;
  let added = 0;
  let left = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  const listening = new Set<unknown>();
  signal.addEventListener = (type: string, listener: EventListenerOrEventListenerObject, options?: unknown) => {
    added++;
    if (!listening.has(listener)) left++;
    listening.add(listener);
    add(type, listener, options as AddEventListenerOptions);
  };
  signal.removeEventListener = (type: string, listener: EventListenerOrEventListenerObject) => {
    if (listening.delete(listener)) left--;
    remove(type, listener);
  };
  return {signal, abort: () => controller.abort(REASON), added: () => added, left: () => left};
}

describe("the caller's abort", () => {
  virtually('during a wait ends the call at once with its reason, and no more attempts are sent @T1', async make => {
    const world = make({backoff: {kind: 'constant', delayMs: 5000, jitter: 'none'}, budget: {refillPerMinute: 0}});
    world.serve(503, 200);
    const {signal, abort, left} = countedSignal();
    const end = thrown(world.fetch(ITEMS, {signal}));
    await world.clock.advance(1000);
    expect(world.handle.snapshot(world.clock.now()).origins[0]?.budgets).to.deep.equal([{remaining: 0.86}]);
    abort();
    expect(await end).to.equal(REASON);
    expect(world.clock.now()).to.equal(1000);
    expect(world.clock.pending).to.equal(0);
    expect(left()).to.equal(0);
    await world.clock.advance(60_000);
    expect(world.sends).to.equal(1);
    // T45: the token comes back.
    expect(world.handle.snapshot(world.clock.now()).origins[0]?.budgets).to.deep.equal([{remaining: 1}]);
    expect(world.events.at(-1)).to.include({type: 'call.end', result: 'cancelled', reason: 'aborted by the caller'});
  });

  virtually('before the call sends nothing @T2', async make => {
    const world = make();
    const signal = AbortSignal.abort(REASON);
    expect(await thrown(world.fetch(ITEMS, {signal}))).to.equal(REASON);
    expect(world.sends).to.equal(0);
    expect(world.events.map(({type}) => type)).to.deep.equal(['call.end']);
    expect(world.events[0]).to.include({result: 'cancelled'});
    expect(world.events[0]?.type === 'call.end' && world.events[0].call.attempts).to.equal(0);
  });

  virtually('during an attempt aborts the request with its reason, and is not retried @T7 @T7b', async make => {
    const world = make();
    world.serve('hang');
    const {signal, abort, left} = countedSignal();
    const end = thrown(world.fetch(ITEMS, {signal}));
    await world.clock.advance(100);
    abort();
    expect(await end).to.equal(REASON);
    expect(world.server.requests[0]?.signal.reason).to.equal(REASON);
    expect(world.sends).to.equal(1);
    expect(left()).to.equal(0);
    expect(reportOf(REASON), 'the reason is the caller’s own object').to.equal(undefined);
  });

  virtually('also ends a call whose signal is that of a Request', async make => {
    const world = make({backoff: {kind: 'constant', delayMs: 5000, jitter: 'none'}});
    world.serve(503, 200);
    const controller = new AbortController();
    const end = thrown(world.fetch(new Request(ITEMS, {signal: controller.signal})));
    await world.clock.advance(1000);
    controller.abort(REASON);
    expect(await end).to.equal(REASON);
    expect(world.clock.now()).to.equal(1000);
  });

  virtually('while the origin is held ends the call at once', async make => {
    const world = make({retryAfter: {scope: 'origin'}});
    world.serve(answer(429, {'retry-after': '20'}), 200);
    const first = world.end();
    await world.clock.advance(10);
    const {signal, abort, left} = countedSignal();
    const second = thrown(world.fetch(ITEMS, {signal}));
    await world.clock.advance(1000);
    abort();
    expect(await second).to.equal(REASON);
    expect(world.clock.now()).to.equal(1010);
    expect(left()).to.equal(0);
    expect(await world.clock.run(() => first)).to.equal('200');
  });

  for (const port of ['classify', 'prepareAttempt'] as const) {
    virtually(`while ${port} hangs ends the call at once`, async make => {
      const world = make({}, {[port]: () => new Promise(() => {})});
      const {signal, abort, left} = countedSignal();
      const end = thrown(world.fetch(ITEMS, {signal}));
      await world.clock.advance(100);
      abort();
      expect(await end).to.equal(REASON);
      expect(left()).to.equal(0);
    });
  }

  virtually('leaves no listener on a signal after 10,000 calls @T3', async make => {
    const world = make({concurrency: {max: 5, queue: 5}}, {fetch: async () => new Response(null)});
    const {signal, added, left} = countedSignal();
    for (let batch = 0; batch < 1000; batch++)
      await Promise.all(Array.from({length: 10}, () => world.fetch(ITEMS, {signal})));
    expect(added()).to.be.at.least(10_000);
    expect(left()).to.equal(0);
  });

  virtually('leaves no listener on a signal after retries, timeouts and hedges @T3', async make => {
    const world = make({hedge: {delayMs: 50, maxLoadRatio: 1}, attemptTimeoutMs: 100, budget: null, breaker: null});
    const {signal, added, left} = countedSignal();
    for (let call = 0; call < 20; call++) {
      world.serve('hang', 'hang', call % 2 === 0 ? 200 : 503);
      await world.run(ITEMS, {signal});
      expect(world.sends).to.equal(3);
    }
    expect(added()).to.be.at.least(60);
    expect(left()).to.equal(0);
  });

  virtually('of a call that loses a race leaves no unhandled rejection @T6', async make => {
    const unheard: unknown[] = [];
    const note = (reason: unknown): void => void unheard.push(reason);
    process.on('unhandledRejection', note);
    const world = make({hedge: {delayMs: 50, maxLoadRatio: 1}, attemptTimeoutMs: 100, maxAttempts: 2});
    world.serve('hang');
    await world.run();
    const controller = new AbortController();
    const end = world.end(ITEMS, {signal: controller.signal});
    await world.clock.advance(60);
    controller.abort(REASON);
    await end;
    await new Promise(resolve => setTimeout(resolve, 5));
    process.off('unhandledRejection', note);
    expect(unheard).to.deep.equal([]);
  });
});
