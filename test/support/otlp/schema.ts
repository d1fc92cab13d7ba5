/**
 * OTLP as it is published: the .proto files of opentelemetry-proto, out of a package that ships them, read by protobufjs.
 *
 * Both forms end as one: objects as OTLP/JSON has them, ids in hex, numbers of 64 bits as text.
 */
import {createRequire} from 'node:module';
import {dirname, join} from 'node:path';
import protobuf, {type Type} from 'protobufjs';

export type Signal = 'traces' | 'metrics' | 'logs';

const folder = dirname(createRequire(import.meta.url).resolve('@elastic/mockotlpserver/package.json'));
const collector = 'opentelemetry/proto/collector';
const SERVICES: Readonly<Record<Signal, string>> = {
  traces: 'trace/v1/trace_service',
  metrics: 'metrics/v1/metrics_service',
  logs: 'logs/v1/logs_service',
};
const REQUESTS: Readonly<Record<Signal, string>> = {
  traces: 'trace.v1.ExportTraceServiceRequest',
  metrics: 'metrics.v1.ExportMetricsServiceRequest',
  logs: 'logs.v1.ExportLogsServiceRequest',
};

const root = new protobuf.Root();
// Imports are written from the top of the tree, not from the file they are in.
root.resolvePath = (_origin, target) => join(folder, target.slice(Math.max(0, target.indexOf('opentelemetry/'))));
root.loadSync(Object.values(SERVICES).map(file => `${collector}/${file}.proto`));
// opentelemetry-proto 1.5; the files of that package are older.
const logRecord = root.lookupType('opentelemetry.proto.logs.v1.LogRecord');
if (logRecord.fields.eventName === undefined) logRecord.add(new protobuf.Field('eventName', 12, 'string'));

const requestType = (signal: Signal): Type => root.lookupType(`opentelemetry.proto.collector.${REQUESTS[signal]}`);

/** @throws Error for bytes that are not that, and for any field that the schema does not know. */
export function decodeProtobuf(signal: Signal, bytes: Uint8Array): object {
  const type = requestType(signal);
  const message = type.decode(bytes);
  const {length} = type.encode(message).finish();
  if (length !== bytes.length)
    throw new Error(`Of the ${bytes.length} bytes of ${signal}, the schema knows ${length}.`);
  return normalised(type, type.toObject(message, {longs: String, enums: Number, arrays: true}), 'binary');
}

/** @throws Error for a field that the schema does not know, or whose value is not of its type. */
export function decodeJson(signal: Signal, text: string): object {
  return normalised(requestType(signal), JSON.parse(text) as object, 'json');
}

const INTEGERS = new Set(['int32', 'uint32', 'sint32', 'fixed32', 'sfixed32']);
const LONGS = new Set(['int64', 'uint64', 'sint64', 'fixed64', 'sfixed64']);

function normalised(type: Type, value: object, form: 'binary' | 'json'): object {
  const result: Record<string, unknown> = {};
  for (const [name, entry] of Object.entries(value)) {
    const field = type.fields[name];
    if (field === undefined) throw new Error(`${type.fullName} has no field ${name}.`);
    if (field.repeated && !Array.isArray(entry)) throw new Error(`${type.fullName}.${name} is not a list.`);
    const one = (each: unknown): unknown => scalar(field.resolve(), each, form);
    if (entry !== null) result[name] = field.repeated ? (entry as unknown[]).map(one) : one(entry);
  }
  return result;
}

function scalar(field: protobuf.Field, value: unknown, form: 'binary' | 'json'): unknown {
  const {resolvedType, type, fullName} = field;
  const wrong = (): never => {
    throw new Error(`${fullName} is of type ${type}, and not ${JSON.stringify(value)}.`);
  };
  if (resolvedType instanceof protobuf.Type) return normalised(resolvedType, value as object, form);
  if (resolvedType !== null || INTEGERS.has(type)) return Number.isInteger(value) ? value : wrong();
  if (LONGS.has(type)) return /^-?\d+$/.test(String(value)) ? String(value) : wrong();
  switch (type) {
    case 'bytes':
      if (form === 'binary') return Buffer.from(value as Uint8Array).toString('hex');
      return /^([0-9a-f]{2})*$/.test(String(value)) ? value : wrong();
    case 'double':
      return typeof value === 'number' ? value : wrong();
    case 'bool':
      return typeof value === 'boolean' ? value : wrong();
    case 'string':
      return typeof value === 'string' ? value : wrong();
    default:
      return wrong();
  }
}
