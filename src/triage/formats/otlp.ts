/**
 * Spans in OTLP JSON, as the file exporter of the OpenTelemetry Collector writes them. Only spans of clients are
 * failures of requests; the server's span tells the same failure once more.
 *
 * @see opentelemetry-proto, trace/v1; OpenTelemetry semantic conventions for HTTP and RPC spans
 */

import {answered, failed} from '../../core/outcome.ts';
import {CODE_NAMES, isCodeName} from '../../decide/grpc-codes.ts';
import {isBlank} from '../../decide/idempotency.ts';
import {readError} from '../error-outcome.ts';
import {type ErrorReading, LoggedAnswer, type LoggedFailure, LoggedHeaders} from '../failure.ts';
import {attemptOf, type Fields, failedStatus, fieldsOf, firstText, isFields, methodOf, wholeOf} from '../fields.ts';

/** What a trace needs to know of a span, failed or not. */
export interface ClientSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | undefined;
  /** 0 for the first attempt; undefined where the span does not say. */
  readonly retries: number | undefined;
  readonly failure: LoggedFailure | null;
}

const CLIENT = new Set<unknown>([3, 'SPAN_KIND_CLIENT']);
const CLIENT_KIND = /"kind"\s*:\s*(?:3|"SPAN_KIND_CLIENT")/;
const ID = /^[0-9a-f]{16,32}$/i;

/** Whether the JSON of a span can be that of a client. Servers and inner steps have most of the spans of a trace. */
export const mayBeOfClient = (json: string): boolean => CLIENT_KIND.test(json);

/** What a span has to be parsed for: a failure, a retry, another kind or other ids inside of it, escaped names. */
const UNUSUAL = /resend_count|error\.type|exception|rpc\.|"links"|\\|"kind".*"kind"|status_code.*status_code/s;
const STATUS = /status_code"(?!\s*,\s*"value"\s*:\s*\{\s*"(?:int|string)Value"\s*:\s*"?[123]\d\d"?\s*\})/;
const PARENT_ID = /"parentSpanId"\s*:\s*"([0-9a-f]{16})"/i;
const SPAN_ID = /"spanId"\s*:\s*"([0-9a-f]{16})"/i;
const TRACE_ID = /"traceId"\s*:\s*"([0-9a-f]{32})"/i;

/**
 * The span of a client that has succeeded at once, read without parsing it: nearly all spans are such.
 *
 * @param json Of which `mayBeOfClient` is true.
 * @returns Null where the span has to be parsed.
 */
export function readPlainSpan(json: string): ClientSpan | null {
  if (UNUSUAL.test(json) || STATUS.test(json)) return null;
  const traceId = TRACE_ID.exec(json)?.[1];
  const spanId = SPAN_ID.exec(json)?.[1];
  if (traceId === undefined || spanId === undefined) return null;
  const parentId = PARENT_ID.exec(json)?.[1];
  return {
    traceId: traceId.toLowerCase(),
    spanId: spanId.toLowerCase(),
    parentId: parentId?.toLowerCase(),
    retries: undefined,
    failure: null,
  };
}

/** Null for what is no span of a client. */
export function readSpan(value: unknown): ClientSpan | null {
  const span = fieldsOf(value);
  if (!CLIENT.has(span.kind)) return null;
  const attributes = attributesOf(span.attributes);
  const retries = wholeOf(attributes['http.request.resend_count'] ?? attributes['http.resend_count']);
  const traceId = idOf(span.traceId);
  return {
    traceId: traceId ?? '',
    spanId: idOf(span.spanId) ?? '',
    parentId: idOf(span.parentSpanId),
    retries,
    failure: failureOf(span, attributes, traceId, retries),
  };
}

function failureOf(
  span: Fields,
  attributes: Fields,
  traceId: string | undefined,
  retries: number | undefined,
): LoggedFailure | null {
  const reading = readOutcome(span, attributes);
  if (reading === null) return null;
  const isGrpc = reading.protocol === 'grpc';
  return {
    format: 'OTLP span',
    at: nanosOf(span.startTimeUnixNano),
    method: isGrpc ? 'POST' : methodOf(attributes['http.request.method'] ?? attributes['http.method']),
    target: isGrpc ? rpcOf(attributes) : urlOf(attributes),
    ...reading,
    keyed: keyedOf(attributes),
    // The conventions want the attribute on every attempt but the first.
    attempt: isGrpc ? undefined : attemptOf((retries ?? 0) + 1),
    traceId,
  };
}

function readOutcome(span: Fields, attributes: Fields): ErrorReading | null {
  const {'error.type': type} = attributes;
  const code = grpcCode(attributes);
  if (code !== undefined) return code === 0 ? null : {protocol: 'grpc', outcome: answered(new LoggedAnswer(code))};
  const written = attributes['http.response.status_code'] ?? attributes['http.status_code'];
  const status = failedStatus(written);
  if (status !== undefined)
    return {protocol: 'http', outcome: answered(new LoggedAnswer(status, responseHeaders(attributes)))};
  if (wholeOf(written) !== undefined || !('http.request.method' in attributes || 'http.method' in attributes))
    return null;
  const exception = exceptionOf(span);
  const thrown = exception === null ? null : readError(exception);
  if (thrown !== null) return thrown;
  return typeof type === 'string' ? byType(type) : null;
}

/** error.type is a code, a name, or a word of the instrumentation's own. */
function byType(type: string): ErrorReading {
  const last = type.slice(type.lastIndexOf('.') + 1);
  if (/timeout/i.test(last) && !/^(?:E|UND_ERR_)/.test(last))
    return {protocol: 'http', outcome: failed('attempt-timeout', undefined)};
  if (last === 'deadline_exceeded') return {protocol: 'http', outcome: failed('deadline', undefined)};
  if (last === 'circuit_open' || last === 'rate_limited')
    return {protocol: 'http', outcome: failed('rejected', undefined, false)};
  const found = readError({name: last, message: '', code: last});
  return found ?? {protocol: 'http', outcome: failed('network', {message: 'fetch failed'}), isVague: true};
}

function exceptionOf(span: Fields): Fields | null {
  const events = Array.isArray(span.events) ? span.events.slice(0, 20) : [];
  const event = events.map(fieldsOf).find(({name}) => name === 'exception');
  if (event === undefined) return null;
  const {
    'exception.type': name,
    'exception.message': message,
    'exception.stacktrace': stack,
  } = attributesOf(event.attributes);
  return {name, message, stack};
}

/** The conventions have renamed the attribute twice: with 1.39 and with 1.45. */
function grpcCode(attributes: Fields): number | undefined {
  const code =
    attributes['rpc.status_code'] ?? attributes['rpc.response.status_code'] ?? attributes['rpc.grpc.status_code'];
  if (isCodeName(code)) return CODE_NAMES.indexOf(code);
  const number = wholeOf(code);
  return number !== undefined && number < CODE_NAMES.length ? number : undefined;
}

function rpcOf({'rpc.service': service, 'rpc.method': method}: Fields): string | undefined {
  if (typeof method !== 'string') return undefined;
  return typeof service === 'string' && !method.includes('/') ? `${service}/${method}` : method;
}

function urlOf(attributes: Fields): string | undefined {
  const url = firstText(
    attributes['url.full'],
    attributes['http.url'],
    attributes['http.target'],
    attributes['url.path'],
  );
  const {'server.address': host} = attributes;
  return url?.startsWith('/') && typeof host === 'string' ? `http://${host}${url}` : (url ?? firstText(host));
}

/** Instrumentations capture headers on request: `http.request.header.idempotency-key`. */
function keyedOf(attributes: Fields): boolean | undefined {
  const {'http.request.header.idempotency-key': key} = attributes;
  return key === undefined ? undefined : !isBlank(String(key));
}

function responseHeaders(attributes: Fields): LoggedHeaders {
  const prefix = 'http.response.header.';
  const shown = Object.entries(attributes).filter(([name]) => name.startsWith(prefix));
  return new LoggedHeaders(
    Object.fromEntries(shown.map(([name, value]) => [name.slice(prefix.length).replaceAll('_', '-'), value])),
  );
}

function attributesOf(list: unknown): Fields {
  if (!Array.isArray(list)) return {};
  const found: Record<string, unknown> = Object.create(null);
  for (const each of list.slice(0, 200)) {
    const {key, value} = fieldsOf(each);
    if (typeof key === 'string' && isFields(value)) found[key] = plainValue(value);
  }
  return found;
}

function plainValue(value: Fields): unknown {
  const {stringValue, intValue, doubleValue, boolValue, arrayValue} = value;
  const values = fieldsOf(arrayValue).values;
  if (Array.isArray(values)) return values.slice(0, 10).map(each => plainValue(fieldsOf(each)));
  return stringValue ?? intValue ?? doubleValue ?? boolValue;
}

const idOf = (id: unknown): string | undefined =>
  typeof id === 'string' && ID.test(id) ? id.toLowerCase() : undefined;

function nanosOf(value: unknown): number | undefined {
  return (typeof value === 'string' || typeof value === 'number') && /^\d{16,20}$/.test(String(value))
    ? Math.floor(Number(value) / 1e6)
    : undefined;
}
