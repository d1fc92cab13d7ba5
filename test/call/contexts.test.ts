/**
 * The context in which the user's code runs, as AsyncLocalStorage keeps it: that of the call, also where another call ended the wait. The clock fires timers
 * outside of every call, as a timer does that several calls share.
 */
import {AsyncLocalStorage} from 'node:async_hooks';
import {expect} from 'chai';
import type {PolicyInput} from '../../src/core.ts';
import {definePolicy} from '../../src/features/everything.ts';
import {redisGuards} from '../../src/redis.ts';
import {VirtualClock} from '../../src/testing.ts';
import {RedisDouble} from '../support/redis-double.ts';
import {ADAPTERS, type Adapter, type Watched, type World} from './contexts-adapters.ts';

const TENANTS = Array.from({length: 6}, (_, index) => `t${index}`);
const retried: PolicyInput = {
  idempotentMethods: ['GET', 'PUT', 'POST'],
  backoff: {kind: 'constant', delayMs: 10, throttledBaseMs: 10, jitter: 'none'},
  breaker: null,
  budget: null,
  deadlineMs: 60_000,
};
const limits = [{unit: 'requests', max: 1, perMs: 1000}] as const;
const endpoints = [
  {name: 'one', origin: 'https://api.test'},
  {name: 'two', origin: 'https://two.test', rank: 2},
];

const ALL = Object.keys(ADAPTERS);
const REPEATABLE = ALL.filter(name => name !== 'createFetch with a stream');
const BY_URL = ['createFetch', 'ky, our loop', 'ky, its own loop'];

interface Scene {
  readonly policy: PolicyInput;
  /** How an attempt ends: a status, or never. Left out: 200. */
  readonly answer?: (facts: {attempt: number; now: number; url: string}) => number | 'never';
  readonly answerMs?: number;
  readonly retryAfter?: string;
  /** When the signal that all calls share aborts. */
  readonly abortMs?: number;
  readonly shares?: true;
  /** An event by which the scene shows that it is what it says. */
  readonly shows: string;
  /** Adapters that have it. Default: all but a body that can be sent only once. */
  readonly only?: readonly string[];
  /** Calls before the tenants'. */
  readonly before?: number;
}

const SCENES: Record<string, Scene> = {
  'a fixed concurrency limit': {
    only: ALL,
    policy: {concurrency: {kind: 'fixed', max: 1, queue: 100}},
    shows: 'call.end',
  },
  'a full queue': {only: ALL, policy: {concurrency: {kind: 'fixed', max: 1, queue: 2}}, shows: 'call.rejected'},
  'an adaptive concurrency limit': {
    only: ALL,
    policy: {concurrency: {kind: 'adaptive', start: 1, min: 1, max: 1, queue: 100}},
    shows: 'call.end',
  },
  'a stated quota': {only: ALL, policy: {quota: {limits, learn: false}}, shows: 'call.queued'},
  'a quota that starts low': {only: ALL, policy: {quota: {startPerSecond: 1}}, shows: 'call.end'},
  'a quota that is learned': {
    only: REPEATABLE.filter(name => name !== 'gRPC'),
    policy: {quota: {}, maxAttempts: 5},
    answer: ({attempt}) => (attempt === 1 ? 429 : 200),
    shows: 'call.queued',
  },
  'a retry': {policy: {}, answer: ({attempt}) => (attempt === 1 ? 503 : 200), shows: 'retry.scheduled'},
  'a hold of the origin': {
    // ky's own loop waits by itself, in real time.
    only: REPEATABLE.filter(name => name !== 'ky, its own loop'),
    policy: {retryAfter: {scope: 'origin'}},
    answer: ({attempt}) => (attempt === 1 ? 429 : 200),
    retryAfter: '1',
    shows: 'retry.scheduled',
  },
  'the line of a breaker': {
    only: ALL,
    policy: {breaker: {kind: 'adaptive', failures: 2, maxWaitMs: 20_000}, maxAttempts: 2},
    answer: ({now}) => (now < 2000 ? 503 : 200),
    before: 12,
    shows: 'call.queued',
  },
  'a hedge': {policy: {hedge: {delayMs: 5, maxLoadRatio: 1}}, answerMs: 50, shows: 'hedge.started'},
  'a hedge that wins': {
    policy: {hedge: {delayMs: 5, maxLoadRatio: 1}},
    answer: ({attempt}) => (attempt === 1 ? 'never' : 200),
    shows: 'hedge.started',
  },
  'an attempt timeout': {
    policy: {attemptTimeoutMs: 100},
    answer: ({attempt}) => (attempt === 1 ? 'never' : 200),
    shows: 'retry.scheduled',
  },
  'an attempt timeout beside a hedge': {
    policy: {attemptTimeoutMs: 100, hedge: {delayMs: 5, maxLoadRatio: 1}},
    answer: ({attempt}) => (attempt <= 2 ? 'never' : 200),
    shows: 'retry.scheduled',
  },
  'a deadline': {policy: {deadlineMs: 100, attemptTimeoutMs: null}, answer: () => 'never', shows: 'call.end'},
  'a deadline in a queue': {
    only: ALL,
    policy: {deadlineMs: 100, attemptTimeoutMs: null, concurrency: {kind: 'fixed', max: 1, queue: 100}},
    answer: () => 'never',
    shows: 'call.end',
  },
  'an abort in flight': {policy: {}, answer: () => 'never', abortMs: 20, shows: 'call.end'},
  'an abort in a queue': {
    only: ALL,
    policy: {concurrency: {kind: 'fixed', max: 1, queue: 100}},
    answer: () => 'never',
    abortMs: 20,
    shows: 'call.end',
  },
  'an abort before a retry': {policy: {}, answer: () => 503, abortMs: 15, shows: 'call.end'},
  'another endpoint': {
    policy: {endpoints, failover: {sharedKeys: true}},
    answer: ({url}) => (url.startsWith('https://two') ? 200 : 503),
    shows: 'call.failover',
    only: BY_URL,
  },
  'a hedge to another endpoint': {
    policy: {endpoints, failover: {sharedKeys: true}, hedge: {delayMs: 5, maxLoadRatio: 1, to: 'other'}},
    answer: ({url}) => (url.startsWith('https://two') ? 200 : 'never'),
    shows: 'hedge.started',
    only: BY_URL,
  },
  'an endpoint that warms up': {
    policy: {endpoints: [{...endpoints[0]!, readyPath: '/healthz'}]},
    answer: ({now}) => (now < 3000 ? 503 : 200),
    shows: 'endpoint.changed',
    only: ['createFetch', 'ky, our loop', 'ky, its own loop'],
  },
  'a concurrency limit that processes share': {
    only: ALL,
    policy: {concurrency: {kind: 'fixed', max: 1, queue: 100}},
    shares: true,
    shows: 'call.end',
  },
  'a quota that processes share': {policy: {quota: {limits, learn: false}}, shares: true, shows: 'call.queued'},
  'a breaker that processes share': {
    only: ALL,
    policy: {breaker: {kind: 'adaptive', failures: 2, maxWaitMs: 20_000}, maxAttempts: 2},
    answer: ({now}) => (now < 2000 ? 503 : 200),
    before: 12,
    shares: true,
    shows: 'call.queued',
  },
};

describe("the user's code runs in the context of its call", () => {
  for (const [title, scene] of Object.entries(SCENES))
    for (const [name, adapter] of Object.entries(ADAPTERS))
      if ((scene.only ?? REPEATABLE).includes(name))
        it(`${title}: ${name}`, async () => {
          const {seen, wrong, events} = await play(adapter, scene);
          expect(wrong).to.deep.equal([]);
          expect(events).to.include(scene.shows);
          expect(seen.size).to.be.above(2);
        });
});

async function play(adapter: Adapter, scene: Scene) {
  const clock = new VirtualClock();
  const contexts = new AsyncLocalStorage<string>();
  const wrong: string[] = [];
  const seen = new Set<string>();
  const events = new Set<string>();
  const redis = new RedisDouble(() => clock.wall());
  const send = async (args: readonly string[]) => redis.run(args);
  const random = () => 0.5;
  const guards = redisGuards({send, clock, random});
  const handle = definePolicy({...retried, ...scene.policy} as PolicyInput, random, scene.shares ? guards : undefined);
  const stop = new AbortController();
  const world: World = {clock, handle, signal: scene.abortMs === undefined ? null : stop.signal};
  const watchedAs = (tenant: string): Watched => {
    let attempt = 0;
    return {
      see(where) {
        seen.add(where);
        const store = contexts.getStore();
        if (store !== tenant) wrong.push(`${tenant} saw ${store} in ${where}`);
      },
      event: type => events.add(type),
      async answer(url) {
        const isQuestion = url.endsWith('/healthz');
        const status = scene.answer?.({attempt: isQuestion ? 0 : ++attempt, now: clock.now(), url}) ?? 200;
        if (status === 'never') return new Promise(() => {});
        await clock.sleep(scene.answerMs ?? 10);
        return {status, headers: status === 429 && scene.retryAfter ? {'retry-after': scene.retryAfter} : {}};
      },
    };
  };
  const callAs = (tenant: string): Promise<void> =>
    contexts.run(tenant, async () => {
      const watched = watchedAs(tenant);
      await adapter(world, watched);
      watched.see('the code after the call');
    });
  await clock.run(async () => {
    for (let index = 0; index < (scene.before ?? 0); index++) await callAs('before');
    if (scene.abortMs !== undefined) void clock.sleep(scene.abortMs).then(() => stop.abort(new Error('enough')));
    await Promise.all(TENANTS.map(callAs));
  });
  return {seen, wrong, events};
}
