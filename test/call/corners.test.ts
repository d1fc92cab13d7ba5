/** Corners of the engine that no other test turns. */
import {expect} from 'chai';
import {type ClassifyInput, reportOf} from '../../src/core.ts';
import {AT_ONCE, answer, ITEMS, later, thrown, virtually} from './world.ts';

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

  virtually('of another realm, or without a prototype, are taken as they are', async make => {
    const world = make({backoff: AT_ONCE});
    world.serve(503);
    const overrides = Object.assign(Object.create(null), {maxAttempts: 1});
    await world.clock.run(() => world.fetch(ITEMS, {resilience: overrides}));
    await world.clock.run(() => world.fetch(ITEMS, {resilience: overrides}));
    expect(world.sends).to.equal(2);
  });
});

describe('prepareAttempt and the headers of others', () => {
  virtually('may take a header of the caller’s off one attempt; the next has it again', async make => {
    const seen: (string | null | boolean)[] = [];
    const world = make(
      {backoff: AT_ONCE},
      {
        prepareAttempt: ({attempt, headers}) => {
          seen.push(headers.has('authorization'), headers.get('authorization'));
          if (attempt === 1) headers.delete('Authorization');
        },
      },
    );
    world.serve(503, 200);
    await world.clock.run(() => world.fetch(ITEMS, {headers: {authorization: 'old'}}));
    expect(seen).to.deep.equal([true, 'old', true, 'old']);
    expect(world.header('authorization')).to.deep.equal([null, 'old']);
  });
});

describe('a race whose verdicts come late', () => {
  virtually('a verdict on the loser that comes after the end changes nothing', async make => {
    let decide = (_said: undefined): void => {};
    const classify = ({attempt}: ClassifyInput) =>
      attempt === 1
        ? new Promise<undefined>(resolve => {
            decide = resolve;
          })
        : undefined;
    const world = make({hedge: {delayMs: 10, maxLoadRatio: 1}, backoff: AT_ONCE}, {classify});
    world.serve(later(world.clock, 20, 503), later(world.clock, 20, 200));
    const response = await world.clock.run(() => world.fetch(ITEMS));
    expect(response.status).to.equal(200);
    decide(undefined);
    await world.clock.advance(0);
    expect(reportOf(response)).to.include({result: 'success', attempts: 2});
    expect(world.events.filter(({type}) => type === 'call.end')).to.have.length(1);
  });
});

describe('a body that breaks while it is kept', () => {
  virtually('makes the call one of one attempt', async make => {
    const world = make({backoff: AT_ONCE});
    world.serve(503, 200);
    let pulls = 0;
    const body = new ReadableStream({
      pull(controller) {
        if (++pulls > 1) controller.error(new Error('broken'));
        else controller.enqueue(new TextEncoder().encode('a'));
      },
    });
    const request = new Request(ITEMS, {method: 'PUT', body, duplex: 'half'} as RequestInit);
    expect(await world.clock.run(() => thrown(world.fetch(request)))).to.be.instanceOf(Error);
    expect(world.sends).to.be.below(2);
  });
});

describe('a dropped answer', () => {
  virtually('that someone has read, or locked, is left alone', async make => {
    const world = make({backoff: AT_ONCE}, {classify: ({response}) => void response?.body?.getReader()});
    world.serve(answer(503, {}, 'locked'), 200);
    expect(await world.run()).to.equal('200');
  });

  virtually('that is large is cancelled, not read', async make => {
    let cancelled = false;
    const body = () =>
      new ReadableStream({
        pull: controller => controller.enqueue(new Uint8Array(40_000)),
        cancel: () => {
          cancelled = true;
        },
      });
    let sends = 0;
    // Not the scripted fetch: it gives clones, and a clone is cancelled with its original only.
    const fetch = async () => (sends++ === 0 ? new Response(body(), {status: 503}) : new Response());
    const world = make({backoff: AT_ONCE}, {fetch});
    expect(await world.run()).to.equal('200');
    await world.clock.advance(1000);
    expect(cancelled).to.equal(true);
  });
});
