/** Calls that wait in the line of an open breaker. */
import {expect} from 'chai';
import {type PolicyInput, type RejectedError, reportOf} from '../../src/core.ts';
import {AT_ONCE} from '../support/policies.ts';
import {ITEMS, later, thrown, virtually, type World} from './world.ts';

/** Opens at the first failure; probes 100, 100 … ms later. */
const breaker = {kind: 'adaptive', failures: 1} as const;
const ONE: PolicyInput = {maxAttempts: 1, budget: null, breaker};

const breakerOf = (world: World) => world.handle.snapshot(world.clock.now()).origins[0]!.breakers[0]!;

/** An outage that has just begun. */
async function open(world: World): Promise<void> {
  world.serve(503);
  await world.run();
  expect(breakerOf(world).state).to.equal('open');
}

/** The server answers with 503 until that time, and then with 200, each after 10 ms. */
const backAt = (world: World, at: number) =>
  world.serve(async request => later(world.clock, 10, world.clock.now() < at ? 503 : 200)(request));

describe('a call that meets an open breaker', () => {
  virtually('waits for the recovery, and is answered', async make => {
    const world = make(ONE);
    await open(world);
    backAt(world, 450);
    const answers = await world.clock.run(() => Promise.all(Array.from({length: 5}, () => world.fetch(ITEMS))));
    // A probe that fails costs its call the only attempt.
    expect(world.arrivals).to.deep.equal([100, 200, 300, 400, 500]);
    expect(answers.map(({status}) => status)).to.deep.equal([200, 503, 503, 503, 503]);
    expect(reportOf(answers[0]!)).to.include({attempts: 1, waitedMs: 0, queuedMs: world.arrivals.at(-1)});
    expect(world.events.filter(({type}) => type === 'call.queued')).to.have.length(5);
    expect(world.events.find(({type}) => type === 'call.queued')).to.include({
      guard: 'breaker',
      attempt: 1,
      waitMs: 3000,
    });
  });

  virtually('fails after maxWaitMs, and says so', async make => {
    const world = make({...ONE, breaker: {...breaker, minProbeMs: 2000, maxProbeMs: 2000, maxWaitMs: 250}});
    await open(world);
    const error = (await thrown(world.clock.run(() => world.fetch(ITEMS)))) as RejectedError;
    expect(world.clock.now()).to.equal(250);
    expect(error.code).to.equal('CIRCUIT_OPEN');
    expect(error.retryAfterMs).to.equal(1750);
    expect(error.message).to.equal('The circuit of https://api.test is open for another 1750 ms.');
    expect(reportOf(error)).to.include({result: 'circuit_open', refusal: 'breaker-open', attempts: 0, queuedMs: 250});
    expect(world.sends).to.equal(1);
  });

  virtually('leaves an attempt its time before the deadline', async make => {
    const world = make({
      ...ONE,
      deadlineMs: 200,
      attemptTimeoutMs: 100,
      breaker: {...breaker, minProbeMs: 2000, maxProbeMs: 2000},
    });
    await open(world);
    expect(await world.run()).to.equal('CIRCUIT_OPEN (breaker-open)');
    expect(world.clock.now()).to.equal(50);
  });

  virtually('ends as soon as its caller aborts', async make => {
    const world = make({...ONE, breaker: {...breaker, minProbeMs: 2000, maxProbeMs: 2000}});
    await open(world);
    const {signal, abort} = abortable();
    const call = thrown(world.fetch(ITEMS, {signal}));
    await world.clock.advance(50);
    abort();
    expect(await call).to.equal(signal.reason);
    expect(world.clock.now()).to.equal(50);
    expect(world.clock.pending).to.equal(0);
  });

  virtually('is refused at once where the line is full, or the policy lets no call wait', async make => {
    for (const settings of [{queue: 1}, {maxWaitMs: 0}]) {
      const world = make({...ONE, breaker: {...breaker, ...settings, minProbeMs: 2000, maxProbeMs: 2000}});
      await open(world);
      const first = world.end();
      if (settings.queue === 1) expect(await world.end()).to.equal('CIRCUIT_OPEN (breaker-open)');
      else expect(await first).to.equal('CIRCUIT_OPEN (breaker-open)');
      expect(world.clock.now()).to.equal(0);
      await world.clock.run(() => first);
    }
  });

  virtually('waits only if it began while the outage was young', async make => {
    const world = make({...ONE, breaker: {...breaker, maxAgeMs: 5000}});
    await open(world);
    world.serve(503);
    for (const [at, waits] of [
      [4900, true],
      [5100, false],
    ] as const) {
      await world.clock.advance(at - world.clock.now());
      await world.end(); // The probe that is due.
      const before = world.clock.now();
      await world.run();
      expect(world.clock.now() > before, `${at} ms`).to.equal(waits);
    }
  });

  virtually('and others leave the line as the load returns, the newest first: it has most time left', async make => {
    const world = make(ONE);
    await open(world);
    const seen: string[] = [];
    world.serve(async request => {
      seen.push(new URL(request.url).search);
      return later(world.clock, 90, 200)(request);
    });
    const all = Array.from({length: 31}, (_, n) => world.end(`${ITEMS}?${n}`));
    expect(await world.clock.run(() => Promise.all(all))).to.deep.equal(all.map(() => '200'));
    expect(seen).to.deep.equal(all.map((_, n) => `?${n}`).reverse());
    const rounds = new Map<number, number>();
    for (const at of world.arrivals) rounds.set(at, (rounds.get(at) ?? 0) + 1);
    // Two after the first success, and then twice as many as are asked for.
    expect([...rounds].slice(0, 2)).to.deep.equal([
      [100, 1],
      [190, 2],
    ]);
    expect(rounds.size).to.be.above(5);
    expect(breakerOf(world)).to.include({waiting: 0});
  });

  virtually('leaves nothing behind, however many wait', async make => {
    const world = make({...ONE, breaker: {...breaker, minProbeMs: 2000, maxProbeMs: 2000}});
    await open(world);
    const {signal, abort} = abortable();
    let ended = 0;
    for (let n = 0; n < 10_000; n++) world.fetch(ITEMS, {signal}).catch(() => ended++);
    await world.clock.advance(0);
    expect(breakerOf(world).waiting).to.equal(10_000);
    expect(await world.end(), 'the line is full').to.equal('CIRCUIT_OPEN (breaker-open)');
    abort();
    await world.clock.advance(0);
    expect(ended).to.equal(10_000);
    expect(breakerOf(world).waiting).to.equal(0);
    expect(world.clock.pending).to.equal(0);
    expect(world.sends).to.equal(1);
  });
});

describe('a retry that meets an open breaker', () => {
  const retrying: PolicyInput = {...ONE, maxAttempts: 5, backoff: AT_ONCE, budget: {capacity: 30, refillPerMinute: 0}};

  virtually('waits in the line, and costs no budget there', async make => {
    const world = make(retrying);
    await open(world);
    backAt(world, world.clock.now() + 320);
    expect(await world.run()).to.equal('200');
    expect(world.sends).to.be.above(3);
    expect(world.handle.snapshot(0).origins[0]!.budgets).to.deep.equal([{remaining: 1}]);
  });

  virtually('pays where its attempt timed out, because the server may still work on it', async make => {
    const world = make({...retrying, attemptTimeoutMs: 50});
    world.serve(request => later(world.clock, world.clock.now() < 60 ? 1000 : 10, 200)(request));
    expect(await world.run()).to.equal('200');
    expect(world.handle.snapshot(0).origins[0]!.budgets[0]!.remaining).to.be.below(1);
  });

  virtually('ends with the last answer when retries are disabled', async make => {
    const world = make({...retrying, breaker: {...breaker, minProbeMs: 2000, maxProbeMs: 2000}});
    world.serve(503);
    const call = world.end();
    await world.clock.advance(50);
    world.handle.disableRetries();
    expect(await call).to.equal('503 (retries-disabled)');
    expect(world.clock.now()).to.equal(50);
  });

  virtually('that has waited long enough ends with the last answer', async make => {
    const world = make({...retrying, breaker: {...breaker, minProbeMs: 2000, maxProbeMs: 2000, maxWaitMs: 200}});
    world.serve(503);
    expect(await world.run()).to.equal('503 (breaker-open)');
    expect(world.clock.now()).to.equal(200);
  });
});

describe('a line behind an open breaker', () => {
  virtually('is not emptied into the queue of a quota', async make => {
    const limits = [{unit: 'requests', max: 1, perMs: 1000}] as const;
    const world = make({...ONE, quota: {limits, learn: false}, breaker: {...breaker, maxWaitMs: 60_000}});
    await open(world);
    backAt(world, 0);
    const calls = Array.from({length: 20}, () => world.end());
    await world.clock.advance(500);
    const {quotas, breakers} = world.handle.snapshot(500).origins[0]!;
    expect(quotas[0]!.waiting).to.be.at.most(5); // One each 100 ms, because no probe is in flight.
    expect(quotas[0]!.waiting + breakers[0]!.waiting).to.equal(20);
    await world.clock.run(() => Promise.all(calls));
  });

  virtually('gives no room to a hedge', async make => {
    const world = make({...ONE, maxAttempts: 2, hedge: {delayMs: 20, maxLoadRatio: 1}, deadlineMs: null});
    await open(world);
    world.serve(request => later(world.clock, 200, 200)(request));
    const calls = Array.from({length: 3}, () => world.end());
    expect(await world.clock.run(() => Promise.all(calls))).to.deep.equal(['200', '200', '200']);
    expect(world.events.filter(({type}) => type === 'hedge.started').length).to.be.at.most(1);
  });

  virtually('does not hold a call whose random throws', async make => {
    let throws = false;
    const random = () => {
      if (throws) throw new Error('no chance');
      return 0.5;
    };
    const world = make({...ONE, correlation: null}, {random});
    await open(world);
    throws = true;
    expect(await world.run()).to.match(/CIRCUIT_OPEN|no chance/);
  });
});

function abortable(): {readonly signal: AbortSignal; readonly abort: () => void} {
  const controller = new AbortController();
  return {signal: controller.signal, abort: () => controller.abort(new Error('gone'))};
}
