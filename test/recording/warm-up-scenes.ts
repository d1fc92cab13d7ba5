/** Scenes with endpoints that warm up: they are asked whether they are ready, and calls wait for them in a line. */
import type {Answer, Arrival} from './answers.ts';
import {EU, getFromEu, regions} from './failover-scenes.ts';
import {leavingAfter, type Scenes, scenesOf} from './scene.ts';
import type {Stage} from './stage.ts';

const WARMING = [{name: 'eu', origin: 'https://eu.test', basePath: '/v1', readyPath: '/ready'}] as const;
const WITH_SPARE = [...WARMING, {name: 'spare', origin: 'https://spare.test', basePath: '/v1', rank: 1}] as const;

/** Away during these times; its calls fail then, too. */
const awayDuring =
  (...times: readonly (readonly [from: number, until: number])[]) =>
  ({path, host}: Arrival, stage: Stage): Answer => {
    const now = stage.clock.now();
    const isAway = host === 'eu.test' && times.some(([from, until]) => from <= now && now < until);
    if (path !== '/ready') return isAway ? {status: 503} : {afterMs: 10 + stage.random() * 60};
    return isAway ? stage.pick<Answer>([{status: 503}, {fails: 'ECONNREFUSED'}, {fails: 'hang'}]) : {status: 200};
  };

export const warmUpScenes: Scenes = scenesOf(1200, {
  'an endpoint that is ready late': {
    isBrief: true,
    policy: regions({}, {endpoints: WARMING, deadlineMs: 8000, attemptTimeoutMs: 1000}),
    answer: awayDuring([0, 2500]),
    call: getFromEu,
    calls: 14,
  },
  'another endpoint meanwhile': {
    policy: regions({}, {endpoints: WITH_SPARE, deadlineMs: 8000}),
    answer: awayDuring([0, 1200], [2500, 4000]),
    call: getFromEu,
    calls: 20,
    spreadMs: 6000,
  },
  'answers that do not say whether it is ready': {
    isBrief: true,
    policy: regions({}, {endpoints: WITH_SPARE}),
    answer: ({path}, stage) =>
      path === '/ready'
        ? stage.pick<Answer>([
            {status: 404},
            {status: 302, headers: {location: '/x'}},
            {status: 429, headers: {'retry-after': '2'}},
          ])
        : {status: stage.pick([200, 200, 503])},
    call: getFromEu,
    calls: 12,
    spreadMs: 4000,
  },
  'callers that leave, and a deadline that is too short': {
    isBrief: true,
    policy: regions({}, {endpoints: WARMING, deadlineMs: 1500}),
    answer: awayDuring([0, 1400]),
    call: stage => ({...leavingAfter(-1, 0, 50, 300, 700, null)(stage), url: EU}),
    calls: 20,
    spreadMs: 1500,
  },
  'no deadline': {
    isBrief: true,
    policy: regions({}, {endpoints: WARMING, deadlineMs: null, retryAfter: {maxMs: 2000}}),
    answer: awayDuring([0, 2500]),
    call: getFromEu,
    calls: 8,
    spreadMs: 3000,
  },
  'a line of many calls': {
    isBrief: true,
    policy: regions({}, {endpoints: WARMING, deadlineMs: 20_000, attemptTimeoutMs: 4000}),
    answer: ({path}, stage) =>
      path === '/ready' ? {status: stage.clock.now() < 1000 ? 503 : 200} : {afterMs: stage.pick([300, 900, 2500])},
    call: stage => ({url: EU, signal: stage.abortAfter(stage.pick([null, null, null, 2500, 3500]))}),
    calls: 40,
    spreadMs: 1000,
  },
  'a breaker that opens': {
    isBrief: true,
    policy: regions(
      {},
      {
        endpoints: WITH_SPARE,
        breaker: {kind: 'consecutive', failures: 2, openMs: 500, probes: 1},
      },
    ),
    answer: ({path}, stage) => (path === '/ready' ? {status: 200} : {status: stage.pick([200, 503, 500])}),
    call: getFromEu,
    calls: 12,
    spreadMs: 4000,
  },
  'a breaker that opens at the only endpoint, which warms up again': {
    isBrief: true,
    policy: regions(
      {},
      {
        endpoints: WARMING,
        breaker: {kind: 'consecutive', failures: 2, openMs: 500, probes: 1},
      },
    ),
    answer: ({path}, stage) => {
      const isGone = stage.clock.now() > 800 && stage.clock.now() < 2600;
      if (path === '/ready') return {status: isGone && stage.clock.now() > 1200 ? 503 : 200};
      return isGone ? {fails: 'ECONNREFUSED', afterMs: 5} : {status: stage.pick([200, 200, 500])};
    },
    call: getFromEu,
    calls: 20,
    spreadMs: 4000,
  },
  'quota, concurrency and hedges': {
    isBrief: true,
    policy: regions(
      {},
      {
        endpoints: WITH_SPARE,
        quota: {limits: [{unit: 'requests', max: 4, perMs: 1000}], maxWaitMs: 2000},
        concurrency: {max: 2, queue: 5},
        hedge: {delayMs: 60, maxLoadRatio: 1, to: 'other'},
      },
    ),
    answer: awayDuring([0, 700], [2000, 3000]),
    call: getFromEu,
    calls: 16,
    spreadMs: 3500,
  },
  'prepareAttempt, and retries that are switched off': {
    isBrief: true,
    policy: regions({}, {endpoints: WARMING, deadlineMs: 6000}),
    answer: awayDuring([0, 1500]),
    ports: stage => ({
      prepareAttempt: ({headers, url}) => {
        if (stage.random() < 0.15) throw new Error('no token');
        headers.set('x-token', new URL(url).pathname);
      },
    }),
    call: getFromEu,
    meanwhile: ({clock, handle}) => {
      void clock.sleep(900).then(() => handle.disableRetries());
      void clock.sleep(2000).then(() => handle.enableRetries());
    },
  },
});
