/** Scenes through `createFetch`: one for each part of a policy. */
import {createFetch, type PolicyInput, type Ports, type ResilientInit} from '../../src/core.ts';
import {type Reply, Stage} from './stage.ts';

const URL_OF_ITEMS = 'https://api.test/items?token=secret&page=2';
const MIXED: readonly Reply[] = [200, 200, 200, 404, 421, 429, 500, 503, 503, 'ECONNREFUSED', 'ECONNRESET', 'hang'];

interface Scene {
  readonly policy: PolicyInput;
  readonly ports?: (stage: () => Stage) => Ports;
  readonly replies?: readonly Reply[];
  readonly slowestMs?: number;
  readonly spreadMs?: number;
  readonly init?: (stage: Stage, index: number) => ResilientInit;
  readonly input?: (stage: Stage, index: number) => string | Request;
  readonly meanwhile?: (stage: Stage) => void;
}

const quick: PolicyInput = {attemptTimeoutMs: 300, deadlineMs: 4000, backoff: {baseMs: 40, throttledBaseMs: 80}};

const methods = (stage: Stage): RequestInit => {
  const method = stage.pick(['GET', 'GET', 'PUT', 'POST', 'POST', 'DELETE']);
  const headers: Record<string, string> = stage.random() < 0.3 ? {'Idempotency-Key': 'mine', 'X-Own': '1'} : {};
  const body = method === 'PUT' || method === 'POST' ? '{"b":2}' : null;
  return {method, headers, body, signal: stage.abortAfter(stage.pick([null, null, null, 0, 30, 200]))};
};

const SCENES: Record<string, Scene> = {
  'the default policy': {policy: {}, init: methods},
  'quick retries': {policy: quick, init: methods},
  'keys made by the policy, two ids, the time left': {
    policy: {
      ...quick,
      idempotency: {},
      correlation: {requestIdHeader: 'x-request-id', sendTo: 'all'},
      deadlineHeader: 'x-deadline-ms',
    },
    init: methods,
  },
  hedges: {
    policy: {...quick, hedge: {delayMs: 40, maxLoadRatio: 1}, idempotency: {}},
    replies: [200, 200, 200, 503, 'ECONNRESET', 'hang'],
    init: methods,
  },
  'a breaker that opens': {
    policy: {...quick, breaker: {kind: 'consecutive', failures: 3, openMs: 200, probes: 1}},
    replies: [200, 503, 'ECONNREFUSED', 'ECONNREFUSED', 'hang'],
  },
  'a budget that runs out': {
    policy: {...quick, budget: {capacity: 40}},
    replies: [200, 503, 503, 429, 'ECONNRESET'],
    init: methods,
  },
  'a queue before two places': {
    policy: {...quick, concurrency: {max: 2, queue: 4}, deadlineMs: 600},
    replies: [200, 200, 503, 'hang'],
    init: methods,
    spreadMs: 300,
  },
  'an origin that asks for a pause': {
    policy: {...quick, retryAfter: {scope: 'origin', maxMs: 1500}},
    replies: [200, 429, 503],
    init: methods,
  },
  'functions of the user': {
    policy: {...quick, retryOn: [401, 503, 'network', 'timeout']},
    replies: [200, 200, 401, 503, 'ECONNRESET', 'mistake'],
    ports: stage => ({
      prepareAttempt: async ({headers, attempt, previousStatus}) => {
        await stage().clock.sleep(stage().random() * 20);
        if (stage().random() < 0.05) throw new Error('no token');
        headers.set('x-token', `${attempt} after ${previousStatus}`);
      },
      classify: ({kind, response, attempt}) => {
        if (stage().random() < 0.05) throw new Error('cannot say');
        if (kind !== 'response' || response?.status !== 200 || attempt > 2) return undefined;
        return stage().random() < 0.4 ? {transient: true, reason: 'busy inside', sent: 'not-processed'} : undefined;
      },
    }),
    init: methods,
  },
  'a classify that takes time': {
    policy: {...quick, concurrency: {max: 3, queue: 3}, deadlineMs: 500},
    ports: stage => ({
      classify: async () => {
        await stage().clock.sleep(stage().random() * 400);
        return undefined;
      },
    }),
    replies: [200, 503],
    init: methods,
  },
  'routes and overrides': {
    policy: {
      ...quick,
      name: 'shop',
      routes: [
        {name: 'orders', match: {path: '/orders/*'}, maxAttempts: 4, idempotency: {format: 'sf-string'}},
        {name: 'off', match: {methods: ['DELETE']}, maxAttempts: null},
      ],
    },
    input: stage => stage.pick(['https://api.test/orders/7', 'https://other.test/', 'https://api.test/items']),
    init: stage => ({
      ...methods(stage),
      resilience: stage.pick([{}, {maxAttempts: 1}, {maxAttempts: 5, correlationId: 'mine'}, {deadlineMs: 250}]),
    }),
  },
  'retries are switched off, and another policy put in place': {
    policy: quick,
    init: methods,
    meanwhile: ({clock, handle}) => {
      void clock.sleep(400).then(() => handle.disableRetries());
      void clock.sleep(700).then(() => handle.enableRetries());
      void clock.sleep(900).then(() => handle.replace({...quick, maxAttempts: 2, breaker: null}));
    },
  },
  'Request objects': {
    policy: {...quick, idempotentMethods: ['GET', 'PUT', 'POST']},
    replies: [200, 503, 503, 'ECONNRESET'],
    input: stage => {
      const body = stage.pick(['text', 'x'.repeat(2_000_000), null]);
      return new Request(URL_OF_ITEMS, {method: body === null ? 'GET' : 'POST', body, headers: {'x-own': '1'}});
    },
  },
  'bodies that cannot be sent again': {
    policy: {...quick, idempotentMethods: ['POST']},
    replies: [200, 503, 'ECONNREFUSED'],
    init: () => ({method: 'POST', body: new Blob(['part']).stream(), duplex: 'half'}) as RequestInit,
  },
  'no limits of time': {
    policy: {deadlineMs: null, attemptTimeoutMs: null, backoff: {baseMs: 10}, maxAttempts: 6, budget: null},
    replies: [200, 500, 503, 'ECONNRESET'],
    init: methods,
  },
};

export const fetchScenes: Record<string, () => Promise<string[]>> = Object.fromEntries(
  Object.entries(SCENES).map(([name, scene], index) => [name, () => play(scene, 100 + index)]),
);

async function play({policy, ports, replies = MIXED, slowestMs, spreadMs = 1500, ...scene}: Scene, seed: number) {
  const stage: Stage = new Stage({
    policy,
    ports: ports?.(() => stage) ?? {},
    seed,
    replies,
    slowestMs: slowestMs ?? 150,
  });
  const fetch = createFetch(stage.handle, stage.ports);
  scene.meanwhile?.(stage);
  return stage.play(10, spreadMs, async index => {
    const input = scene.input?.(stage, index) ?? URL_OF_ITEMS;
    const init = scene.init?.(stage, index);
    await stage.end(`fetch ${index + 1}`, () => fetch(input, init));
  });
}
