/** Scenes with guards that two processes share through a Redis that is slow, fails for a while, and knows other limits. */
import {createFetch, definePolicy, type PolicyInput, seededRandom} from '../../src/core.ts';
import type {SharedGuards} from '../../src/guards/guard-factory.ts';
import {redisGuards} from '../../src/redis.ts';
import {RedisDouble} from '../support/redis-double.ts';
import {type Answer, Server} from './answers.ts';
import {HOME, leavingAfter, QUICK, type Scene, type Scenes, scenesOf} from './scene.ts';
import {countedIds, type Stage} from './stage.ts';

/** How the store behaves at a time: ms until it answers, or why it does not. */
type Behavior = (now: number, stage: Stage) => number | 'hangs' | Error;

const stores = new WeakMap<Stage, () => SharedGuards>();

/** Guards of one process; each further call makes those of another. */
const sharing =
  (behavior: Behavior) =>
  (stage: Stage): SharedGuards => {
    const redis = new RedisDouble(() => stage.clock.wall());
    const make = (): SharedGuards =>
      redisGuards({
        clock: stage.clock,
        random: seededRandom(7),
        timeoutMs: 100,
        instances: 2,
        send: async args => {
          const how = behavior(stage.clock.now(), stage);
          if (how instanceof Error) throw how;
          // Which scripts are known depends on the tests before, so a script that Redis lacks takes no time.
          if (args[0] === 'EVALSHA' && !redis.knows(args[1]!)) return redis.run(args);
          await stage.clock.sleep(how === 'hangs' ? 1e9 : how);
          return redis.run(args);
        },
      });
    stores.set(stage, make);
    return make();
  };

/** Calls of another process, with this policy. */
const another =
  (policy: PolicyInput) =>
  (stage: Stage): void => {
    const {clock, recorder} = stage;
    const {fetch} = new Server(stage, () => ({status: 200}));
    const handle = definePolicy(policy, seededRandom(9), stores.get(stage)!());
    const on = (event: {readonly type: string}): void => {
      if (!('call' in event)) recorder.note(`other ${event.type}`, {...event, type: undefined});
    };
    const other = createFetch(handle, {
      clock,
      random: seededRandom(8),
      ids: countedIds('other'),
      fetch,
      on,
      observer: null,
    });
    void (async () => {
      for (let number = 1; number <= 6; number++) {
        await clock.sleep(200);
        await stage.end(`other ${number}`, () => other(HOME));
      }
    })();
  };

const answer = (_arrival: unknown, stage: Stage): Answer => ({
  afterMs: 20 + stage.random() * 60,
  ...stage.pick<Answer>([{}, {}, {}, {status: 503}, {status: 429, headers: {'retry-after': '1'}}]),
});

const downFrom =
  (from: number, until: number, how: 'hangs' | Error): Behavior =>
  now =>
    now >= from && now < until ? how : 5;

const REFUSED = new Error('connect ECONNREFUSED 127.0.0.1:6379');
const limits = (max: number): PolicyInput['quota'] => ({
  limits: [{unit: 'requests', max, perMs: 1000}],
  maxWaitMs: 2000,
});

const shared = (policy: PolicyInput, behavior: Behavior, other: PolicyInput = policy): Scene => ({
  policy: {...QUICK, budget: null, ...policy},
  guards: sharing(behavior),
  answer,
  call: leavingAfter(null, null, null, 40, 300),
  meanwhile: another({...QUICK, budget: null, ...other}),
  calls: 14,
  isBrief: true,
});

export const storeScenes: Scenes = scenesOf(2200, {
  'a quota': shared({quota: limits(8)}, () => 5),
  'a quota, and a slow store': shared({quota: limits(8)}, (_now, stage) => stage.pick([5, 60, 150])),
  'a quota, and a store that fails for a while': shared({quota: limits(8)}, downFrom(400, 1200, REFUSED)),
  'a quota, and a store that hangs for a while': shared({quota: limits(8)}, downFrom(400, 1200, 'hangs')),
  'quotas that differ': shared({quota: limits(8)}, () => 5, {quota: limits(4)}),
  'a breaker': {
    ...shared({breaker: {kind: 'consecutive', failures: 2, openMs: 200, probes: 1}}, downFrom(1100, 1300, REFUSED)),
    answer: (_arrival, stage) => ({afterMs: 20, status: stage.clock.now() < 700 ? 503 : stage.pick([200, 503])}),
    calls: 30,
    spreadMs: 2000,
  },
  budgets: shared({budget: {capacity: 30, refillPerMinute: 60}}, downFrom(700, 1000, 'hangs')),
  'a budget by ratio': shared({budget: {kind: 'ratio', ratio: 0.3, minPerSecond: 1}}, () => 5),
  'a concurrency limit': shared({concurrency: {max: 2, queue: 5}}, downFrom(500, 900, REFUSED)),
  'all of them, with hedges': shared(
    {
      quota: limits(10),
      concurrency: {max: 3, queue: 5},
      breaker: {kind: 'consecutive', failures: 3, openMs: 300, probes: 1},
      hedge: {delayMs: 40, maxLoadRatio: 1},
    },
    () => 3,
  ),
});
