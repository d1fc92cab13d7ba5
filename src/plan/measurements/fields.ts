/** Finds the duration, the status and the error of an attempt in a record, by the names that loggers and clients use. */

import type {Measured} from './measurements.ts';

/** All in milliseconds. In this order: steadfetch's own log, then `ms` in the name, then pino-http, then any duration. */
const DURATIONS = [
  'latencyMs',
  'durationMs',
  'latency_ms',
  'duration_ms',
  'elapsed_ms',
  'elapsedMs',
  'time_ms',
  'ms',
  'responseTime',
  'response_time',
  'latency',
  'duration',
  'elapsed',
];
const STATUSES = ['status', 'statusCode', 'status_code', 'http_status'];
const ERRORS = ['error', 'err', 'error_code', 'errorCode', 'exception'];
/** Objects in which a logger keeps the status. */
const RESPONSES = ['res', 'response'];

type Fields = Readonly<Record<string, unknown>>;

/** @returns undefined if the record has no duration. */
export function measuredOf(record: unknown): Measured | undefined {
  if (!isFields(record)) return undefined;
  const durationMs = firstOf(record, DURATIONS, numberOf);
  if (durationMs === undefined) return undefined;
  const responses = RESPONSES.map(name => record[name]).filter(isFields);
  const status = [record, ...responses]
    .map(fields => firstOf(fields, STATUSES, numberOf))
    .find(found => found !== undefined);
  const error = firstOf(record, ERRORS, errorText);
  const isUnsent = record.sent === 'not-sent' || record.sent === 'not-processed' || undefined;
  return {durationMs, status, error, isUnsent};
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function firstOf<T>(fields: Fields, names: readonly string[], read: (value: unknown) => T | undefined): T | undefined {
  for (const name of names) {
    const found = read(fields[name]);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A number, or text that is one, as in CSV. */
function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const number = Number(value);
  return Number.isNaN(number) ? undefined : number;
}

/** What an error says of itself. An empty text and `false` are none. */
function errorText(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  if (value === true) return 'error';
  if (!isFields(value)) return undefined;
  const words = [value.code, value.type, value.name, value.message].filter(word => typeof word === 'string');
  return words.length === 0 ? 'error' : words.join(' ');
}
