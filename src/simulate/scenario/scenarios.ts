// Generated from schema/scenarios by schema/generate.ts. Do not edit.

import type {ScenarioInput} from './types.ts';

/** The scenarios that have a name, as they are written. */
export const scenarios: Readonly<Record<string, ScenarioInput>> = {
  /** A service that fails three of ten requests for 30 s, two by a 503 and one by a hang. */
  'brownout': {
    version: 1,
    name: 'brownout',
    description: 'A service that fails three of ten requests for 30 s, two by a 503 and one by a hang.',
    durationMs: 90000,
    traffic: {perSecond: 100, clients: 10},
    service: {
      latencyMs: {kind: 'lognormal', medianMs: 80, sigma: 0.5},
      faults: [
        {kind: 'status', ratio: 0.2, fromMs: 20000, toMs: 50000, status: 503, afterMs: 200},
        {kind: 'hang', ratio: 0.1, fromMs: 20000, toMs: 50000},
      ],
    },
  },
  /** A service that refuses connections for 5 s, then fails half of the requests for 10 s while it warms up. */
  'cold-start': {
    version: 1,
    name: 'cold-start',
    description: 'A service that refuses connections for 5 s, then fails half of the requests for 10 s while it warms up.',
    durationMs: 60000,
    traffic: {perSecond: 100, clients: 10},
    service: {
      latencyMs: {kind: 'lognormal', medianMs: 80, sigma: 0.5},
      faults: [
        {kind: 'refused', ratio: 1, fromMs: 0, toMs: 5000},
        {kind: 'status', ratio: 0.5, fromMs: 5000, toMs: 15000, status: 503, afterMs: 50},
      ],
    },
  },
  /** A service that is up for 10 s and down for 5 s, on average. */
  'flapping': {
    version: 1,
    name: 'flapping',
    description: 'A service that is up for 10 s and down for 5 s, on average.',
    durationMs: 120000,
    traffic: {perSecond: 100, clients: 10},
    service: {
      latencyMs: {kind: 'lognormal', medianMs: 80, sigma: 0.5},
      outages: {meanUpMs: 10000, meanDownMs: 5000, failure: 503},
    },
  },
  /** Three deployments, the first of which takes ten times as long as the others. */
  'one-slow-of-three': {
    version: 1,
    name: 'one-slow-of-three',
    description: 'Three deployments, the first of which takes ten times as long as the others.',
    durationMs: 60000,
    traffic: {perSecond: 100, clients: 4},
    service: {latencyMs: {kind: 'lognormal', medianMs: 80, sigma: 0.5}},
    endpoints: [{name: 'a', service: {latencyMs: {kind: 'lognormal', medianMs: 800, sigma: 0.5}}}, {name: 'b'}, {name: 'c'}],
  },
  /** A service that answers every request by a 503 for 20 s. */
  'outage': {
    version: 1,
    name: 'outage',
    description: 'A service that answers every request by a 503 for 20 s.',
    durationMs: 90000,
    traffic: {perSecond: 100, clients: 10},
    service: {
      latencyMs: {kind: 'lognormal', medianMs: 80, sigma: 0.5},
      faults: [{kind: 'status', ratio: 1, fromMs: 20000, toMs: 40000, status: 503, afterMs: 10}],
    },
  },
  /** A model that generates for longer than a minute in one request of five, and charges for each request. */
  'paid-timeout': {
    version: 1,
    name: 'paid-timeout',
    description: 'A model that generates for longer than a minute in one request of five, and charges for each request.',
    durationMs: 300000,
    traffic: {
      perSecond: 1,
      clients: 4,
      requests: [
        {
          share: 4,
          method: 'POST',
          url: 'https://model.example/v1/chat/completions',
          inputTokens: 500,
          outputTokens: 600,
        },
        {
          share: 1,
          method: 'POST',
          url: 'https://model.example/v1/chat/completions',
          inputTokens: 500,
          outputTokens: 4000,
        },
      ],
    },
    service: {latencyMs: {kind: 'lognormal', medianMs: 600, sigma: 0.4}, tokensPerSecond: 50},
  },
  /** A model endpoint that grants 120,000 tokens a minute, and is asked for 200,000 in bursts of 10 s. */
  'quota-burst': {
    version: 1,
    name: 'quota-burst',
    description: 'A model endpoint that grants 120,000 tokens a minute, and is asked for 200,000 in bursts of 10 s.',
    durationMs: 180000,
    traffic: {
      perSecond: 0,
      clients: 4,
      phases: [
        {fromMs: 10000, toMs: 20000, perSecond: 20},
        {fromMs: 70000, toMs: 80000, perSecond: 20},
        {fromMs: 130000, toMs: 140000, perSecond: 20},
      ],
      requests: [{method: 'POST', url: 'https://model.example/v1/chat/completions', inputTokens: 600, outputTokens: 400}],
    },
    service: {
      latencyMs: {kind: 'lognormal', medianMs: 400, sigma: 0.4},
      tokensPerSecond: 400,
      quotas: [{unit: 'tokens', max: 120000, perMs: 60000, hints: 'rate-limit'}],
    },
  },
  /** A region whose capacity falls from 150 requests a second to 30 for 60 s, and a spare one for 60 a second, which all 100 together would drown. */
  'rank-brownout': {
    version: 1,
    name: 'rank-brownout',
    description: 'A region whose capacity falls from 150 requests a second to 30 for 60 s, and a spare one for 60 a second, which all 100 together would drown.',
    durationMs: 180000,
    traffic: {perSecond: 100, clients: 10},
    service: {latencyMs: {kind: 'exponential', meanMs: 100}, capacity: {workers: 6, queue: 30}},
    endpoints: [
      {
        name: 'eu',
        service: {
          latencyMs: {kind: 'exponential', meanMs: 100},
          capacity: {workers: 15, queue: 75},
          faults: [{kind: 'slow', factor: 5, fromMs: 30000, toMs: 90000}],
        },
      },
      {name: 'us'},
    ],
  },
  /** A service that grants 80 requests a second, and gets 100: each refusal says when to come back. */
  'rate-limited': {
    version: 1,
    name: 'rate-limited',
    description: 'A service that grants 80 requests a second, and gets 100: each refusal says when to come back.',
    durationMs: 60000,
    traffic: {perSecond: 100, clients: 10},
    service: {
      latencyMs: {kind: 'lognormal', medianMs: 80, sigma: 0.5},
      quotas: [{unit: 'requests', max: 80, perMs: 1000, hints: 'retry-after'}],
    },
  },
  /** Two regions, the first of which is silent for 10 s, and then refuses connections for 20 s. */
  'region-down': {
    version: 1,
    name: 'region-down',
    description: 'Two regions, the first of which is silent for 10 s, and then refuses connections for 20 s.',
    durationMs: 90000,
    traffic: {perSecond: 100, clients: 10},
    service: {latencyMs: {kind: 'lognormal', medianMs: 80, sigma: 0.5}},
    endpoints: [
      {
        name: 'eu',
        service: {
          latencyMs: {kind: 'lognormal', medianMs: 80, sigma: 0.5},
          faults: [{kind: 'hang', fromMs: 20000, toMs: 30000}, {kind: 'refused', fromMs: 30000, toMs: 50000}],
        },
      },
      {name: 'us'},
    ],
  },
  /** A service that answers one request in fifty after 2 s instead of 80 ms. */
  'slow-tail': {
    version: 1,
    name: 'slow-tail',
    description: 'A service that answers one request in fifty after 2 s instead of 80 ms.',
    durationMs: 60000,
    traffic: {perSecond: 100, clients: 10},
    service: {
      latencyMs: {
        kind: 'quantiles',
        points: [
          {quantile: 0, ms: 30},
          {quantile: 0.5, ms: 80},
          {quantile: 0.95, ms: 180},
          {quantile: 0.979, ms: 250},
          {quantile: 0.98, ms: 2000},
          {quantile: 1, ms: 2500},
        ],
      },
    },
  },
  /** A service that fails nothing, and takes five times as long for half of its requests during 30 s. */
  'slowdown': {
    version: 1,
    name: 'slowdown',
    description: 'A service that fails nothing, and takes five times as long for half of its requests during 30 s.',
    durationMs: 90000,
    traffic: {perSecond: 100, clients: 10},
    service: {
      latencyMs: {kind: 'lognormal', medianMs: 80, sigma: 0.5},
      faults: [{kind: 'slow', ratio: 0.5, factor: 5, fromMs: 20000, toMs: 50000}],
    },
  },
  /** A service near its capacity that gets five times the load for 10 s, and finishes work for clients that have given up. */
  'spike': {
    version: 1,
    name: 'spike',
    description: 'A service near its capacity that gets five times the load for 10 s, and finishes work for clients that have given up.',
    durationMs: 180000,
    traffic: {perSecond: 80, clients: 10, phases: [{fromMs: 20000, toMs: 30000, perSecond: 400}]},
    service: {latencyMs: {kind: 'exponential', meanMs: 100}, capacity: {workers: 10, queue: 5000}},
  },
  /** A service that is well: one request in 200 fails, and every answer comes. */
  'steady': {
    version: 1,
    name: 'steady',
    description: 'A service that is well: one request in 200 fails, and every answer comes.',
    durationMs: 60000,
    traffic: {perSecond: 100, clients: 10},
    service: {
      latencyMs: {kind: 'lognormal', medianMs: 80, sigma: 0.5},
      faults: [{kind: 'status', ratio: 0.005, status: 503, afterMs: 10}],
    },
  },
  /** A model that begins event streams and ends two of ten by an overload error before their first content. */
  'stream-overload': {
    version: 1,
    name: 'stream-overload',
    description: 'A model that begins event streams and ends two of ten by an overload error before their first content.',
    durationMs: 120000,
    traffic: {
      perSecond: 5,
      clients: 4,
      requests: [{method: 'POST', url: 'https://model.example/v1/chat/completions', inputTokens: 500, outputTokens: 300}],
    },
    service: {
      latencyMs: {kind: 'lognormal', medianMs: 150, sigma: 0.4},
      tokensPerSecond: 100,
      stream: {
        firstContentMs: {kind: 'lognormal', medianMs: 800, sigma: 0.5},
        pingEveryMs: 500,
        errorBeforeContentRatio: 0.2,
        errorAfterContentRatio: 0.01,
        errorStatus: 529,
      },
    },
  },
};
