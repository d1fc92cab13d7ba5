/**
 * Calls as a state machine, under random interleavings: of answers and failures, time-outs, aborts, throwing hooks, hedges, a
 * line, a breaker, a budget and the operator's switch. Whatever happens, these hold; a failure shrinks to its smallest story.
 */
import {getEventListeners} from 'node:events';
import {expect} from 'chai';
import fc from 'fast-check';
import {type CallObserver, type CallReport, type Observer, type PolicyInput, reportOf} from '../../src/core.ts';
import type {SeenRequest, VirtualClock} from '../../src/testing.ts';
import {type Settled, settle} from '../support/outcome.ts';
import {AT_ONCE} from '../support/policies.ts';
import {runs} from '../support/runs.ts';
import {ITEMS, World} from './world.ts';

/** What the server does with one request. `works`: whether it has its effect before it answers, or fails to. */
interface Reply {
  readonly kind: number | 'ECONNREFUSED' | 'ECONNRESET' | 'hang' | 'mistake';
  readonly afterMs: number;
  readonly works: boolean;
  readonly retryAfter: boolean;
}

interface Plan {
  readonly method: 'GET' | 'POST';
  readonly keyed: boolean;
  readonly startsAt: number;
  readonly abortsAfterMs: number | null;
}

interface Story {
  readonly policy: PolicyInput;
  readonly calls: readonly Plan[];
  readonly replies: readonly Reply[];
  readonly prepareThrowsAt: number | null;
  readonly classifyThrowsAt: number | null;
  readonly disabledAt: number | null;
}

const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary, {nil: null, freq: 2});
const delay = fc.constantFrom(0, 0, 1, 20, 60, 150);

const stories: fc.Arbitrary<Story> = fc.record({
  policy: fc.record({
    maxAttempts: fc.integer({min: 1, max: 4}),
    deadlineMs: maybe(fc.constantFrom(60, 200, 1000)),
    attemptTimeoutMs: fc.constantFrom(30, 100),
    backoff: fc.constantFrom(AT_ONCE, {kind: 'constant', delayMs: 40, throttledBaseMs: 80, jitter: 'full'} as const),
    retryAfter: fc.record({scope: fc.constantFrom('call', 'origin'), maxMs: fc.constantFrom(500, 5000)}),
    budget: maybe(fc.constantFrom({capacity: 30}, {kind: 'ratio', ratio: 0.5, windowMs: 10_000} as const)),
    breaker: maybe(fc.constant({kind: 'consecutive', failures: 2, openMs: 50, maxOpenMs: 100, probes: 1} as const)),
    concurrency: maybe(fc.record({max: fc.constantFrom(1, 2), queue: fc.constantFrom(0, 2)})),
    hedge: maybe(fc.constant({delayMs: 10, maxLoadRatio: 1})),
  }) as fc.Arbitrary<PolicyInput>,
  calls: fc.array(
    fc.record({
      method: fc.constantFrom('GET', 'POST'),
      keyed: fc.boolean(),
      startsAt: delay,
      abortsAfterMs: maybe(fc.constantFrom(0, 5, 25, 90)),
    }),
    {minLength: 1, maxLength: 5},
  ),
  replies: fc.array(
    fc.record({
      kind: fc.constantFrom(200, 200, 404, 408, 421, 429, 500, 503, 'ECONNREFUSED', 'ECONNRESET', 'hang', 'mistake'),
      afterMs: delay,
      works: fc.boolean(),
      retryAfter: fc.boolean(),
    }),
    {minLength: 1, maxLength: 8},
  ),
  prepareThrowsAt: maybe(fc.integer({min: 1, max: 4})),
  classifyThrowsAt: maybe(fc.integer({min: 1, max: 4})),
  disabledAt: maybe(fc.constantFrom(0, 30, 100)),
}) as fc.Arbitrary<Story>;

/** A server that counts its effects: per key, and per call where there is none. */
class Server {
  readonly sends = new Map<string, number>();
  readonly effects = new Map<string, number>();
  readonly #known = new Set<string>();
  readonly #clock: VirtualClock;
  readonly #replies: readonly Reply[];
  #count = 0;

  constructor(clock: VirtualClock, replies: readonly Reply[]) {
    this.#clock = clock;
    this.#replies = replies;
  }

  readonly answer = async (request: SeenRequest): Promise<Response> => {
    const call = request.headers.get('x-call')!;
    this.sends.set(call, (this.sends.get(call) ?? 0) + 1);
    const reply = this.#replies[this.#count++ % this.#replies.length]!;
    if (reply.works && mayWork(reply.kind)) this.#work(call, request.headers.get('idempotency-key'));
    await this.#clock.sleep(reply.kind === 'hang' ? 1e9 : reply.afterMs, request.signal);
    if (typeof reply.kind === 'number') {
      const headers: Record<string, string> = reply.retryAfter ? {'retry-after': '1'} : {};
      return new Response('said', {status: reply.kind, headers});
    }
    if (reply.kind === 'mistake') throw new Error('a mistake of the program');
    throw new TypeError('fetch failed', {cause: Object.assign(new Error(), {code: reply.kind})});
  };

  #work(call: string, key: string | null): void {
    if (key !== null && this.#known.has(key)) return;
    if (key !== null) this.#known.add(key);
    this.effects.set(call, (this.effects.get(call) ?? 0) + 1);
  }
}

/** Whether the server may act. An answer that promises that it did not act is always true, since a client has to rely on it. */
const mayWork = (kind: Reply['kind']): boolean => ![408, 421, 429, 'ECONNREFUSED'].includes(kind as number);

interface Watch extends Observer {
  calls: number;
  ends: number;
  attempts: number;
  attemptEnds: number;
}

function watching(): Watch {
  const watch: Watch = {
    calls: 0,
    ends: 0,
    attempts: 0,
    attemptEnds: 0,
    startCall() {
      watch.calls++;
      const call: CallObserver = {
        startAttempt() {
          watch.attempts++;
          return {run: work => work(), end: () => void watch.attemptEnds++};
        },
        run: work => work(),
        event() {},
        end: () => void watch.ends++,
      };
      return call;
    },
  };
  return watch;
}

function throwsAt(turn: number | null): () => undefined {
  let count = 0;
  return () => {
    if (++count === turn) throw new Error('a hook threw');
    return undefined;
  };
}

async function play(story: Story): Promise<void> {
  const observer = watching();
  const world = new World(story.policy, {
    observer,
    prepareAttempt: throwsAt(story.prepareThrowsAt),
    classify: throwsAt(story.classifyThrowsAt),
  });
  const {clock} = world;
  const server = new Server(clock, story.replies);
  world.serve(server.answer);
  const signals: AbortSignal[] = [];
  const call = async (plan: Plan, index: number): Promise<Settled<Response>> => {
    const controller = new AbortController();
    signals.push(controller.signal);
    const {method, keyed, startsAt, abortsAfterMs} = plan;
    await clock.sleep(startsAt);
    if (abortsAfterMs !== null) void clock.sleep(abortsAfterMs).then(() => controller.abort(new Error('gone')));
    const headers = {'x-call': String(index), ...(keyed && {'idempotency-key': `key-${index}`})};
    return settle(async () => {
      const response = await world.fetch(ITEMS, {method, headers, signal: controller.signal});
      await response.text().catch(() => {});
      return response;
    });
  };
  if (story.disabledAt !== null) void clock.sleep(story.disabledAt).then(() => world.handle.disableRetries());
  const outcomes = await clock.run(() => Promise.all(story.calls.map(call)));
  // A minute is longer than anything here takes.
  await clock.advance(60_000);

  expect(clock.pending, 'timers').to.equal(0);
  for (const signal of signals) expect(getEventListeners(signal, 'abort'), 'listeners').to.be.empty;
  expectEndsOnce(story, world, observer);
  expectGuardsAtRest(world, story);
  outcomes.forEach((outcome, index) => {
    expectConsistent(story, outcome, index, server);
  });
  expectBudgetHolds(story, world, server);
}

function expectEndsOnce({calls}: Story, world: World, watch: Watch): void {
  const ends = world.events.filter(({type}) => type === 'call.end');
  expect(ends, 'call.end events').to.have.length(calls.length);
  expect(watch, 'spans').to.include({calls: calls.length, ends: calls.length});
  expect(watch.attemptEnds, 'spans of attempts').to.equal(watch.attempts);
}

function expectGuardsAtRest(world: World, {policy}: Story): void {
  const now = world.clock.now();
  const [origin] = world.handle.snapshot(now).origins;
  for (const {inFlight, waiting} of origin?.concurrency ?? [])
    expect({inFlight, waiting}).to.deep.equal({inFlight: 0, waiting: 0});
  // A probe that was lost would leave the breaker half-open and shut for ever.
  const breaker = world.handle.registry.at(new URL(ITEMS).origin, world.handle.plans.base, now).breaker;
  if (breaker !== null) expect(breaker.refuses(now), 'a probe is free').to.equal(false);
  if (policy.budget !== null) expect(origin?.budgets[0]?.remaining).to.be.within(0, 1);
}

function expectConsistent({policy, calls}: Story, outcome: Settled<Response>, index: number, server: Server): void {
  const {method, keyed} = calls[index]!;
  const sends = server.sends.get(String(index)) ?? 0;
  expect(sends, 'sends').to.be.at.most(policy.maxAttempts as number);
  const effects = server.effects.get(String(index)) ?? 0;
  if (method === 'POST') expect(effects, keyed ? 'effects with a key' : 'effects without a key').to.be.at.most(1);
  const report: CallReport | undefined = reportOf(outcome.value ?? outcome.error);
  if (outcome.value !== undefined) {
    expect(report?.result === 'success', 'success').to.equal(outcome.value.status < 400);
    expect(report?.refusal === null, 'no refusal').to.equal(report?.result === 'success');
  }
  // An abort's reason is the caller's own, and has no report.
  if ((outcome.error as Error | undefined)?.message === 'gone') return;
  expect(report, 'a report').not.to.equal(undefined);
  // An attempt that its hook ended was never sent.
  expect(report!.attempts).to.be.within(sends, sends + 1);
  expect(report!.hedges).to.be.at.most(report!.attempts);
}

/** Sends beyond the first of each call are retries and hedges, and each was paid for. */
function expectBudgetHolds({policy, calls}: Story, world: World, server: Server): void {
  const {budget} = policy;
  if (budget === null || budget === undefined) return;
  const sends = [...server.sends.values()].reduce((sum, count) => sum + count, 0);
  const extra = sends - server.sends.size;
  if (budget.kind === 'ratio') {
    expect(extra, 'retries under the ratio').to.be.at.most(calls.length * 0.5);
    return;
  }
  const successes = world.events.filter(event => event.type === 'attempt.end' && event.reason === 'success').length;
  // Each success gives back at the most what a retry costs; a throttled one costs 5; minutes of virtual time refill 14 each.
  const most = 30 + successes * 14 + (14 * world.clock.now()) / 60_000;
  expect(extra * 5, 'tokens spent').to.be.at.most(most);
}

describe('any interleaving of calls', () => {
  it('ends each once, leaves nothing, sends no more than is allowed, and repeats no effect without a key', async () => {
    await fc.assert(fc.asyncProperty(stories, play), {seed: 20_261_124, numRuns: runs(200, 700)});
  });
});
