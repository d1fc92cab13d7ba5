/** Compares what was exported with the tables of conventions.ts, and its names with the package of the conventions. */
import {expect} from 'chai';
import {ATTRIBUTES, EVENTS, type Kind, LOGS, METRICS, type Type} from './conventions.ts';
import type {DataPoint, KeyValue, OtlpLogRecord, OtlpMetric, OtlpSpan} from './payload.ts';
import {flaw} from './semconv.ts';

type Value = string | boolean | number | readonly Value[];

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
    expect(flaw('attribute', key, plain(value)), where).to.equal(null);
    const rule = ATTRIBUTES[key] ?? ATTRIBUTES[key.replace(/\.header\..*/, '.header.*')];
    expect(rule, `${where}: ${key} is in no table`).not.to.equal(undefined);
    expect(rule!.on, `${where}: ${key}`).to.include(kind);
    expect(hasType(value, rule!.type), `${where}: ${key} is no ${rule!.type}: ${JSON.stringify(value)}`).to.equal(true);
    if (rule!.values !== undefined) expect(String(plain(value)), `${where}: ${key}`).to.match(rule!.values);
  }
  const always = Object.keys(ATTRIBUTES).filter(name => ATTRIBUTES[name]!.required?.includes(kind));
  const isRpc = names.includes('rpc.system.name');
  const isSocket = String(valuesOf(attributes)['server.address']).startsWith('/'); // A Unix socket has no port.
  for (const name of [...always, ...required].filter(name => !isSocket || name !== 'server.port'))
    expect(names, where).to.include(isRpc ? inRpc(name) : name);
}

/** The attribute of a gRPC call that corresponds to an HTTP attribute. */
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
  const isRpc = span.attributes.some(({key}) => key === 'rpc.system.name');
  checkAttributes(kind, where, span.attributes, isRpc && kind === 'call' ? ['rpc.status_code'] : []);
  for (const event of span.events) {
    expect(flaw('event', event.name), where).to.equal(null);
    expect(event.name, where).to.match(EVENTS);
    checkAttributes('event', event.name, event.attributes);
  }
  for (const link of span.links) checkAttributes('event', `${where}: a link`, link.attributes);
  checkName(span, kind);
  checkStatus(span, kind);
}

/** A CLIENT span is an attempt over HTTP, and the call of an RPC. */
function kindOf({name, kind, attributes}: OtlpSpan): 'call' | 'attempt' | 'body' {
  const values = valuesOf(attributes);
  const found = name === 'steadfetch body' ? 'body' : 'steadfetch.attempt.kind' in values ? 'attempt' : 'call';
  expect(kind, name).to.equal(found === ('rpc.system.name' in values ? 'call' : 'attempt') ? CLIENT : INTERNAL);
  return found;
}

/** `{method} {url.template}`, or the method alone; `HTTP` for one that is not known. Of an RPC `{package.Service/Method}`. */
function checkName({name, attributes}: OtlpSpan, kind: ReturnType<typeof kindOf>): void {
  if (kind === 'body') return;
  const {'http.request.method': method, 'url.template': template, 'rpc.method': rpc} = valuesOf(attributes);
  if (rpc !== undefined) {
    expect(name).to.equal(kind === 'call' ? rpc : `steadfetch attempt ${rpc}`);
    return;
  }
  const parts = [kind === 'call' ? 'steadfetch' : '', method === '_OTHER' ? 'HTTP' : method, template ?? ''];
  expect(name).to.equal(parts.filter(part => part !== '').join(' '));
}

/** Error exactly where there is an error.type; the status as error.type from 400 on; nothing for an abort, and never Ok. */
function checkStatus({name, attributes, status}: OtlpSpan, kind: ReturnType<typeof kindOf>): void {
  const values = valuesOf(attributes);
  const {'error.type': type, 'http.response.status_code': code, 'http.request.resend_count': retries} = values;
  expect(status.code ?? 0, `${name}: status`).to.equal(type === undefined ? 0 : ERROR);
  if (typeof code === 'number') expect(type, `${name}: error.type`).to.equal(code >= 400 ? String(code) : undefined);
  const ending = values[`steadfetch.${kind}.outcome`];
  if (ending === 'cancelled' || ending === 'superseded') expect(type, `${name}, ${ending}`).to.equal(undefined);
  if (ending === 'timeout') expect(type, name).to.be.oneOf(['timeout', 'deadline_exceeded']);
  if (kind !== 'attempt' || 'rpc.system.name' in values) return;
  const number = values['steadfetch.attempt.number'] as number;
  expect(retries, 'resend_count').to.equal(number === 1 ? undefined : number - 1);
}

export function checkMetric(metric: OtlpMetric): void {
  const {name, unit, description, histogram, sum, gauge} = metric;
  const rule = METRICS[name]!;
  expect(flaw('metric', name)).to.equal(null);
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
  expect(flaw('event', record.eventName), where).to.equal(null);
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
