// Generated from schema/source/policy.schema.json by schema/generate.ts. Do not edit.

import {deepFreeze} from './freeze.ts';
import type {Policy} from './types.ts';

/** The default policy: every field at its default. */
export const defaultPolicy: Policy = /* @__PURE__ */ deepFreeze<Policy>({
  version: 1,
  name: 'default',
  maxAttempts: 3,
  deadlineMs: 30000,
  attemptTimeoutMs: 8000,
  idleTimeoutMs: 30000,
  retryOn: [408, 421, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529, 'network', 'timeout', 'UNAVAILABLE'],
  idempotentMethods: ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE', 'QUERY'],
  idempotency: null,
  backoff: {kind: 'exponential', baseMs: 100, throttledBaseMs: 1000, factor: 2, capMs: 20000, jitter: 'full'},
  retryAfter: {honor: true, maxMs: 60000, scope: 'call'},
  refusals: null,
  paid: null,
  budget: {kind: 'token-bucket', capacity: 100, retryCost: 14, throttledCost: 5, refillPerMinute: 14},
  breaker: {
    kind: 'adaptive',
    failures: 8,
    minProbeMs: 100,
    maxProbeMs: 1000,
    maxWaitMs: 3000,
    maxAgeMs: 33000,
    queue: 10000,
    scope: 'origin',
  },
  concurrency: null,
  quota: null,
  hedge: null,
  stream: null,
  endpoints: null,
  failover: {
    on: ['throttled', 'overloaded', 'server-error', 'timeout', 'network', 'breaker-open', 'held', 'quota', 'down'],
    balance: 'weighted',
    ejection: {maxEjectedShare: 0, minExcess: 0.1, minCalls: 20, ejectMs: 30000, maxEjectMs: 300000},
    stickyMs: 0,
    sharedKeys: false,
    sharedCredentials: false,
    headers: [],
    query: [],
  },
  correlation: {header: 'x-correlation-id', requestIdHeader: null, sendTo: null},
  deadlineHeader: null,
  attemptHeader: null,
  nested: 'observe',
  queryAllowList: [],
  replayLimitBytes: 1048576,
  objective: null,
  retryingLayers: [],
});

/** What an object of a kind starts from when it replaces null or another kind. The first kind is the one meant when none is named. */
export const defaultsByKind: Readonly<Record<string, Readonly<Record<string, object>>>> = /* @__PURE__ */ deepFreeze({
  backoff: {
    exponential: {kind: 'exponential', baseMs: 100, throttledBaseMs: 1000, factor: 2, capMs: 20000, jitter: 'full'},
    linear: {kind: 'linear', baseMs: 100, throttledBaseMs: 1000, stepMs: 200, capMs: 20000, jitter: 'full'},
    constant: {kind: 'constant', delayMs: 1000, throttledBaseMs: 1000, jitter: 'full'},
    list: {kind: 'list', delaysMs: [200, 1000, 5000], throttledBaseMs: 1000, jitter: 'full'},
  },
  budget: {
    'token-bucket': {kind: 'token-bucket', capacity: 100, retryCost: 14, throttledCost: 5, refillPerMinute: 14},
    ratio: {kind: 'ratio', ratio: 0.1, windowMs: 10000, minPerSecond: 0},
  },
  breaker: {
    adaptive: {
      kind: 'adaptive',
      failures: 8,
      minProbeMs: 100,
      maxProbeMs: 1000,
      maxWaitMs: 3000,
      maxAgeMs: 33000,
      queue: 10000,
      scope: 'origin',
    },
    ratio: {
      kind: 'ratio',
      failureRatio: 0.5,
      windowMs: 30000,
      minCalls: 'auto',
      openMs: 5000,
      maxOpenMs: null,
      probes: 3,
      scope: 'origin',
    },
    consecutive: {kind: 'consecutive', failures: 5, openMs: 5000, maxOpenMs: null, probes: 3, scope: 'origin'},
  },
  concurrency: {
    fixed: {kind: 'fixed', max: 50, queue: 0},
    adaptive: {kind: 'adaptive', max: 10000, decreaseRatio: 0.9, queue: 10000},
  },
});

/** What an object without kinds starts from when it replaces null. */
export const defaultsOfPart: Readonly<Record<string, object>> = /* @__PURE__ */ deepFreeze({
  idempotency: {header: 'Idempotency-Key', methods: ['POST', 'PATCH'], format: 'raw'},
  retryAfter: {honor: true, maxMs: 60000, scope: 'call'},
  refusals: {readBytes: 16384},
  paid: {afterTimeout: false, maxPaidAttempts: 2, maxFreeAttempts: 0, attemptTimeoutPerOutputTokenMs: 28},
  quota: {limits: [], learn: true, startPerSecond: 10, maxWaitMs: 60000, queue: 100000, scope: 'origin', per: []},
  hedge: {maxLoadRatio: 0.05, to: 'same'},
  stream: {commit: 'content', firstContentMs: 20000, holdBytes: 65536},
  failover: {
    on: ['throttled', 'overloaded', 'server-error', 'timeout', 'network', 'breaker-open', 'held', 'quota', 'down'],
    balance: 'weighted',
    ejection: {maxEjectedShare: 0, minExcess: 0.1, minCalls: 20, ejectMs: 30000, maxEjectMs: 300000},
    stickyMs: 0,
    sharedKeys: false,
    sharedCredentials: false,
    headers: [],
    query: [],
  },
  correlation: {header: 'x-correlation-id', requestIdHeader: null, sendTo: null},
  objective: {},
});
