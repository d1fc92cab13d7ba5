/** Corners of the engine that no other test turns. */
import {expect} from 'chai';
import type {CallContext} from '../../src/call/context.ts';
import {reportFor} from '../../src/call/report.ts';
import {type CallReport, type ClassifyInput, reportOf} from '../../src/core.ts';
import {VirtualClock} from '../../src/testing.ts';
import {AT_ONCE} from '../support/policies.ts';
import {answer, ITEMS, later, thrown, virtually, type World} from './world.ts';

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

describe('overrides of a call, ever new ones', () => {
  virtually('mean what they say, however many there were', async make => {
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

  virtually('a key of the call’s own needs no policy for keys', async make => {
    const world = make({backoff: AT_ONCE});
    world.serve(503, 201);
    expect(await world.run(ITEMS, {method: 'POST', resilience: {idempotencyKey: 'mine'}})).to.equal('201');
    expect(world.header('idempotency-key')).to.deep.equal(['mine', 'mine']);
  });
});

describe('ids', () => {
  virtually('a key of the call’s own is written as the policy writes keys', async make => {
    const world = make({idempotency: {format: 'sf-string'}});
    await world.run(ITEMS, {method: 'POST', resilience: {idempotencyKey: 'mine'}});
    expect(world.header('idempotency-key')).to.deep.equal(['"mine"']);
  });

  virtually('go to no origin that they are not for', async make => {
    const world = make({correlation: {sendTo: ['https://other.test']}});
    await world.run();
    expect(world.header('x-correlation-id')).to.deep.equal([null]);
    expect(world.events.find(event => event.type === 'call.end')?.call.correlationId, 'known here').to.equal('call-1');
  });
});

describe('prepareAttempt and the headers of others', () => {
  virtually('two spellings of one name are one header of two values', async make => {
    const world = make();
    await world.run(ITEMS, {headers: {'X-Mine': 'a', 'x-mine': 'b'}});
    expect(world.header('x-mine')).to.deep.equal(['a, b']);
  });

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

describe('a race whose classifications come late', () => {
  virtually('a classification on the loser that comes after the end changes nothing', async make => {
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

describe('a classify of the user’s', () => {
  virtually('that calls an answer transient and says no more is given a reason', async make => {
    const world = make({backoff: AT_ONCE}, {classify: ({response}) => ({transient: response?.status === 200})});
    world.serve(200, 204);
    const response = await world.clock.run(() => world.fetch(ITEMS));
    expect(response.status).to.equal(204);
    const [scheduled] = world.events.filter(({type}) => type === 'retry.scheduled');
    expect(scheduled).to.include({reason: 'classified as transient'});
  });

  virtually('that gives a failure another name is heeded', async make => {
    const world = make({backoff: AT_ONCE}, {classify: () => ({transient: true, reason: 'mine'})});
    world.serve(503);
    await world.run();
    expect(world.events.flatMap(event => (event.type === 'retry.scheduled' ? [event.reason] : []))).to.deep.equal([
      'mine',
      'mine',
    ]);
  });

  virtually('that answers after the deadline is not heeded', async make => {
    const world = make({deadlineMs: 100}, {classify: () => world.clock.sleep(200).then(() => ({transient: true}))});
    expect(await world.run()).to.equal('DEADLINE_EXCEEDED (deadline)');
    await world.clock.advance(1000);
    expect(world.sends).to.equal(1);
    expect(world.typesOf('call.end')).to.have.length(1);
  });
});

describe('the report of a call under way', () => {
  virtually('says so, and how long it has taken', async make => {
    const reports: CallReport[] = [];
    const world = make(
      {backoff: AT_ONCE},
      {
        on: event => {
          if (event.type === 'attempt.end') reports.push(reportFor(event.call as CallContext));
        },
      },
    );
    world.serveSlowly(30, 503, 200);
    await world.run();
    expect(
      reports.map(({result, reason, attempts, durationMs}) => [result, reason, attempts, durationMs]),
    ).to.deep.equal([
      ['failure', 'not ended', 1, 30],
      ['failure', 'not ended', 2, 60],
    ]);
  });
});

describe('a busy process', () => {
  virtually('that comes back after the deadline sends no more: the last answer is the answer', async make => {
    let lateMs = 0;
    const clock = new (class extends VirtualClock {
      override now(): number {
        return super.now() + lateMs;
      }
    })();
    const world = make(
      {backoff: AT_ONCE, deadlineMs: 1000},
      {
        clock,
        on: ({type}) => {
          if (type === 'retry.scheduled') lateMs = 5000;
        },
      },
    );
    world.serve(answer(503, {}, 'busy'));
    const response = await world.fetch(ITEMS);
    expect(reportOf(response)).to.include({attempts: 1, refusal: 'deadline'});
    expect(await response.text(), 'its body is there').to.equal('busy');
    await clock.advance(2000);
  });
});

describe('a listener', () => {
  virtually('that aborts the call it is told of ends it before it is sent', async make => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const world = make(
      {breaker: {kind: 'consecutive', failures: 1, openMs: 1000}, concurrency: {max: 1}, maxAttempts: 1},
      {
        on: event => {
          if (event.type === 'breaker.changed' && event.to === 'half-open') controller.abort(reason);
        },
      },
    );
    world.serve(503, 200);
    await world.run();
    await world.clock.advance(2000);
    expect(await thrown(world.fetch(ITEMS, {signal: controller.signal}))).to.equal(reason);
    expect(world.sends).to.equal(1);
    expect(await world.run(), 'its place, and that of its probe, are free').to.equal('200');
  });
});

describe('a hedge of a body that is still on its way', () => {
  const slowly = (world: World, ms: number): Request => {
    const body = new ReadableStream({
      async start(controller) {
        controller.enqueue(new TextEncoder().encode('work'));
        await world.clock.sleep(ms);
        controller.close();
      },
    });
    return new Request(ITEMS, {method: 'PUT', body, duplex: 'half'} as RequestInit);
  };
  const HEDGED = {hedge: {delayMs: 10, maxLoadRatio: 1}, backoff: AT_ONCE};

  for (const [what, answeredAfterMs, sends] of [
    ['waits until it is known', 100, 2],
    ['is not sent where the answer comes first', 30, 1],
  ] as const)
    virtually(what, async make => {
      const bodies: string[] = [];
      const world = make(HEDGED, {
        fetch: async input => {
          bodies.push(input instanceof Request ? input.method : String(input));
          await world.clock.sleep(answeredAfterMs);
          return new Response();
        },
      });
      const response = await world.clock.run(() => world.fetch(slowly(world, 50)));
      expect(response.status).to.equal(200);
      await world.clock.advance(1000);
      expect(bodies).to.have.length(sends);
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
