/** Scenes with a concurrency limit, fixed and adaptive, and what meets it. */
import type {PolicyInput} from '../../src/core.ts';
import type {Answer} from './answers.ts';
import {anyMethod, leavingAfter, QUICK, type Scenes, scenesOf} from './scene.ts';
import type {Stage} from './stage.ts';

const TWO: PolicyInput = {...QUICK, budget: null, concurrency: {max: 2, queue: 4}};

const slow =
  (...answers: readonly Answer[]) =>
  (_arrival: unknown, stage: Stage): Answer => ({afterMs: 50 + stage.random() * 200, ...stage.pick(answers)});

export const concurrencyScenes: Scenes = scenesOf(1400, {
  'a fixed limit': {
    isBrief: true,
    policy: TWO,
    answer: slow({}, {}, {status: 503}),
    call: anyMethod,
    calls: 14,
    spreadMs: 700,
  },
  'callers that leave': {
    policy: TWO,
    answer: slow({}, {status: 503}, {fails: 'hang'}),
    call: leavingAfter(-1, 0, 40, 200, 500, null),
    calls: 16,
    spreadMs: 500,
  },
  'deadlines, and retries that are switched off': {
    isBrief: true,
    policy: {...TWO, deadlineMs: 500, concurrency: {max: 1, queue: 8}},
    answer: slow({}, {status: 503}),
    calls: 14,
    spreadMs: 900,
    meanwhile: ({clock, handle}) => {
      void clock.sleep(300).then(() => handle.disableRetries());
      void clock.sleep(700).then(() => handle.replace({...TWO, concurrency: {max: 3, queue: 8}}));
    },
  },
  'no queue': {
    isBrief: true,
    policy: {...TWO, concurrency: {max: 1, queue: 0}},
    answer: slow({}, {status: 503}),
    calls: 10,
    spreadMs: 900,
  },
  'an adaptive limit': {
    isBrief: true,
    policy: {
      ...QUICK,
      budget: null,
      concurrency: {kind: 'adaptive', start: 3, min: 1, max: 12, decreaseRatio: 0.7, queue: 6},
    },
    answer: ({number}, stage) => ({
      afterMs: 60 + stage.random() * 60,
      status: number > 30 && number < 45 ? stage.pick([200, 429, 503]) : 200,
    }),
    calls: 65,
    spreadMs: 1400,
  },
  'an adaptive limit and timeouts': {
    isBrief: true,
    policy: {
      ...QUICK,
      budget: null,
      breaker: null,
      attemptTimeoutMs: 150,
      maxAttempts: 2,
      concurrency: {kind: 'adaptive', start: 4, max: 8},
    },
    answer: slow({}, {}, {fails: 'hang'}, {fails: 'ECONNRESET'}),
    call: leavingAfter(null, null, null, 90),
    calls: 24,
  },
  'hedges wait in no queue': {
    policy: {...TWO, hedge: {delayMs: 40, maxLoadRatio: 1}},
    answer: slow({}, {}, {status: 503}),
    calls: 14,
    spreadMs: 1500,
  },
  'an open breaker and a held origin': {
    isBrief: true,
    policy: {
      ...TWO,
      breaker: {kind: 'consecutive', failures: 2, openMs: 300, probes: 1},
      retryAfter: {scope: 'origin', maxMs: 1000},
    },
    answer: slow({}, {status: 503}, {status: 503, headers: {'retry-after': '1'}}, {fails: 'ECONNREFUSED'}),
    call: leavingAfter(null, null, 100),
    calls: 16,
    spreadMs: 1500,
  },
  'places that bodies keep': {
    isBrief: true,
    policy: {...TWO, concurrency: {max: 1, queue: 4}},
    answer: (_arrival, stage) => ({
      body: stage.pick([['a', 100, 'b'], ['a', {fails: 'ECONNRESET'} as const], 'whole']),
    }),
    calls: 8,
    spreadMs: 500,
  },
});
