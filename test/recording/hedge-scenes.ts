/** Scenes with hedges, by a fixed delay and by a quantile, and what meets them. */
import type {PolicyInput} from '../../src/core.ts';
import {type Answer, events} from './answers.ts';
import {EU, REGIONS} from './failover-scenes.ts';
import {anyMethod, leavingAfter, QUICK, type Scenes, scenesOf} from './scene.ts';
import type {Stage} from './stage.ts';

const HEDGED: PolicyInput = {...QUICK, budget: null, breaker: null, hedge: {delayMs: 40, maxLoadRatio: 1}};

const oneOf =
  (...answers: readonly Answer[]) =>
  (_arrival: unknown, stage: Stage): Answer => ({afterMs: stage.pick([10, 60, 100, 250]), ...stage.pick(answers)});

export const hedgeScenes: Scenes = scenesOf(1500, {
  'a fixed delay': {
    policy: {...HEDGED, idempotency: {}},
    answer: oneOf({}, {}, {status: 503}, {status: 404}, {fails: 'ECONNRESET'}, {fails: 'hang'}),
    call: anyMethod,
    calls: 16,
  },
  'a quantile': {
    isBrief: true,
    policy: {...HEDGED, hedge: {quantile: 0.8, maxLoadRatio: 0.2}},
    answer: (_arrival, stage) => ({afterMs: stage.random() < 0.85 ? 20 + stage.random() * 20 : 200}),
    calls: 45,
    spreadMs: 4500,
  },
  'a breaker that opens': {
    isBrief: true,
    policy: {...HEDGED, breaker: {kind: 'consecutive', failures: 3, openMs: 300, probes: 1}},
    answer: oneOf({}, {status: 503}, {fails: 'hang'}, {fails: 'ECONNREFUSED'}),
    calls: 18,
    spreadMs: 3000,
  },
  'a budget that runs out': {
    isBrief: true,
    policy: {...HEDGED, budget: {capacity: 25, refillPerMinute: 10}},
    answer: oneOf({}, {status: 503}),
    calls: 16,
  },
  'a budget by ratio, and little load': {
    isBrief: true,
    policy: {...HEDGED, budget: {kind: 'ratio', ratio: 0.2, minPerSecond: 1}, hedge: {delayMs: 30, maxLoadRatio: 0.1}},
    answer: oneOf({}, {status: 503}),
    calls: 16,
  },
  'callers that leave, and a deadline': {
    isBrief: true,
    policy: {...HEDGED, deadlineMs: 350},
    answer: oneOf({}, {status: 503}, {fails: 'hang'}),
    call: leavingAfter(-1, 0, 20, 60, 120, null),
    calls: 16,
  },
  'bodies that cannot be sent twice': {
    isBrief: true,
    policy: {...HEDGED, idempotentMethods: ['POST'], replayLimitBytes: 10},
    answer: oneOf({}, {status: 503}),
    call: stage => ({
      method: 'POST',
      ...stage.pick([{body: 'short'}, {body: 'longer than the limit'}, {body: new Blob(['part'])}]),
    }),
  },
  'functions of the user': {
    policy: {...HEDGED, retryOn: [401, 503, 'network', 'timeout']},
    answer: oneOf({}, {}, {status: 401}, {status: 503}),
    ports: stage => ({
      prepareAttempt: async ({headers, attempt}) => {
        await stage.clock.sleep(stage.random() * 60);
        if (stage.random() < 0.15) throw new Error('no token');
        headers.set('x-token', String(attempt));
      },
      classify: async ({response}) => {
        await stage.clock.sleep(stage.random() * 60);
        if (stage.random() < 0.1) throw new Error('cannot say');
        return response?.status === 200 && stage.random() < 0.3 ? {transient: true, sent: 'not-processed'} : undefined;
      },
    }),
    calls: 14,
  },
  'retries are switched off meanwhile': {
    isBrief: true,
    policy: HEDGED,
    answer: oneOf({}, {status: 503}),
    meanwhile: ({clock, handle}) => {
      void clock.sleep(400).then(() => handle.disableRetries());
      void clock.sleep(1000).then(() => handle.enableRetries());
    },
  },
  'another endpoint': {
    policy: {...HEDGED, endpoints: REGIONS!, hedge: {delayMs: 40, maxLoadRatio: 1, to: 'other'}},
    answer: ({host}, stage) => ({
      afterMs: host === 'eu.test' ? stage.pick([10, 150, 280]) : stage.pick([10, 100]),
      ...stage.pick<Answer>([{}, {}, {status: 503}, {fails: 'ECONNREFUSED'}]),
    }),
    call: stage => ({...leavingAfter(null, null, 60)(stage), url: EU}),
    calls: 15,
  },
  'another endpoint, by a quantile': {
    isBrief: true,
    policy: {
      ...HEDGED,
      endpoints: REGIONS!,
      failover: {balance: 'weighted', sharedKeys: true},
      hedge: {quantile: 0.7, maxLoadRatio: 1, to: 'other'},
    },
    answer: ({host}, stage) => ({afterMs: host === 'eu.test' ? 80 + stage.random() * 150 : 20 + stage.random() * 30}),
    call: () => ({url: EU}),
    calls: 50,
    spreadMs: 3600,
  },
  'another endpoint that is slow itself': {
    isBrief: true,
    policy: {
      ...HEDGED,
      endpoints: REGIONS!.slice(0, 2),
      failover: {balance: 'p2c-ewma'},
      hedge: {quantile: 0.7, maxLoadRatio: 1, to: 'other'},
    },
    answer: ({host}, stage) => ({
      afterMs: host === 'eu.test' ? stage.pick([20, 25, 30, 35, 290]) : 180 + stage.random() * 60,
    }),
    call: () => ({url: EU}),
    calls: 45,
    spreadMs: 3000,
  },
  'the same endpoint of several': {
    isBrief: true,
    policy: {...HEDGED, endpoints: REGIONS!, hedge: {delayMs: 40, maxLoadRatio: 1, to: 'same'}},
    answer: oneOf({}, {status: 503}),
    call: () => ({url: EU}),
  },
  'another endpoint, with guards there': {
    isBrief: true,
    policy: {
      ...HEDGED,
      endpoints: REGIONS!,
      hedge: {delayMs: 30, maxLoadRatio: 1, to: 'other'},
      quota: {limits: [{unit: 'requests', max: 4, perMs: 1000}]},
      concurrency: {max: 2, queue: 2},
      breaker: {kind: 'consecutive', failures: 2, openMs: 500},
    },
    answer: oneOf({}, {}, {status: 503}),
    call: () => ({url: EU}),
    calls: 14,
  },
  'event streams': {
    policy: {...HEDGED, stream: {firstContentMs: 150}},
    answer: (_arrival, stage) => ({
      afterMs: stage.pick([5, 50]),
      ...events(
        {type: 'ping'},
        stage.pick([5, 60, 400]),
        stage.pick([{choices: [{delta: {content: 'Hi'}}]}, {error: {type: 'overloaded_error'}}]),
        20,
        '[DONE]',
      ),
    }),
    call: leavingAfter(null, null, 80),
    calls: 12,
  },
});
