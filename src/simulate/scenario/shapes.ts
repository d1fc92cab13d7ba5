// Generated from schema/source/scenario.schema.json by schema/generate.ts. Do not edit.

import {above, anyOf, boolean, fields, kinds, list, nothing, number, oneOf, plainObject, text, whole, withDefaults, type Fields} from '../../policy/shape.ts';

const phaseShape = withDefaults(fields({
  fromMs: whole(0),
  toMs: whole(1),
  perSecond: number(0, 1000000),
}, undefined, 'fromMs', 'toMs', 'perSecond'), {});
const requestShape = withDefaults(fields({
  share: number(0, 1000000),
  method: text(/^(?=.{0,32}$)[A-Z]+$/su, 'an HTTP method in upper case such as "GET"'),
  url: text(/^(?=.{0,2000}$)https?:\/\/[^\s\/]+\/.*$/su, 'an http or https URL with a path such as "https://api.example.com/v1/items"'),
  inputTokens: whole(0, 100000000),
  outputTokens: whole(0, 100000000),
  key: boolean,
}), {share: 1, method: 'GET', url: 'https://service.example/', inputTokens: 0, outputTokens: 0, key: false});
const trafficShape = withDefaults(fields({
  perSecond: number(0, 1000000),
  arrivals: oneOf('poisson', 'even', 'closed-loop'),
  clients: whole(1, 10000),
  phases: list(phaseShape, 100),
  requests: list(requestShape, 100, 1),
}, undefined, 'perSecond'), {
    arrivals: 'poisson',
    clients: 1,
    phases: [],
    requests: [{share: 1, method: 'GET', url: 'https://service.example/', inputTokens: 0, outputTokens: 0, key: false}],
  });
const layerShape = withDefaults(fields({
  name: text(/^(?=.{0,64}$)/su, 'a text of 0 to 64 characters'),
  clients: whole(1, 10000),
  policy: plainObject,
}, 'a layer', 'policy'), {name: 'layer', clients: 1});
const millisecondsShape = number(0, 604800000);
const fixedLatencyShape = withDefaults(fields({
  kind: oneOf('fixed'),
  ms: millisecondsShape,
}, undefined, 'ms'), {kind: 'fixed'});
const normalLatencyShape = withDefaults(fields({
  kind: oneOf('normal'),
  meanMs: millisecondsShape,
  sdMs: millisecondsShape,
}, undefined, 'kind', 'meanMs', 'sdMs'), {});
const lognormalLatencyShape = withDefaults(fields({
  kind: oneOf('lognormal'),
  medianMs: millisecondsShape,
  sigma: number(0, 10),
}, undefined, 'kind', 'medianMs', 'sigma'), {});
const exponentialLatencyShape = withDefaults(fields({
  kind: oneOf('exponential'),
  meanMs: millisecondsShape,
}, undefined, 'kind', 'meanMs'), {});
const paretoLatencyShape = withDefaults(fields({
  kind: oneOf('pareto'),
  minMs: millisecondsShape,
  shape: above(0, 100),
}, undefined, 'kind', 'minMs', 'shape'), {});
const quantilePointShape = withDefaults(fields({
  quantile: number(0, 1),
  ms: millisecondsShape,
}, undefined, 'quantile', 'ms'), {});
const quantileLatencyShape = withDefaults(fields({
  kind: oneOf('quantiles'),
  points: list(quantilePointShape, 100, 1),
}, undefined, 'kind', 'points'), {});
const cumulativePointShape = withDefaults(fields({
  ms: millisecondsShape,
  share: number(0, 1),
}, undefined, 'ms', 'share'), {});
const cumulativeLatencyShape = withDefaults(fields({
  kind: oneOf('cumulative'),
  points: list(cumulativePointShape, 100, 1),
}, undefined, 'kind', 'points'), {});
const latencyShape = kinds({
  fixed: fixedLatencyShape,
  normal: normalLatencyShape,
  lognormal: lognormalLatencyShape,
  exponential: exponentialLatencyShape,
  pareto: paretoLatencyShape,
  quantiles: quantileLatencyShape,
  cumulative: cumulativeLatencyShape,
});
const errorStatusShape = whole(400, 599);
const headerShape = withDefaults(fields({
  name: text(/^(?=.{1,128}$)[!#$%&'*+.^_`|~0-9A-Za-z-]+$/su, 'a header name such as "retry-after"'),
  value: text(/^(?=.{0,2000}$)/su, 'a text of 0 to 2000 characters'),
}, undefined, 'name', 'value'), {});
const headersShape = list(headerShape, 50);
const capacityShape = withDefaults(fields({
  workers: whole(1, 1000000),
  queue: anyOf(whole(0, 10000000), nothing),
  status: errorStatusShape,
  headers: headersShape,
  stopsAbandoned: boolean,
}, undefined, 'workers'), {queue: null, status: 503, headers: [], stopsAbandoned: false});
const contentionShape = withDefaults(fields({
  status: errorStatusShape,
}), {status: 409});
const sheddingShape = withDefaults(fields({
  maxInFlight: anyOf(whole(1, 10000000), nothing),
  perSecond: anyOf(above(0, 1000000), nothing),
  status: errorStatusShape,
  headers: headersShape,
}), {maxInFlight: null, perSecond: null, status: 503, headers: []});
const serviceQuotaShape = withDefaults(fields({
  unit: oneOf('requests', 'inputTokens', 'outputTokens', 'tokens'),
  max: whole(1),
  perMs: whole(1),
  kind: oneOf('bucket', 'window'),
  scope: oneOf('all', 'client'),
  hints: oneOf('none', 'retry-after', 'rate-limit'),
  status: errorStatusShape,
}, undefined, 'max', 'perMs'), {unit: 'requests', kind: 'bucket', scope: 'all', hints: 'retry-after', status: 429});
const faultRatioShape = number(0, 1);
const faultFromMsShape = whole(0);
const faultToMsShape = anyOf(whole(1), nothing);
const faultWhenShape = oneOf('arrival', 'processing');
const statusFaultShape = withDefaults(fields({
  kind: oneOf('status'),
  ratio: faultRatioShape,
  fromMs: faultFromMsShape,
  toMs: faultToMsShape,
  when: faultWhenShape,
  status: errorStatusShape,
  headers: headersShape,
  body: anyOf(text(/^(?=.{0,10000}$)/su, 'a text of 0 to 10000 characters'), nothing),
  afterMs: millisecondsShape,
}), {
    kind: 'status',
    ratio: 1,
    fromMs: 0,
    toMs: null,
    when: 'arrival',
    status: 503,
    headers: [],
    body: null,
    afterMs: 0,
  });
const resetFaultShape = withDefaults(fields({
  kind: oneOf('reset'),
  ratio: faultRatioShape,
  fromMs: faultFromMsShape,
  toMs: faultToMsShape,
  when: faultWhenShape,
}, undefined, 'kind'), {ratio: 1, fromMs: 0, toMs: null, when: 'arrival'});
const hangFaultShape = withDefaults(fields({
  kind: oneOf('hang'),
  ratio: faultRatioShape,
  fromMs: faultFromMsShape,
  toMs: faultToMsShape,
  when: faultWhenShape,
}, undefined, 'kind'), {ratio: 1, fromMs: 0, toMs: null, when: 'arrival'});
const refusedFaultShape = withDefaults(fields({
  kind: oneOf('refused'),
  ratio: faultRatioShape,
  fromMs: faultFromMsShape,
  toMs: faultToMsShape,
  afterMs: millisecondsShape,
}, undefined, 'kind'), {ratio: 1, fromMs: 0, toMs: null, afterMs: 0});
const slowFaultShape = withDefaults(fields({
  kind: oneOf('slow'),
  ratio: faultRatioShape,
  fromMs: faultFromMsShape,
  toMs: faultToMsShape,
  factor: number(1, 1000000),
  addedMs: anyOf(latencyShape, nothing),
}, undefined, 'kind'), {ratio: 1, fromMs: 0, toMs: null, factor: 1, addedMs: null});
const faultShape = kinds({
  status: statusFaultShape,
  reset: resetFaultShape,
  hang: hangFaultShape,
  refused: refusedFaultShape,
  slow: slowFaultShape,
});
const outagesShape = withDefaults(fields({
  meanUpMs: above(0, 604800000),
  meanDownMs: above(0, 604800000),
  failure: anyOf(whole(400, 599), oneOf('refused', 'reset', 'hang')),
}, undefined, 'meanUpMs', 'meanDownMs'), {failure: 503});
const streamingShape = withDefaults(fields({
  firstContentMs: latencyShape,
  contentMs: anyOf(latencyShape, nothing),
  pingEveryMs: anyOf(whole(1), nothing),
  errorBeforeContentRatio: faultRatioShape,
  errorAfterContentRatio: faultRatioShape,
  errorStatus: errorStatusShape,
}, undefined, 'firstContentMs'), {contentMs: null, pingEveryMs: null, errorBeforeContentRatio: 0, errorAfterContentRatio: 0, errorStatus: 529});
const serviceShape = withDefaults(fields({
  latencyMs: latencyShape,
  msPerConcurrent: number(0, 1000000),
  bodyMs: anyOf(latencyShape, nothing),
  networkMs: anyOf(latencyShape, nothing),
  tokensPerSecond: anyOf(above(0, 1000000000), nothing),
  capacity: anyOf(capacityShape, nothing),
  contention: anyOf(contentionShape, nothing),
  shedding: anyOf(sheddingShape, nothing),
  quotas: list(serviceQuotaShape, 20),
  faults: list(faultShape, 100),
  outages: anyOf(outagesShape, nothing),
  stream: anyOf(streamingShape, nothing),
}, undefined, 'latencyMs'), {
    msPerConcurrent: 0,
    bodyMs: null,
    networkMs: null,
    tokensPerSecond: null,
    capacity: null,
    contention: null,
    shedding: null,
    quotas: [],
    faults: [],
    outages: null,
    stream: null,
  });
const scenarioEndpointShape = withDefaults(fields({
  name: text(/^(?=.{1,64}$)[A-Za-z0-9][A-Za-z0-9._:\/-]*$/su, 'a name of at most 64 letters, digits and . _ : / -, beginning with a letter or digit'),
  service: anyOf(serviceShape, nothing),
}, 'an endpoint', 'name'), {service: null});

/** What a scenario has to be. */
export const scenarioShape: Fields = withDefaults(fields({
  '$schema': text(/^/su, 'a text that is not empty'),
  version: oneOf(1),
  name: text(/^(?=.{1,64}$)[A-Za-z0-9][A-Za-z0-9._:\/-]*$/su, 'a name of at most 64 letters, digits and . _ : / -, beginning with a letter or digit'),
  description: text(/^(?=.{0,400}$)/su, 'a text of 0 to 400 characters'),
  durationMs: whole(1, 604800000),
  seed: whole(0, 4294967295),
  traffic: trafficShape,
  layers: list(layerShape, 8),
  service: serviceShape,
  endpoints: list(scenarioEndpointShape, 64),
}, 'the scenario', 'durationMs', 'traffic', 'service'), {version: 1, name: 'scenario', description: '', seed: 1, layers: [], endpoints: []});
