/** The schedule of a measurement and what it counts, in virtual time. */
import {expect} from 'chai';
import {seededRandom} from '../../src/core/random.ts';
import {sleep} from '../../src/core/timer.ts';
import {VirtualClock} from '../../src/core/virtual-clock.ts';
import {handleOf} from '../../src/features/everything.ts';
import type {Measurement} from '../../src/measure/measurement.ts';
import {Pace, runMeasurement} from '../../src/measure/run-measurement.ts';
import {type MeasuredRequest, plainSide, policySide, type SidePorts} from '../../src/measure/sides.ts';
import type {PolicyInput} from '../../src/policy/types.ts';

interface Seen {
  readonly at: number;
  readonly url: string;
  /** `plain` or `policy`: only the policy writes an id. */
  readonly side: string;
}

/** What the server does with a request: a status after a time, an error, or nothing. */
type Answer =
  | {readonly status: number; readonly afterMs?: number; readonly body?: ReadableStream; readonly type?: string}
  | Error
  | 'hang';

const TIMEOUT_MS = 5000;

class World {
  readonly clock = new VirtualClock();
  readonly seen: Seen[] = [];
  readonly stop = new AbortController();
  readonly cut = new AbortController();
  readonly #answer: (seen: Seen, index: number) => Answer;

  constructor(answer: (seen: Seen, index: number) => Answer = () => ({status: 200})) {
    this.#answer = answer;
  }

  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const side = new Headers(init?.headers).has('x-correlation-id') ? 'policy' : 'plain';
    const seen = {at: this.clock.now(), url: String(input), side};
    const answer = this.#answer(seen, this.seen.push(seen) - 1);
    const signal = init?.signal ?? null;
    if (answer instanceof Error) throw answer;
    if (answer === 'hang') {
      await sleep(this.clock, Number.POSITIVE_INFINITY, signal);
      throw new Error('not reached');
    }
    await sleep(this.clock, answer.afterMs ?? 0, signal);
    return new Response(answer.body ?? 'text', {
      status: answer.status,
      headers: {'content-type': answer.type ?? 'text/plain'},
    });
  };

  run(
    given: {count?: number; rate?: number; policy?: PolicyInput; requests?: readonly MeasuredRequest[]} = {},
  ): Promise<Measurement> {
    const {count = 10, rate = 10, policy: input = {}, requests = [get('/')]} = given;
    const {clock, fetch} = this;
    const random = seededRandom(1);
    const pace = new Pace(clock, rate);
    const ports: SidePorts = {clock, fetch, random, onExtraAttempt: () => pace.add()};
    const policy = handleOf(input);
    return clock.run(() =>
      runMeasurement(
        {target: 'test', policyName: 'default', count, ratePerSecond: rate, timeoutMs: TIMEOUT_MS, requests},
        {
          plain: plainSide(ports, TIMEOUT_MS),
          policy: policySide(policy, ports, TIMEOUT_MS),
          warmUp: [plainSide(ports, TIMEOUT_MS), policySide(policy, ports, TIMEOUT_MS)],
          pace,
          clock,
          random,
          stop: this.stop.signal,
          cut: this.cut.signal,
        },
      ),
    );
  }
}

const get = (path: string): MeasuredRequest => ({method: 'GET', url: `https://api.example.com${path}`, init: {}});
const WAIT_50: PolicyInput = {backoff: {kind: 'constant', delayMs: 50, jitter: 'none'}};
const reset = (): Error =>
  Object.assign(new TypeError('fetch failed'), {cause: Object.assign(new Error('reset'), {code: 'ECONNRESET'})});

describe('Pace', () => {
  const beginnings = async (count: number, rate: number, lateMs: (index: number) => number): Promise<number[]> => {
    const clock = new VirtualClock();
    const pace = new Pace(clock, rate);
    const never = new AbortController().signal;
    const found: number[] = [];
    await clock.run(async () => {
      for (let index = 0; index < count; index++) {
        await pace.mayBegin(never);
        await sleep(clock, lateMs(index));
        found.push(clock.now());
      }
    });
    return found;
  };

  it('holds the rate on average although each timer is late', async () => {
    const found = await beginnings(501, 500, () => 1.2);
    expect(found.at(-1)).to.be.within(1000, 1010);
  });

  it('makes up for 50 ms at most after a long delay', async () => {
    const found = await beginnings(40, 100, index => (index === 9 ? 1000 : 0));
    const after = found.slice(9).map(at => Math.round(at - found[9]!));
    // The late one, the one that is due, and the five of 50 ms.
    expect(after.filter(at => at === 0)).to.have.length(7);
    expect(after.at(-1)).to.equal(240);
  });

  it('says at once that no call may begin once the stop aborts, and leaves no timer', async () => {
    const clock = new VirtualClock();
    const pace = new Pace(clock, 1);
    const stop = new AbortController();
    expect(await pace.mayBegin(stop.signal)).to.equal(true);
    const next = pace.mayBegin(stop.signal);
    stop.abort();
    expect([await next, await pace.mayBegin(stop.signal), clock.pending, clock.now()]).to.deep.equal([
      false,
      false,
      0,
      0,
    ]);
  });
});

describe('runMeasurement', () => {
  it('sends each request through both sides, one right after the other, at the rate', async () => {
    const world = new World();
    const requests = [get('/a'), get('/b'), get('/c')];
    const {plain, policy, isComplete, durationMs} = await world.run({count: 5, requests});
    expect(isComplete).to.equal(true);
    expect(world.seen.map(({at}) => Math.round(at))).to.deep.equal(Array.from({length: 12}, (_, index) => 100 * index));
    const paths = world.seen.map(({url}) => new URL(url).pathname);
    expect(paths).to.deep.equal(['/a', '/a', '/a', '/a', '/b', '/b', '/c', '/c', '/a', '/a', '/b', '/b']);
    for (let index = 0; index < 12; index += 2)
      expect(
        world.seen
          .slice(index, index + 2)
          .map(({side}) => side)
          .sort(),
      ).to.deep.equal(['plain', 'policy']);
    expect([plain.calls.length, policy.calls.length]).to.deep.equal([5, 5]);
    expect(Math.round(durationMs)).to.equal(1100);
  });

  it('draws by chance which side begins, so that neither always comes first', async () => {
    const world = new World();
    await world.run({count: 200});
    const firsts = world.seen.filter((_, index) => index > 1 && index % 2 === 0);
    expect(firsts.filter(({side}) => side === 'plain').length).to.be.within(70, 130);
  });

  it('does not count the first call of each side, which opens the connection', async () => {
    const world = new World((_, index) => ({status: index < 2 ? 503 : 200, afterMs: index < 2 ? 3000 : 7}));
    const {plain, policy} = await world.run({policy: {...WAIT_50, maxAttempts: 1}});
    expect([plain.succeeded, policy.succeeded]).to.deep.equal([10, 10]);
    expect(plain.attempts).to.deep.equal([{outcome: '200', attempts: 10}]);
    expect(policy.attempts).to.deep.equal([{outcome: '200', attempts: 10}]);
    expect(policy.latencyMs).to.deep.equal({p50: 7, p90: 7, p95: 7, p99: 7});
  });

  it('does not wait at the end for a first call that hangs', async () => {
    const world = new World((_, index) => (index < 2 ? 'hang' : {status: 200}));
    const {isComplete, durationMs} = await world.run({count: 3, policy: {attemptTimeoutMs: null}});
    expect(isComplete).to.equal(true);
    expect(durationMs).to.be.below(1000);
    expect(world.clock.pending).to.equal(0);
  });

  it('delays the next call by one interval for each retry, so that the rate holds on average', async () => {
    const world = new World(({side}, index) => ({status: side === 'policy' && index > 1 ? 503 : 200}));
    const {policy} = await world.run({count: 8, policy: {...WAIT_50, budget: null, breaker: null}});
    expect(policy.requests).to.equal(24);
    const last = world.seen.at(-1)!.at;
    expect(world.seen.length / (last / 1000)).to.be.within(9, 11);
  });

  it('counts a call of plain fetch that hangs as failed when its time is over', async () => {
    const world = new World(({side}) => (side === 'plain' ? 'hang' : {status: 200}));
    const {plain} = await world.run({count: 2});
    expect(plain.calls.map(({durationMs, failure, ok}) => ({durationMs, failure, ok}))).to.deep.equal(
      Array(2).fill({durationMs: TIMEOUT_MS, failure: 'attempt timeout', ok: false}),
    );
    expect(plain.attempts).to.deep.equal([{outcome: 'attempt timeout', attempts: 2}]);
    expect(world.clock.pending).to.equal(0);
  });

  it('gives a policy without a deadline the time limit as its deadline', async () => {
    const world = new World(({side}) => (side === 'policy' ? 'hang' : {status: 200}));
    const {policy} = await world.run({count: 1, policy: {deadlineMs: null, attemptTimeoutMs: null}});
    expect(policy.calls[0]).to.deep.include({durationMs: TIMEOUT_MS, failure: 'deadline exceeded', ok: false});
  });

  it('keeps the deadline of a policy that has one', async () => {
    const world = new World(({side}) => (side === 'policy' ? 'hang' : {status: 200}));
    const {policy} = await world.run({count: 1, policy: {deadlineMs: 9000, attemptTimeoutMs: null}});
    expect(policy.calls[0]).to.deep.include({durationMs: 9000, failure: 'deadline exceeded'});
  });

  it('ends an event stream that goes on without end, on both sides', async () => {
    const world = new World(() => ({status: 200, type: 'text/event-stream', body: new ReadableStream({})}));
    // A response of a test does not end with the signal, so each stream is aborted as undici does.
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const body = new ReadableStream({
        start: controller => init?.signal?.addEventListener('abort', () => controller.error(init.signal?.reason)),
      });
      world.seen.push({at: world.clock.now(), url: String(input), side: 'any'});
      return new Response(body, {headers: {'content-type': 'text/event-stream'}});
    };
    const ports: SidePorts = {clock: world.clock, fetch, random: seededRandom(1), onExtraAttempt() {}};
    for (const side of [plainSide(ports, 1000), policySide(handleOf({idleTimeoutMs: null}), ports, 1000)]) {
      const end = await world.clock.run(() => side.send(get('/'), new AbortController().signal));
      expect(end).to.deep.include({ok: false, status: 200, failure: 'body: attempt timeout'});
    }
  });

  it('says of each failure how the last attempt ended, and why there was no further one', async () => {
    const world = new World(({side}, index) =>
      index < 2 ? {status: 200} : side === 'plain' ? reset() : {status: 503},
    );
    const {plain, policy} = await world.run({count: 1, policy: {...WAIT_50, maxAttempts: 2}});
    expect(plain.calls[0]).to.deep.include({failure: 'ECONNRESET', status: null, requests: 1, waitedMs: 0});
    expect(policy.calls[0]).to.deep.include({
      failure: '503, attempts-exhausted',
      status: 503,
      requests: 2,
      waitedMs: 50,
      message: null,
    });
    expect(policy.attempts).to.deep.equal([{outcome: '503', attempts: 2}]);
  });

  it('counts a redirect, and a body that breaks off, as failures of both sides', async () => {
    const broken = () => new ReadableStream({pull: controller => controller.error(reset())});
    for (const [answer, failure] of [
      [() => ({status: 302}), '302'],
      [() => ({status: 200, body: broken()}), 'body: ECONNRESET'],
    ] as const) {
      const {plain, policy} = await new World(answer).run({count: 1});
      expect(plain.calls[0]).to.deep.include({ok: false, failure});
      expect(policy.calls[0]).to.deep.include({ok: false, failure, requests: 1});
    }
  });

  it('keeps the message of an error without a code, without the secrets of its URL', async () => {
    const world = new World(() => new RangeError('Bad thing at https://api.example.com/?key=s3cr3t'));
    const {plain} = await world.run({count: 1});
    expect(plain.failures).to.deep.equal([
      {failure: 'RangeError', calls: 1, message: 'Bad thing at https://api.example.com/?key=REDACTED'},
    ]);
  });

  it('begins no call after the stop, counts those in flight, and leaves the missing half of a pair out', async () => {
    const world = new World((_, index) => {
      if (index === 6) world.stop.abort();
      return {status: 200, afterMs: 1000};
    });
    const {plain, policy, isComplete, difference} = await world.run();
    expect(world.seen).to.have.length(7);
    expect(plain.calls.length + policy.calls.length, 'the first two are not counted').to.equal(5);
    expect(Object.values(difference!.pairs).reduce((sum, count) => sum + count)).to.equal(2);
    expect(isComplete).to.equal(false);
    expect(world.clock.pending).to.equal(0);
  });

  it('does not count calls that were cut off, and says how many', async () => {
    const world = new World((_, index) => {
      if (index < 6) return {status: 200};
      world.stop.abort();
      world.cut.abort();
      return 'hang';
    });
    const {plain, policy} = await world.run();
    expect(plain.cutOff + policy.cutOff).to.equal(1);
    expect(plain.calls.length + policy.calls.length).to.equal(4);
    expect([...plain.failures, ...policy.failures, ...plain.attempts.slice(1), ...policy.attempts.slice(1)]).to.be
      .empty;
    expect(world.clock.pending).to.equal(0);
  });

  it('measures what a policy gains where one request in five fails', async () => {
    const random = seededRandom(3);
    const world = new World(() => ({status: random() < 0.2 ? 503 : 200, afterMs: 5}));
    const {plain, policy, difference} = await world.run({count: 200, policy: {...WAIT_50, budget: null}});
    expect(plain.successRatio).to.be.within(0.7, 0.9);
    expect(policy.successRatio).to.be.above(0.96);
    expect(difference!.isMoreThanChance).to.equal(true);
    expect(policy.requests / 200).to.be.within(1.15, 1.35);
    expect(plain.latencyMs!.p99).to.equal(null);
    expect(policy.latencyMs!.p95).to.be.within(60, 120);
  });
});
