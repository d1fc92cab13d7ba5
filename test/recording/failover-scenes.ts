/** Scenes with several endpoints: by each cause, and with what binds a call to one of them. */
import type {PolicyInput} from '../../src/core.ts';
import type {FailoverInput} from '../../src/policy/types.ts';
import type {Answer} from './answers.ts';
import {anyMethod, type Call, leavingAfter, QUICK, type Scenes, scenesOf} from './scene.ts';
import type {Stage} from './stage.ts';

export const EU = 'https://eu.test/v1/items';

export const REGIONS: PolicyInput['endpoints'] = [
  {name: 'eu', origin: 'https://eu.test', basePath: '/v1'},
  {name: 'us', origin: 'https://us.test', basePath: '/api/v1'},
  {name: 'spare', origin: 'https://spare.test', rank: 1},
];

export const regions = (failover: FailoverInput = {}, more: PolicyInput = {}): PolicyInput => ({
  ...QUICK,
  breaker: null,
  budget: null,
  endpoints: REGIONS,
  failover,
  ...more,
});

export const toEu = (stage: Stage): Call => ({url: EU, ...anyMethod(stage)});
export const getFromEu = (): Call => ({url: EU});

/** The first region fails in this way three times in four, the others sometimes. */
export const failsAs =
  (...answers: readonly Answer[]) =>
  ({host}: {readonly host: string}, stage: Stage): Answer => {
    const afterMs = stage.random() * 120;
    const fails = stage.random() < (host === 'eu.test' ? 0.75 : 0.25);
    return fails ? {afterMs, ...stage.pick(answers)} : {afterMs};
  };

const THROTTLED: readonly Answer[] = [
  {status: 429},
  {status: 429, headers: {'retry-after': '1'}},
  {status: 503, headers: {'retry-after-ms': '300'}},
  {status: 529},
];

export const failoverScenes: Scenes = scenesOf(1000, {
  'throttled and overloaded': {policy: regions(), answer: failsAs(...THROTTLED), call: toEu, calls: 14},
  'throttled, on server errors alone': {
    isBrief: true,
    policy: regions({on: ['server-error']}),
    answer: failsAs(...THROTTLED, {status: 500}, {status: 502}),
    call: getFromEu,
  },
  'server errors, timeouts and broken connections': {
    policy: regions({}, {attemptTimeoutMs: 200, maxAttempts: 4}),
    answer: failsAs(
      {status: 500},
      {fails: 'hang'},
      {fails: 'ECONNREFUSED'},
      {fails: 'ECONNRESET'},
      {fails: 'ENOTFOUND'},
    ),
    call: toEu,
    calls: 14,
  },
  'a failed TLS handshake': {
    isBrief: true,
    policy: regions({on: ['network']}),
    answer: failsAs({fails: 'ERR_TLS_CERT_ALTNAME_INVALID'}),
    call: toEu,
  },
  'calls that the server may have acted on, with shared keys and without': {
    isBrief: true,
    policy: regions({sharedKeys: true}, {
      idempotency: {},
      routes: [{match: {path: '/v1/alone/*'}, idempotency: {}, failover: {sharedKeys: false}}],
    } as PolicyInput),
    answer: failsAs({status: 503}, {fails: 'ECONNRESET'}, {fails: 'ECONNREFUSED'}),
    call: stage => ({
      ...anyMethod(stage),
      url: stage.pick([EU, 'https://eu.test/v1/alone/7', 'https://us.test/api/v1/items', 'https://eu.test/v2/outside']),
    }),
    calls: 16,
  },
  'headers, credentials and queries that may not go everywhere': {
    isBrief: true,
    policy: regions({headers: ['x-own'], query: ['page'], on: ['server-error', 'network']}),
    answer: failsAs({status: 503}, {fails: 'ECONNREFUSED'}),
    call: stage => ({
      url: stage.pick([`${EU}?page=2`, `${EU}?page=2&token=secret`, EU]),
      headers: stage.pick<Record<string, string>>([
        {'x-own': '1'},
        {authorization: 'Bearer secret'},
        {cookie: 'a=b', 'x-other': '2'},
        {'x-other': '2'},
      ]),
    }),
    calls: 12,
  },
  'credentials that are shared': {
    isBrief: true,
    policy: regions({sharedCredentials: true, headers: ['x-own']}),
    answer: failsAs({status: 503}, {status: 401}),
    call: () => ({url: EU, headers: {authorization: 'Bearer secret', 'x-own': '1'}}),
  },
  'credentials that prepareAttempt sets': {
    isBrief: true,
    policy: regions(),
    answer: failsAs({status: 401}, {status: 503}),
    ports: () => ({
      prepareAttempt: ({headers, endpoint, attempt, url}) => {
        headers.set('authorization', `Bearer ${endpoint}-${attempt}`);
        headers.set('x-signed', url);
      },
    }),
    call: () => ({url: EU, headers: {authorization: 'Bearer mine'}}),
  },
  'bodies that cannot be sent again': {
    isBrief: true,
    policy: regions({sharedKeys: true}, {idempotentMethods: ['POST']}),
    answer: failsAs({status: 503}, {fails: 'ECONNREFUSED'}),
    call: stage => ({
      url: EU,
      method: 'POST',
      ...stage.pick<Call>([{body: 'text'}, {body: new Blob(['part']).stream(), duplex: 'half'} as Call]),
    }),
  },
  'an open breaker, a held origin and a quota': {
    policy: regions(
      {},
      {
        breaker: {kind: 'consecutive', failures: 2, openMs: 400, probes: 1},
        retryAfter: {scope: 'origin', maxMs: 1500},
        quota: {limits: [{unit: 'requests', max: 3, perMs: 1000}], maxWaitMs: 800},
      },
    ),
    answer: failsAs({status: 503}, {status: 429, headers: {'retry-after': '1'}}, {fails: 'ECONNREFUSED'}),
    call: getFromEu,
    calls: 16,
  },
  'the same, but only the guards send calls elsewhere': {
    isBrief: true,
    policy: regions(
      {on: ['breaker-open', 'held', 'quota']},
      {
        breaker: {kind: 'consecutive', failures: 2, openMs: 400, probes: 1},
        retryAfter: {scope: 'origin', maxMs: 1500},
        quota: {limits: [{unit: 'requests', max: 3, perMs: 1000}], maxWaitMs: 800},
      },
    ),
    answer: failsAs({status: 503}, {status: 429, headers: {'retry-after': '1'}}),
    call: getFromEu,
    calls: 16,
  },
  'the same, and no guard sends calls elsewhere': {
    isBrief: true,
    policy: regions(
      {on: ['network']},
      {
        breaker: {kind: 'consecutive', failures: 2, openMs: 400, probes: 1},
        retryAfter: {scope: 'origin', maxMs: 1500},
        quota: {limits: [{unit: 'requests', max: 3, perMs: 1000}], maxWaitMs: 800},
      },
    ),
    answer: failsAs({status: 503}, {status: 429, headers: {'retry-after': '1'}}, {fails: 'ECONNREFUSED'}),
    call: getFromEu,
    calls: 12,
  },
  'no endpoint is free in time': {
    isBrief: true,
    policy: regions(
      {},
      {
        endpoints: REGIONS!.slice(0, 2),
        deadlineMs: 700,
        breaker: {kind: 'consecutive', failures: 1, openMs: 2000, probes: 1},
      },
    ),
    answer: (_arrival, stage) => ({status: stage.pick([503, 503, 200])}),
    call: stage => ({url: EU, signal: stage.abortAfter(stage.pick([null, null, 300]))}),
    calls: 14,
    spreadMs: 6000,
  },
  'no endpoint is free, and there is no deadline': {
    isBrief: true,
    policy: regions(
      {},
      {
        endpoints: REGIONS!.slice(0, 2),
        deadlineMs: null,
        retryAfter: {scope: 'origin', maxMs: 1200},
        breaker: {kind: 'consecutive', failures: 2, openMs: 700, probes: 1},
      },
    ),
    answer: (_arrival, stage) => stage.pick<Answer>([{status: 503, headers: {'retry-after': '1'}}, {status: 503}, {}]),
    call: stage => ({url: EU, signal: stage.abortAfter(stage.pick([null, null, 100, 900]))}),
    calls: 12,
    spreadMs: 3000,
  },
  'ids that may not go everywhere': {
    isBrief: true,
    policy: regions(
      {on: ['server-error', 'network']},
      {correlation: {requestIdHeader: 'x-request-id', sendTo: ['https://eu.test', 'https://spare.test']}},
    ),
    answer: failsAs({status: 503}),
    call: getFromEu,
    calls: 6,
  },
  'callers that leave': {
    policy: regions({}, {retryAfter: {scope: 'origin', maxMs: 1500}}),
    answer: failsAs({status: 503}, {fails: 'hang'}, {status: 429, headers: {'retry-after': '1'}}),
    call: stage => ({...leavingAfter(-1, 0, 20, 90, 400, null)(stage), url: EU}),
    calls: 16,
  },
  'retries are switched off meanwhile': {
    isBrief: true,
    policy: regions(),
    answer: failsAs({status: 503}, {status: 429, headers: {'retry-after': '1'}}),
    call: getFromEu,
    meanwhile: ({clock, handle}) => {
      void clock.sleep(500).then(() => handle.disableRetries());
      void clock.sleep(1100).then(() => handle.enableRetries());
    },
  },
  'another policy meanwhile, with other endpoints': {
    isBrief: true,
    policy: regions(),
    answer: failsAs({status: 503}),
    call: getFromEu,
    meanwhile: ({clock, handle}) => {
      void clock.sleep(500).then(() => handle.replace(regions({}, {endpoints: REGIONS!.slice(0, 2)})));
      void clock.sleep(1000).then(() => handle.replace(QUICK));
    },
  },
  translate: {
    policy: regions(),
    answer: failsAs({status: 503}, {status: 500}),
    ports: stage => ({
      translate: ({method, url, text, attempt}, endpoint) => {
        const chance = stage.random();
        if (chance < 0.1) throw new Error('cannot translate');
        if (chance < 0.2) return undefined;
        return {
          path: `/other/${endpoint}?attempt=${attempt}`,
          headers: {'x-was': `${method} ${new URL(url).pathname}`, 'content-type': null},
          ...(text !== undefined && {body: `{"was":${text}}`}),
          response: response => {
            if (chance > 0.9) throw new Error('cannot translate back');
            return chance > 0.7 ? new Response('translated', {status: chance > 0.8 ? 503 : 200}) : response;
          },
        };
      },
    }),
    call: toEu,
    calls: 20,
  },
  'a budget that runs out': {
    isBrief: true,
    policy: regions({}, {budget: {capacity: 30}}),
    answer: failsAs({status: 503}, {status: 500}),
    call: getFromEu,
    calls: 14,
  },
  'overrides of one call': {
    isBrief: true,
    policy: regions(),
    answer: failsAs({status: 503}, {fails: 'hang'}),
    call: stage => ({
      url: EU,
      resilience: stage.pick([{}, {maxAttempts: 1}, {breaker: null, quota: null}, {deadlineMs: 250}, {maxAttempts: 6}]),
    }),
  },
});
