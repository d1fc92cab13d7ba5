/**
 * What the semantic conventions ask of our spans, metrics and log records, as tables; and the checks that hold payloads against them.
 *
 * @see OpenTelemetry semantic conventions 1.45.0: http/http-spans.md (client), http/http-metrics.md, rpc/grpc.md (client),
 *   general/recording-errors.md
 */
import {expect} from 'chai';
import type {DataPoint, KeyValue, OtlpLogRecord, OtlpMetric, OtlpSpan} from './payload.ts';

export const SEMCONV = '1.45.0';

type Value = string | boolean | number | readonly Value[];
/** `number`: seconds and the like; SDKs write a whole one as an integer. */
type Type = 'string' | 'int' | 'number' | 'bool' | 'string[]';

interface Rule {
  readonly type: Type;
  /** Where it must be. Elsewhere it may be, if it is listed in `on`. */
  readonly required?: readonly Kind[];
  readonly on: readonly Kind[];
  readonly values?: RegExp;
}
type Kind = 'call' | 'attempt' | 'body' | 'event' | 'metric' | 'log';

const METHOD = /^(GET|HEAD|POST|PUT|DELETE|CONNECT|OPTIONS|TRACE|PATCH|QUERY|_OTHER)$/;
const OUTCOME = /^(success|failure|timeout|cancelled|circuit_open|rate_limited|budget_exhausted|not_retryable)$/;
const ERROR_TYPE =
  /^(CANCELLED|UNKNOWN|INVALID_ARGUMENT|DEADLINE_EXCEEDED|NOT_FOUND|ALREADY_EXISTS|PERMISSION_DENIED|RESOURCE_EXHAUSTED|FAILED_PRECONDITION|ABORTED|OUT_OF_RANGE|UNIMPLEMENTED|INTERNAL|UNAVAILABLE|DATA_LOSS|UNAUTHENTICATED|[45]\d\d|timeout|deadline_exceeded|circuit_open|rate_limited|E[A-Z_]+|(UND_ERR|ERR|CERT|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO)_[A-Z_]+|[A-Z][A-Za-z]+Error|_OTHER)$/;
const STATE = /^(closed|open|half_open)$/;
const all: readonly Kind[] = ['call', 'attempt', 'body', 'event', 'metric', 'log'];

/** Every attribute that may appear. A name that is not here breaks the test. */
const ATTRIBUTES: Readonly<Record<string, Rule>> = {
  'http.request.method': {type: 'string', required: ['call', 'attempt'], on: all, values: METHOD},
  'http.request.method_original': {type: 'string', on: ['call', 'attempt', 'log']},
  'http.request.resend_count': {type: 'int', on: ['attempt'], values: /^[1-9]\d*$/},
  'http.response.status_code': {type: 'int', on: ['call', 'attempt', 'event', 'metric'], values: /^[1-5]\d\d$/},
  'http.request.header.*': {type: 'string[]', on: ['attempt']},
  'http.response.header.*': {type: 'string[]', on: ['attempt']},
  'url.full': {type: 'string', required: ['attempt'], on: ['attempt'], values: /^https?:\/\//},
  'url.template': {type: 'string', on: ['call', 'attempt', 'metric', 'log'], values: /^\//},
  'server.address': {type: 'string', required: ['call', 'attempt'], on: all, values: /^[^[\]/@]+$/},
  'server.port': {type: 'int', required: ['call', 'attempt'], on: all},
  'network.peer.address': {type: 'string', on: ['attempt']},
  'network.peer.port': {type: 'int', on: ['attempt']},
  'network.protocol.version': {type: 'string', on: ['attempt'], values: /^(1\.1|2)$/},
  'error.type': {type: 'string', on: ['call', 'attempt', 'body', 'metric'], values: ERROR_TYPE},
  'rpc.system.name': {type: 'string', on: all, values: /^grpc$/},
  'rpc.method': {type: 'string', on: all, values: /^[\w.]+\/\w+$/},
  'rpc.response.status_code': {type: 'string', on: ['call', 'attempt', 'metric'], values: /^[A-Z_]+$/},

  'steadfetch.policy.name': {type: 'string', required: ['call', 'log'], on: ['call', 'metric', 'log']},
  'steadfetch.call.id': {type: 'string', on: ['call', 'attempt', 'log'], values: /^[A-Za-z0-9._:-]{1,128}$/},
  'steadfetch.call.outcome': {type: 'string', required: ['call'], on: ['call', 'metric'], values: OUTCOME},
  'steadfetch.call.reason': {type: 'string', required: ['call'], on: ['call']},
  'steadfetch.call.attempts': {type: 'int', required: ['call'], on: ['call']},
  'steadfetch.call.retries': {type: 'int', required: ['call'], on: ['call']},
  'steadfetch.call.hedges': {type: 'int', required: ['call'], on: ['call']},
  'steadfetch.call.retry_delay': {type: 'number', required: ['call'], on: ['call']},
  'steadfetch.idempotency.key_sent': {type: 'bool', required: ['call'], on: ['call']},
  'steadfetch.attempt.number': {type: 'int', required: ['attempt', 'body'], on: ['attempt', 'body', 'event', 'log']},
  'steadfetch.attempt.kind': {
    type: 'string',
    required: ['attempt'],
    on: ['attempt', 'metric'],
    values: /^(initial|resend|hedge)$/,
  },
  'steadfetch.attempt.outcome': {
    type: 'string',
    required: ['attempt'],
    on: ['attempt'],
    values: /^(success|failure|timeout|cancelled|superseded)$/,
  },
  'steadfetch.body.outcome': {
    type: 'string',
    required: ['body'],
    on: ['body'],
    values: /^(read|left|timeout|cancelled|failure)$/,
  },
  'steadfetch.link.type': {type: 'string', on: ['event'], values: /^hedge_of$/},
  'steadfetch.reason': {type: 'string', on: ['event', 'metric', 'log']},
  'steadfetch.wait': {type: 'number', on: ['event', 'log']},
  'steadfetch.wait.source': {
    type: 'string',
    on: ['event', 'log'],
    values: /^(backoff|retry-after|retry-after-ms|rate-limit|none)$/,
  },
  'steadfetch.circuit_breaker.name': {type: 'string', on: ['metric', 'log'], values: /^https?:\/\//},
  'steadfetch.circuit_breaker.state': {type: 'string', on: ['metric'], values: STATE},
  'steadfetch.circuit_breaker.from': {type: 'string', on: ['metric', 'log'], values: STATE},
  'steadfetch.circuit_breaker.to': {type: 'string', on: ['metric', 'log'], values: STATE},
};

const place = ['server.address', 'server.port'];
const request = ['http.request.method', ...place, 'steadfetch.policy.name'];
const breaker = ['steadfetch.policy.name', 'steadfetch.circuit_breaker.name'];

/** Each metric: its form, its unit, and the attributes it must have. */
export const METRICS: Readonly<
  Record<string, {form: 'histogram' | 'sum' | 'gauge'; monotonic?: true; unit: string; required: readonly string[]}>
> = {
  'steadfetch.client.call.duration': {form: 'histogram', unit: 's', required: [...request, 'steadfetch.call.outcome']},
  'steadfetch.client.attempt.duration': {
    form: 'histogram',
    unit: 's',
    required: [...request, 'steadfetch.attempt.kind'],
  },
  'steadfetch.client.call.retries': {
    form: 'histogram',
    unit: '{retry}',
    required: [...request, 'steadfetch.call.outcome'],
  },
  'steadfetch.client.call.hedges': {
    form: 'histogram',
    unit: '{hedge}',
    required: [...request, 'steadfetch.call.outcome'],
  },
  'steadfetch.client.call.retry_delay': {form: 'histogram', unit: 's', required: request},
  'steadfetch.client.call.rejected': {
    form: 'sum',
    monotonic: true,
    unit: '{call}',
    required: [...request, 'steadfetch.reason'],
  },
  'steadfetch.client.active_calls': {form: 'sum', unit: '{call}', required: request},
  'steadfetch.client.retry_budget.remaining': {
    form: 'gauge',
    unit: '1',
    required: ['steadfetch.policy.name', ...place],
  },
  'steadfetch.circuit_breaker.state': {
    form: 'sum',
    unit: '{breaker}',
    required: [...breaker, 'steadfetch.circuit_breaker.state'],
  },
  'steadfetch.circuit_breaker.transition': {
    form: 'sum',
    monotonic: true,
    unit: '{transition}',
    required: [...breaker, 'steadfetch.circuit_breaker.from', 'steadfetch.circuit_breaker.to'],
  },
  'http.client.request.duration': {form: 'histogram', unit: 's', required: ['http.request.method', ...place]},
};

export const LOGS: Readonly<
  Record<string, {severity: [number, string]; inTrace: boolean; required: readonly string[]}>
> = {
  'steadfetch.retry.scheduled': {
    severity: [5, 'DEBUG'],
    inTrace: true,
    required: [...request, 'steadfetch.attempt.number', 'steadfetch.wait', 'steadfetch.reason'],
  },
  'steadfetch.retry.exhausted': {severity: [13, 'WARN'], inTrace: true, required: [...request, 'steadfetch.reason']},
  'steadfetch.circuit_breaker.state_change': {
    severity: [13, 'WARN'],
    inTrace: false,
    required: [...breaker, 'steadfetch.circuit_breaker.from', 'steadfetch.circuit_breaker.to'],
  },
};

export const EVENTS: RegExp =
  /^steadfetch\.(retry\.(scheduled|abandoned)|hedge\.started|breaker\.rejected|policy\.overridden|redirect)$/;

export function valuesOf(attributes: readonly KeyValue[]): Record<string, Value> {
  return Object.fromEntries(attributes.map(({key, value}) => [key, plain(value)]));
}

function plain(value: KeyValue['value']): Value {
  const {stringValue, boolValue, intValue, doubleValue, arrayValue} = value;
  if (intValue !== undefined) return Number(intValue);
  return stringValue ?? boolValue ?? doubleValue ?? (arrayValue?.values ?? []).map(plain);
}

function checkAttributes(kind: Kind, where: string, attributes: readonly KeyValue[], required: readonly string[] = []) {
  const names = attributes.map(({key}) => key);
  expect(new Set(names).size, `${where}: a name twice`).to.equal(names.length);
  for (const {key, value} of attributes) {
    const rule = ATTRIBUTES[key] ?? ATTRIBUTES[key.replace(/\.header\..*/, '.header.*')];
    expect(rule, `${where}: ${key} is in no table`).not.to.equal(undefined);
    expect(rule!.on, `${where}: ${key}`).to.include(kind);
    expect(hasType(value, rule!.type), `${where}: ${key} is no ${rule!.type}: ${JSON.stringify(value)}`).to.equal(true);
    if (rule!.values !== undefined) expect(String(plain(value)), `${where}: ${key}`).to.match(rule!.values);
  }
  const always = Object.keys(ATTRIBUTES).filter(name => ATTRIBUTES[name]!.required?.includes(kind));
  const isRpc = names.includes('rpc.system.name');
  for (const name of [...always, ...required]) expect(names, where).to.include(isRpc ? inRpc(name) : name);
}

/** What a gRPC call has in the place of an HTTP attribute. */
const inRpc = (name: string): string => (/^(http\.request\.method|url\.full)$/.test(name) ? 'rpc.method' : name);

function hasType(value: KeyValue['value'], type: Type): boolean {
  switch (type) {
    case 'string':
      return value.stringValue !== undefined;
    case 'bool':
      return value.boolValue !== undefined;
    case 'int':
      return value.intValue !== undefined;
    case 'number':
      return value.doubleValue !== undefined || value.intValue !== undefined;
    case 'string[]':
      return value.arrayValue?.values.every(({stringValue}) => stringValue !== undefined) ?? false;
  }
}

const INTERNAL = 1;
const CLIENT = 3;
const ERROR = 2;

export function checkSpan(span: OtlpSpan): void {
  const where = `span ${span.name}`;
  expect(span.traceId, where).to.match(/^(?!0+$)[0-9a-f]{32}$/);
  expect(span.spanId, where).to.match(/^(?!0+$)[0-9a-f]{16}$/);
  expect(BigInt(span.endTimeUnixNano) >= BigInt(span.startTimeUnixNano), `${where} ends after it starts`).to.equal(
    true,
  );
  expect(span.droppedAttributesCount ?? 0, where).to.equal(0);
  expect(span.status.message ?? '', `${where}: a description`).to.equal('');
  const kind = kindOf(span);
  checkAttributes(kind, where, span.attributes);
  for (const event of span.events) {
    expect(event.name, where).to.match(EVENTS);
    checkAttributes('event', event.name, event.attributes);
  }
  for (const link of span.links) checkAttributes('event', `${where}: a link`, link.attributes);
  checkName(span, kind);
  checkStatus(span, kind);
}

function kindOf({name, kind}: OtlpSpan): 'call' | 'attempt' | 'body' {
  if (kind === CLIENT) return 'attempt';
  expect(kind, name).to.equal(INTERNAL);
  return name === 'steadfetch body' ? 'body' : 'call';
}

/** `{method} {url.template}`, or the method alone; `HTTP` for one that is not known. */
function checkName({name, attributes}: OtlpSpan, kind: ReturnType<typeof kindOf>): void {
  if (kind === 'body') return;
  const {'http.request.method': method, 'url.template': template} = valuesOf(attributes);
  const parts = [kind === 'call' ? 'steadfetch' : '', method === '_OTHER' ? 'HTTP' : method, template ?? ''];
  expect(name).to.equal(parts.filter(part => part !== '').join(' '));
}

/** Error exactly where there is an error.type; the status as error.type from 400 on; nothing for an abort, and never Ok. */
function checkStatus({name, attributes, status}: OtlpSpan, kind: ReturnType<typeof kindOf>): void {
  const values = valuesOf(attributes);
  const {'error.type': type, 'http.response.status_code': code, 'http.request.resend_count': resends} = values;
  expect(status.code ?? 0, `${name}: status`).to.equal(type === undefined ? 0 : ERROR);
  if (typeof code === 'number') expect(type, `${name}: error.type`).to.equal(code >= 400 ? String(code) : undefined);
  const ending = values[`steadfetch.${kind}.outcome`];
  if (ending === 'cancelled' || ending === 'superseded') expect(type, `${name}, ${ending}`).to.equal(undefined);
  if (ending === 'timeout') expect(type, name).to.be.oneOf(['timeout', 'deadline_exceeded']);
  if (kind !== 'attempt') return;
  const number = values['steadfetch.attempt.number'] as number;
  expect(resends, 'resend_count').to.equal(number === 1 ? undefined : number - 1);
}

export function checkMetric(metric: OtlpMetric): void {
  const {name, unit, description, histogram, sum, gauge} = metric;
  const rule = METRICS[name]!;
  expect(rule, `${name} is in no table`).not.to.equal(undefined);
  expect(unit, name).to.equal(rule.unit);
  expect(description, name).to.match(/^[A-Z].*\.$/);
  expect(metric, name).to.have.property(rule.form);
  if (sum !== undefined) expect(sum.isMonotonic ?? false, name).to.equal(rule.monotonic ?? false);
  const points: readonly DataPoint[] = (histogram ?? sum ?? gauge)!.dataPoints;
  expect(points.length, name).to.be.above(0);
  for (const point of points) {
    checkAttributes('metric', name, point.attributes, rule.required);
    if (histogram !== undefined) checkHistogram(name, point);
  }
}

function checkHistogram(name: string, {count, bucketCounts, explicitBounds, sum}: DataPoint): void {
  expect(bucketCounts!.length, name).to.equal(explicitBounds!.length + 1);
  expect(
    bucketCounts!.reduce((total, each) => total + Number(each), 0),
    name,
  ).to.equal(Number(count));
  expect(sum, name).to.be.at.least(0);
}

export function checkLog(record: OtlpLogRecord): void {
  const rule = LOGS[record.eventName]!;
  const where = `log record ${record.eventName}`;
  expect(rule, `${where} is in no table`).not.to.equal(undefined);
  expect([record.severityNumber, record.severityText], where).to.deep.equal(rule.severity);
  expect(record.body.stringValue, where).to.be.a('string');
  expect(BigInt(record.timeUnixNano) > 0n, where).to.equal(true);
  if (rule.inTrace) {
    expect(record.traceId, where).to.match(/^(?!0+$)[0-9a-f]{32}$/);
    expect(record.spanId, where).to.match(/^(?!0+$)[0-9a-f]{16}$/);
  }
  checkAttributes('log', where, record.attributes, rule.required);
}
