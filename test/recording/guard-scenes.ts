/** Scenes with breakers and budgets of every kind, and clients that share them. */
import {createFetch, type PolicyInput} from '../../src/core.ts';
import {type Answer, Server} from './answers.ts';
import {anyMethod, HOME, leavingAfter, QUICK, type Scenes, scenesOf} from './scene.ts';
import type {Stage} from './stage.ts';

const PLAIN: PolicyInput = {...QUICK, budget: null};

/** Fails between these times. */
const failing =
  (from: number, until: number, ...answers: readonly Answer[]) =>
  (_arrival: unknown, stage: Stage): Answer => {
    const now = stage.clock.now();
    return {afterMs: 10 + stage.random() * 40, ...(now >= from && now < until && stage.pick(answers))};
  };

const DOWN: readonly Answer[] = [{status: 503}, {status: 500}, {fails: 'ECONNREFUSED'}, {status: 429}, {status: 404}];

export const guardScenes: Scenes = scenesOf(1800, {
  'a breaker by ratio': {
    isBrief: true,
    policy: {
      ...PLAIN,
      breaker: {kind: 'ratio', failureRatio: 0.5, windowMs: 1000, minCalls: 5, openMs: 500, probes: 2},
    },
    answer: failing(500, 2500, ...DOWN),
    calls: 50,
    spreadMs: 5000,
  },
  'a breaker by ratio that finds its least number of calls': {
    isBrief: true,
    policy: {...PLAIN, breaker: {kind: 'ratio', failureRatio: 0.5, windowMs: 2000, minCalls: 'auto', openMs: 300}},
    answer: failing(800, 2500, {status: 500}, {fails: 'ECONNRESET'}, {}),
    calls: 55,
    spreadMs: 5000,
  },
  'a breaker that stays open longer each time': {
    isBrief: true,
    policy: {...PLAIN, breaker: {kind: 'consecutive', failures: 2, openMs: 200, maxOpenMs: 1500, probes: 1}},
    answer: failing(0, 4000, {status: 503}),
    calls: 24,
    spreadMs: 8000,
  },
  'probes that hang, and callers that leave them': {
    policy: {...PLAIN, breaker: {kind: 'consecutive', failures: 1, openMs: 200, probes: 2}},
    answer: failing(0, 2500, {status: 503}, {fails: 'hang'}, {status: 404}, {status: 429}),
    call: leavingAfter(null, null, 30, 120),
    calls: 20,
    spreadMs: 4000,
  },
  'a breaker for each route': {
    isBrief: true,
    policy: {
      ...PLAIN,
      breaker: {kind: 'consecutive', failures: 2, openMs: 400, scope: 'route'},
      routes: [
        {name: 'orders', match: {path: '/orders'}},
        {name: 'off', match: {path: '/off'}, breaker: null},
      ],
    },
    answer: ({path}, stage) => ({status: path === '/items' ? 200 : stage.pick([500, 200, 503])}),
    call: stage => ({
      url: stage.pick([HOME, 'https://api.test/orders', 'https://api.test/off', 'https://b.test/orders']),
    }),
    calls: 18,
    spreadMs: 2500,
  },
  'a breaker beside classify': {
    isBrief: true,
    policy: {...PLAIN, breaker: {kind: 'consecutive', failures: 2, openMs: 300}},
    answer: failing(0, 1500, {status: 200}, {status: 404}, {status: 500}),
    ports: stage => ({
      classify: ({response}) =>
        response?.status === 200 && stage.random() < 0.6
          ? {transient: true, reason: 'empty', throttled: true}
          : undefined,
    }),
    calls: 14,
  },
  'a bucket of tokens': {
    isBrief: true,
    policy: {...QUICK, breaker: null, budget: {capacity: 30, retryCost: 5, throttledCost: 10, refillPerMinute: 60}},
    answer: failing(0, 9000, ...DOWN, {}),
    call: anyMethod,
    calls: 14,
    spreadMs: 3000,
  },
  'a budget by ratio': {
    isBrief: true,
    policy: {...QUICK, breaker: null, budget: {kind: 'ratio', ratio: 0.3, windowMs: 2000, minPerSecond: 1}},
    answer: failing(0, 9000, {status: 503}, {}, {fails: 'ECONNREFUSED'}),
    call: leavingAfter(null, null, 30, 80),
    calls: 16,
    spreadMs: 3000,
  },
  'a budget for each origin, which two clients share': {
    isBrief: true,
    policy: {...QUICK, breaker: null, budget: {capacity: 20, refillPerMinute: 0}},
    answer: (_arrival, stage) => stage.pick<Answer>([{status: 503}, {status: 503, headers: {'retry-after': '1'}}]),
    call: stage => ({url: stage.pick([HOME, 'https://b.test/items'])}),
    meanwhile: stage => {
      const {fetch} = new Server(stage, () => ({status: 500}));
      const other = createFetch(stage.handle, {...stage.ports, fetch});
      void stage.clock.sleep(300).then(() => stage.end('another client', () => other(HOME)));
    },
    calls: 12,
  },
  'a hold that several calls meet': {
    isBrief: true,
    policy: {...PLAIN, breaker: null, retryAfter: {scope: 'origin', maxMs: 1200}},
    answer: failing(
      0,
      2500,
      {status: 503, headers: {'retry-after': '1'}},
      {status: 429, headers: {'retry-after': '2'}},
      {},
    ),
    call: leavingAfter(-1, null, null, 100, 500),
    calls: 20,
    spreadMs: 3000,
  },
  'a hold that is longer than the deadline': {
    isBrief: true,
    policy: {...PLAIN, breaker: null, deadlineMs: 700, retryAfter: {scope: 'origin', maxMs: 5000}},
    answer: failing(0, 900, {status: 503, headers: {'retry-after': '3'}}, {}),
    calls: 10,
    spreadMs: 3000,
  },
  'more origins than are kept': {
    isBrief: true,
    policy: {
      ...PLAIN,
      breaker: {kind: 'consecutive', failures: 1, openMs: 600},
      concurrency: {max: 1, queue: 2},
      quota: {limits: [{unit: 'requests', max: 3, perMs: 2000}]},
    },
    answer: (_arrival, stage) => ({status: stage.pick([200, 503])}),
    call: stage => ({url: stage.pick([HOME, 'https://b.test/', 'https://c.test/'])}),
    calls: 8,
    spreadMs: 2400,
    meanwhile: stage => {
      const {clock, handle, recorder} = stage;
      const {fetch} = new Server(
        stage,
        ({number}) => ({status: number % 7 === 0 ? 503 : 200, ...(number % 11 === 0 && {fails: 'hang'})}),
        false,
      );
      const other = createFetch(handle, {clock, fetch, observer: null});
      void (async () => {
        for (let from = 0; from < 1200; from += 100) {
          await Promise.allSettled(
            Array.from({length: 100}, (_, index) => other(`https://host-${from + index}.test/`)),
          );
          await clock.sleep(100);
        }
        const origins = handle.snapshot(clock.now()).origins.map(({origin}) => origin);
        recorder.note('origins', `${origins.length}: ${origins[0]} ${origins[1]} ${origins.at(-1)}`);
      })();
    },
  },
  'guards of a policy that is replaced': {
    isBrief: true,
    policy: {...PLAIN, breaker: {kind: 'consecutive', failures: 2, openMs: 5000}, concurrency: {max: 1, queue: 9}},
    answer: failing(0, 9000, {status: 503}, {}),
    calls: 16,
    spreadMs: 2500,
    meanwhile: stage => {
      const {clock, handle} = stage;
      void clock.sleep(800).then(() => {
        stage.noteGuards('guards before');
        handle.replace({...PLAIN, breaker: {kind: 'consecutive', failures: 2, openMs: 100}, concurrency: {max: 2}});
      });
      void clock.sleep(1600).then(() => handle.replace({...PLAIN, breaker: null}));
    },
  },
});
