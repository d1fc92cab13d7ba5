/** The cases of `endpoints` and `failover`: which endpoints the attempts of a call go to. */
import {type FailoverInput, type PolicyInput, type ResilientInit, reportOf} from '../../src/core.ts';
import type {ScriptedAnswer, SeenRequest} from '../../src/testing.ts';
import {answer, connectionError, ITEMS, later} from '../call/world.ts';
import {AT_ONCE} from '../support/policies.ts';
import type {Case, Scenario} from './harness.ts';

const api = {name: 'one', origin: 'https://api.test'} as const;
const two = {name: 'two', origin: 'https://two.example', rank: 2} as const;
const endpoints = [api, two];
const retriedOnce: PolicyInput = {endpoints, maxAttempts: 2, backoff: AT_ONCE};
const once: PolicyInput = {endpoints, maxAttempts: 1};

/** `api two`: where the requests of so many calls went, one call after another. */
const sentTo =
  (script: readonly ScriptedAnswer[], calls = 1, init: ResilientInit = {}): Scenario =>
  async world => {
    world.serve(...script);
    for (let n = 0; n < calls; n++) await world.run(ITEMS, init);
    return world.server.requests.map(({url}) => new URL(url).hostname.split('.')[0]).join(' ');
  };

const keyed: ResilientInit = {method: 'POST', headers: {'idempotency-key': 'k'}};

/** Each entry of `failover.on`: with it the second request goes elsewhere. */
const causes: readonly (readonly [FailoverInput['on'] & {}, PolicyInput, Scenario, string])[] = [
  [['throttled'], retriedOnce, sentTo([429, 200]), 'api api'],
  [['overloaded'], retriedOnce, sentTo([503, 200]), 'api api'],
  [['server-error'], retriedOnce, sentTo([502, 200]), 'api api'],
  [['network'], retriedOnce, sentTo([connectionError('ECONNRESET'), 200]), 'api api'],
  [['timeout'], {...retriedOnce, attemptTimeoutMs: 100}, sentTo(['hang', 200]), 'api api'],
  [['breaker-open'], {...once, breaker: {kind: 'consecutive', failures: 1}}, sentTo([503, 200], 2), 'api'],
  [
    ['held'],
    {...once, retryAfter: {scope: 'origin'}, deadlineMs: 1000},
    sentTo([answer(503, {'retry-after': '9'}), 200], 2),
    'api',
  ],
  [
    ['quota'],
    {...once, quota: {limits: [{unit: 'requests', max: 1, perMs: 1000}], learn: false, maxWaitMs: 0}},
    sentTo([200], 2),
    'api',
  ],
];

/** How often an endpoint of a better rank is tried that only fails. */
const triedInVain: Scenario = async world => {
  world.serve(({url}: SeenRequest) => (url.startsWith(two.origin) ? 200 : 503));
  for (let n = 0; n < 20; n++) await world.run(ITEMS);
  return world.server.requests.filter(({url}) => !url.startsWith(two.origin)).length;
};

/** How long an endpoint is ejected whose attempts fail three times out of four, while calls are retried at the other one. */
const ejectedFor: Scenario = async world => {
  let sends = 0;
  world.serve(({url}: SeenRequest) => (url.startsWith(two.origin) && sends++ % 4 > 0 ? 503 : 200));
  for (let n = 0; n < 40; n++) await world.run(ITEMS);
  return world.events.flatMap(event => (event.type === 'ejection.changed' ? event.ejectedMs : []))[0];
};
const ejection: NonNullable<FailoverInput['ejection']> = {maxEjectedShare: 0.5};
const ejecting = (a: typeof ejection, b: typeof ejection, without: number | undefined, field: string): Case => ({
  path: `failover.ejection.${field}`,
  a: {failover: {ejection: {...ejection, ...a}}},
  b: {failover: {ejection: {...ejection, ...b}}},
  both: {endpoints: [api, {...two, rank: 1}], maxAttempts: 2, backoff: AT_ONCE, breaker: null, budget: null},
  scenario: ejectedFor,
  expect: [30_000, without],
});

export const endpointCases: readonly Case[] = [
  {
    path: 'endpoints',
    a: {endpoints: null},
    b: {endpoints},
    both: {maxAttempts: 2, backoff: AT_ONCE},
    scenario: sentTo([503, 200]),
    expect: ['api api', 'api two'],
  },
  {
    path: 'endpoints[].name',
    a: {endpoints: [api, two]},
    b: {endpoints: [{...api, name: 'first'}, two]},
    scenario: async world => reportOf(await world.clock.run(() => world.fetch(ITEMS)))?.endpoint,
    expect: ['one', 'first'],
  },
  {
    path: 'endpoints[].origin',
    a: {endpoints: [api, two]},
    b: {endpoints: [api, {...two, origin: 'https://three.example'}]},
    both: {maxAttempts: 2, backoff: AT_ONCE},
    scenario: sentTo([503, 200]),
    expect: ['api two', 'api three'],
  },
  {
    path: 'endpoints[].basePath',
    a: {endpoints: [api, {...two, basePath: ''}]},
    b: {endpoints: [api, {...two, basePath: '/v2'}]},
    both: {maxAttempts: 2, backoff: AT_ONCE},
    scenario: async world => {
      world.serve(503, 200);
      await world.run();
      return world.server.requests.at(-1)?.url;
    },
    expect: ['https://two.example/items', 'https://two.example/v2/items'],
  },
  {
    path: 'endpoints[].readyPath',
    a: {endpoints: [{...api, readyPath: null}, two]},
    b: {endpoints: [{...api, readyPath: '/healthz'}, two]},
    scenario: async world => {
      world.serve(200);
      await world.run();
      return world.server.requests.map(({url}) => new URL(url).pathname).join(' ');
    },
    expect: ['/items', '/healthz /items'],
  },
  {
    path: 'endpoints[].rank',
    a: {endpoints: [{...api, rank: 1}, two]},
    b: {endpoints: [{...api, rank: 3}, two]},
    scenario: sentTo([200]),
    expect: ['api', 'two'],
  },
  {
    path: 'endpoints[].weight',
    a: {
      endpoints: [
        {...api, weight: 3},
        {...two, rank: 1, weight: 1},
      ],
    },
    b: {
      endpoints: [
        {...api, weight: 1},
        {...two, rank: 1, weight: 3},
      ],
    },
    scenario: sentTo([200]),
    expect: ['api', 'two'],
  },
  ...causes.map(
    ([on, both, scenario, without]): Case => ({
      path: 'failover.on',
      a: {failover: {on}},
      b: {failover: {on: []}},
      both,
      scenario,
      expect: ['api two', without],
    }),
  ),
  {
    path: 'failover.on',
    a: {failover: {on: ['overloaded', 'down']}},
    b: {failover: {on: ['overloaded']}},
    both: {...retriedOnce, breaker: null, budget: null},
    scenario: triedInVain,
    expect: [8, 20],
  },
  ...(['least-pending', 'p2c-ewma'] as const).map(
    (balance): Case => ({
      path: 'failover.balance',
      a: {failover: {balance: 'weighted'}},
      b: {failover: {balance}},
      both: {
        endpoints: [
          {...api, weight: 2},
          {...two, rank: 1},
        ],
        maxAttempts: 1,
      },
      scenario: async world => {
        const slow = later(world.clock, 100, 200);
        world.serve(slow, slow, slow, slow);
        await world.clock.run(() => Promise.all([1, 2, 3, 4].map(() => world.fetch(ITEMS))));
        return world.server.requests.map(({url}) => new URL(url).hostname.split('.')[0]).join(' ');
      },
      expect: ['api api api api', 'api two api api'],
    }),
  ),
  ejecting({}, {maxEjectedShare: 0}, undefined, 'maxEjectedShare'),
  ejecting({}, {minExcess: 0.9}, undefined, 'minExcess'),
  ejecting({}, {minCalls: 50}, undefined, 'minCalls'),
  ejecting({}, {ejectMs: 1000}, 1000, 'ejectMs'),
  ejecting({}, {maxEjectMs: 10_000}, 10_000, 'maxEjectMs'),
  {
    path: 'failover.stickyMs',
    a: {failover: {stickyMs: 0}},
    b: {failover: {stickyMs: 60_000}},
    both: retriedOnce,
    scenario: sentTo([503, 200], 2),
    expect: ['api two api', 'api two two'],
  },
  {
    path: 'failover.sharedKeys',
    a: {failover: {sharedKeys: false}},
    b: {failover: {sharedKeys: true}},
    both: retriedOnce,
    scenario: sentTo([503, 200], 1, keyed),
    expect: ['api api', 'api two'],
  },
  {
    path: 'failover.sharedCredentials',
    a: {failover: {sharedCredentials: false}},
    b: {failover: {sharedCredentials: true}},
    both: retriedOnce,
    scenario: sentTo([503, 200], 1, {headers: {authorization: 'Bearer x'}}),
    expect: ['api api', 'api two'],
  },
  {
    path: 'failover.headers',
    a: {failover: {headers: []}},
    b: {failover: {headers: ['x-tenant']}},
    both: retriedOnce,
    scenario: sentTo([503, 200], 1, {headers: {'x-tenant': 't'}}),
    expect: ['api api', 'api two'],
  },
  {
    path: 'failover.query',
    a: {failover: {query: []}},
    b: {failover: {query: ['page']}},
    both: retriedOnce,
    scenario: async world => {
      world.serve(503, 200);
      await world.run(`${ITEMS}?page=2`);
      return world.server.requests.map(({url}) => new URL(url).hostname.split('.')[0]).join(' ');
    },
    expect: ['api api', 'api two'],
  },
  {
    path: 'hedge.to',
    a: {hedge: {delayMs: 100, maxLoadRatio: 1, to: 'same'}},
    b: {hedge: {delayMs: 100, maxLoadRatio: 1, to: 'other'}},
    both: {endpoints},
    scenario: sentTo(['hang', 200]),
    expect: ['api api', 'api two'],
  },
];
