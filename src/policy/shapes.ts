// Generated from schema/source/policy.schema.json by schema/generate.ts. Do not edit.

import {above, anyOf, between, boolean, called, fields, kinds, list, nothing, number, oneOf, text, whole, type Fields} from './shape.ts';

const maxAttemptsShape = anyOf(whole(1), oneOf('unlimited'), nothing);
const deadlineMsShape = anyOf(whole(1), nothing);
const attemptTimeoutMsShape = anyOf(whole(1), nothing);
const idleTimeoutMsShape = anyOf(whole(1), nothing);
const retryOnShape = list(called('a status from 100 to 599, "4xx", "5xx", "network", "timeout" or a gRPC code name', anyOf(whole(100, 599), oneOf('4xx', '5xx', 'network', 'timeout', 'CANCELLED', 'UNKNOWN', 'INVALID_ARGUMENT', 'DEADLINE_EXCEEDED', 'NOT_FOUND', 'ALREADY_EXISTS', 'PERMISSION_DENIED', 'RESOURCE_EXHAUSTED', 'FAILED_PRECONDITION', 'ABORTED', 'OUT_OF_RANGE', 'UNIMPLEMENTED', 'INTERNAL', 'UNAVAILABLE', 'DATA_LOSS', 'UNAUTHENTICATED'))), 600);
const methodShape = text(/^(?=.{0,32}$)[!#$%&'*+.^_`|~0-9A-Za-z-]+$/su, 'an HTTP method such as "GET"');
const idempotentMethodsShape = list(methodShape, 40);
const headerNameShape = text(/^(?=.{0,128}$)[!#$%&'*+.^_`|~0-9A-Za-z-]+$/su, 'a header name such as "x-request-id"');
const idempotencyKeyShape = fields({
  header: headerNameShape,
  methods: list(methodShape, 40),
  format: oneOf('raw', 'sf-string'),
});
const idempotencyShape = anyOf(idempotencyKeyShape, nothing);
const throttledBaseMsShape = whole(0);
const capMsShape = whole(0);
const jitterShape = oneOf('none', 'full', 'equal', 'decorrelated');
const exponentialBackoffShape = fields({
  kind: oneOf('exponential'),
  baseMs: whole(0),
  throttledBaseMs: throttledBaseMsShape,
  factor: number(1, 100),
  capMs: capMsShape,
  jitter: jitterShape,
});
const linearBackoffShape = fields({
  kind: oneOf('linear'),
  baseMs: whole(0),
  throttledBaseMs: throttledBaseMsShape,
  stepMs: whole(0),
  capMs: capMsShape,
  jitter: jitterShape,
});
const constantBackoffShape = fields({
  kind: oneOf('constant'),
  delayMs: whole(0),
  throttledBaseMs: throttledBaseMsShape,
  jitter: jitterShape,
});
const listBackoffShape = fields({
  kind: oneOf('list'),
  delaysMs: list(whole(0), 100, 1),
  throttledBaseMs: throttledBaseMsShape,
  jitter: jitterShape,
});
const backoffShape = kinds({
  exponential: exponentialBackoffShape,
  linear: linearBackoffShape,
  constant: constantBackoffShape,
  list: listBackoffShape,
});
const retryAfterShape = fields({
  honor: boolean,
  maxMs: whole(0),
  scope: oneOf('call', 'origin'),
});
const errorBodiesShape = fields({
  readBytes: whole(1, 65536),
});
const refusalsShape = anyOf(errorBodiesShape, nothing);
const paidAttemptsShape = fields({
  afterTimeout: boolean,
  maxPaidAttempts: whole(1, 100),
  maxFreeAttempts: whole(0, 1000),
  attemptTimeoutPerOutputTokenMs: anyOf(whole(1, 60000), nothing),
});
const paidShape = anyOf(paidAttemptsShape, nothing);
const hedgingShape = fields({
  delayMs: whole(0, 86400000),
  quantile: between(0, 1),
  maxLoadRatio: number(0, 1),
  to: oneOf('same', 'other'),
});
const hedgeShape = anyOf(hedgingShape, nothing);
const eventStreamShape = fields({
  commit: oneOf('content', 'headers'),
  firstContentMs: anyOf(whole(1), nothing),
  holdBytes: whole(1, 16777216),
});
const streamShape = anyOf(eventStreamShape, nothing);
const deadlineHeaderShape = anyOf(headerNameShape, nothing);
const attemptHeaderShape = anyOf(headerNameShape, nothing);
const nestedShape = oneOf('observe', 'yield');
const replayLimitBytesShape = whole(0, 1073741824);
const tokenBucketBudgetShape = fields({
  kind: oneOf('token-bucket'),
  capacity: whole(0, 1000000000),
  retryCost: whole(0, 1000000000),
  throttledCost: whole(0, 1000000000),
  refillPerMinute: number(0, 1000000000),
});
const ratioBudgetShape = fields({
  kind: oneOf('ratio'),
  ratio: number(0, 100),
  windowMs: whole(10, 86400000),
  minPerSecond: number(0, 1000000),
});
const budgetShape = anyOf(kinds({
  'token-bucket': tokenBucketBudgetShape,
  ratio: ratioBudgetShape,
}), nothing);
const guardScopeShape = oneOf('origin', 'route');
const adaptiveBreakerShape = fields({
  kind: oneOf('adaptive'),
  failures: whole(1, 1000000),
  minProbeMs: whole(1, 86400000),
  maxProbeMs: whole(1, 86400000),
  maxWaitMs: whole(0, 86400000),
  maxAgeMs: anyOf(whole(0, 86400000), nothing),
  queue: whole(0, 1000000),
  scope: guardScopeShape,
});
const openMsShape = whole(1, 86400000);
const maxOpenMsShape = anyOf(whole(1, 86400000), nothing);
const probesShape = whole(0, 1000);
const ratioBreakerShape = fields({
  kind: oneOf('ratio'),
  failureRatio: above(0, 1),
  windowMs: whole(10, 86400000),
  minCalls: anyOf(whole(1, 1000000), oneOf('auto')),
  openMs: openMsShape,
  maxOpenMs: maxOpenMsShape,
  probes: probesShape,
  scope: guardScopeShape,
});
const consecutiveBreakerShape = fields({
  kind: oneOf('consecutive'),
  failures: whole(1, 1000000),
  openMs: openMsShape,
  maxOpenMs: maxOpenMsShape,
  probes: probesShape,
  scope: guardScopeShape,
});
const breakerShape = anyOf(kinds({
  adaptive: adaptiveBreakerShape,
  ratio: ratioBreakerShape,
  consecutive: consecutiveBreakerShape,
}), nothing);
const fixedConcurrencyShape = fields({
  kind: oneOf('fixed'),
  max: whole(1, 1000000),
  queue: whole(0, 1000000),
});
const adaptiveConcurrencyShape = fields({
  kind: oneOf('adaptive'),
  start: whole(1, 1000000),
  min: whole(1, 1000000),
  max: whole(1, 1000000),
  decreaseRatio: number(0.1, 0.99),
  queue: whole(0, 1000000),
});
const concurrencyShape = anyOf(kinds({
  fixed: fixedConcurrencyShape,
  adaptive: adaptiveConcurrencyShape,
}), nothing);
const quotaLimitShape = fields({
  unit: oneOf('requests', 'inputTokens', 'outputTokens', 'tokens'),
  max: whole(1),
  perMs: whole(100, 86400000),
}, undefined, 'unit', 'max', 'perMs');
const quotaLimitsShape = fields({
  limits: list(quotaLimitShape, 10),
  learn: boolean,
  startPerSecond: anyOf(whole(1, 1000000), nothing),
  maxWaitMs: whole(0, 86400000),
  queue: whole(0, 1000000),
  scope: guardScopeShape,
  per: list(oneOf('credential', 'model'), 2),
});
const quotaShape = anyOf(quotaLimitsShape, nothing);
const originShape = text(/^(?=.{0,300}$)[Hh][Tt][Tt][Pp][Ss]?:\/\/[^\/?#@\\\s]+$/su, 'an origin such as "https://api.example.com": scheme, host and port, without a path');
const endpointShape = fields({
  name: text(/^(?=.{1,64}$)[A-Za-z0-9][A-Za-z0-9._:\/-]*$/su, 'a name of at most 64 letters, digits and . _ : / -, beginning with a letter or digit'),
  origin: originShape,
  basePath: text(/^(?=.{0,1000}$)(?:\/[^\/?#\\\s]+)*$/su, 'a path without a slash at its end, such as "/openai/v1", or ""'),
  readyPath: anyOf(text(/^(?=.{0,1000}$)\/[^?#\\\s]*$/su, 'a path that begins with "/", without a query, such as "/healthz", or null'), nothing),
  rank: whole(1, 100),
  weight: above(0, 1000000),
}, undefined, 'name', 'origin');
const endpointsShape = anyOf(list(endpointShape, 64, 1), nothing);
const ejectionShape = fields({
  maxEjectedShare: number(0, 1),
  minExcess: above(0, 1),
  minCalls: whole(1, 1000000),
  ejectMs: whole(1, 86400000),
  maxEjectMs: whole(1, 86400000),
});
const failoverShape = fields({
  on: list(oneOf('throttled', 'overloaded', 'server-error', 'timeout', 'network', 'breaker-open', 'held', 'quota', 'down'), 20),
  balance: oneOf('weighted', 'least-pending', 'p2c-ewma'),
  ejection: ejectionShape,
  stickyMs: whole(0, 86400000),
  sharedKeys: boolean,
  sharedCredentials: boolean,
  headers: list(headerNameShape, 100),
  query: list(text(/^(?=.{1,200}$)/su, 'a text of 1 to 200 characters'), 200),
});
const correlationIdsShape = fields({
  header: headerNameShape,
  requestIdHeader: anyOf(headerNameShape, nothing),
  sendTo: anyOf(oneOf('all', 'same-origin'), list(originShape, 100), nothing),
});
const correlationShape = anyOf(correlationIdsShape, nothing);
const queryAllowListShape = list(text(/^(?=.{1,100}$)/su, 'a text of 1 to 100 characters'), 100);
const matchShape = fields({
  methods: list(methodShape, 40, 1),
  origin: originShape,
  path: text(/^(?=.{0,512}$)\/[^?#]*$/su, 'a path of at most 512 characters that begins with "/", without a query'),
});
const latencyQuantilesShape = fields({
  p50: above(0),
  p95: above(0),
  p99: above(0),
  max: above(0),
});
const objectivesShape = fields({
  latencyMs: latencyQuantilesShape,
  successRatio: number(0, 1),
  instances: whole(1, 1000000),
  assume: fields({
    rps: number(0),
    latencyMs: latencyQuantilesShape,
    failureRatio: number(0, 1),
    failureLatencyMs: number(0),
    hangRatio: number(0, 1),
  }),
});
const objectiveShape = anyOf(objectivesShape, nothing);
const routeShape = fields({
  match: matchShape,
  name: text(/^(?=.{1,64}$)[A-Za-z0-9][A-Za-z0-9._:\/-]*$/su, 'a name of at most 64 letters, digits and . _ : / -, beginning with a letter or digit'),
  maxAttempts: maxAttemptsShape,
  deadlineMs: deadlineMsShape,
  attemptTimeoutMs: attemptTimeoutMsShape,
  idleTimeoutMs: idleTimeoutMsShape,
  retryOn: retryOnShape,
  idempotentMethods: idempotentMethodsShape,
  idempotency: idempotencyShape,
  backoff: backoffShape,
  retryAfter: retryAfterShape,
  refusals: refusalsShape,
  paid: paidShape,
  budget: budgetShape,
  breaker: breakerShape,
  concurrency: concurrencyShape,
  quota: quotaShape,
  hedge: hedgeShape,
  stream: streamShape,
  endpoints: endpointsShape,
  failover: failoverShape,
  correlation: correlationShape,
  deadlineHeader: deadlineHeaderShape,
  attemptHeader: attemptHeaderShape,
  nested: nestedShape,
  queryAllowList: queryAllowListShape,
  replayLimitBytes: replayLimitBytesShape,
  objective: objectiveShape,
}, 'a route', 'match');
const retryingLayerShape = fields({
  name: text(/^(?=.{1,64}$)/su, 'a text of 1 to 64 characters'),
  maxAttempts: whole(1),
}, undefined, 'name', 'maxAttempts');

/** What the overrides of one call have to be. */
export const overridesShape: Fields = fields({
  maxAttempts: maxAttemptsShape,
  deadlineMs: deadlineMsShape,
  attemptTimeoutMs: attemptTimeoutMsShape,
  idleTimeoutMs: idleTimeoutMsShape,
  retryOn: retryOnShape,
  idempotentMethods: idempotentMethodsShape,
  idempotency: idempotencyShape,
  backoff: backoffShape,
  retryAfter: retryAfterShape,
  refusals: refusalsShape,
  paid: paidShape,
  budget: nothing,
  breaker: nothing,
  concurrency: nothing,
  quota: nothing,
  hedge: hedgeShape,
  stream: streamShape,
  deadlineHeader: deadlineHeaderShape,
  attemptHeader: attemptHeaderShape,
  nested: nestedShape,
  replayLimitBytes: replayLimitBytesShape,
  correlationId: text(/^[A-Za-z0-9._:-]{1,128}$/su, '1 to 128 letters, digits and . _ : -'),
  idempotencyKey: text(/^[!#-\[\]-~]{1,255}$/su, '1 to 255 visible ASCII characters, no double quote or backslash'),
}, 'the options of a call');

/** What a policy has to be. */
export const policyShape: Fields = fields({
  '$schema': text(/^/su, 'a text that is not empty'),
  version: oneOf(1),
  name: text(/^(?=.{1,64}$)[A-Za-z0-9][A-Za-z0-9._:\/-]*$/su, 'a name of at most 64 letters, digits and . _ : / -, beginning with a letter or digit'),
  extends: list(text(/^(?=.{1,}$)/su, 'a text that is not empty'), 16),
  maxAttempts: maxAttemptsShape,
  deadlineMs: deadlineMsShape,
  attemptTimeoutMs: attemptTimeoutMsShape,
  idleTimeoutMs: idleTimeoutMsShape,
  retryOn: retryOnShape,
  idempotentMethods: idempotentMethodsShape,
  idempotency: idempotencyShape,
  backoff: backoffShape,
  retryAfter: retryAfterShape,
  refusals: refusalsShape,
  paid: paidShape,
  budget: budgetShape,
  breaker: breakerShape,
  concurrency: concurrencyShape,
  quota: quotaShape,
  hedge: hedgeShape,
  stream: streamShape,
  endpoints: endpointsShape,
  failover: failoverShape,
  correlation: correlationShape,
  deadlineHeader: deadlineHeaderShape,
  attemptHeader: attemptHeaderShape,
  nested: nestedShape,
  queryAllowList: queryAllowListShape,
  replayLimitBytes: replayLimitBytesShape,
  routes: list(routeShape, 200),
  objective: objectiveShape,
  retryingLayers: list(retryingLayerShape, 20),
}, 'the policy');
