/** Finds the duration, the status and the error of an attempt in a record, by the names that loggers and clients use. */

import type {Measured} from './measurements.ts';

/** The names that fields may have. Of several in one record, the first of a list counts. */
export interface FieldNames {
  /** All in milliseconds. */
  readonly durations: readonly string[];
  readonly statuses: readonly string[];
  readonly errors: readonly string[];
  /** Objects in which a logger keeps the status. */
  readonly responses: readonly string[];
}

const KNOWN: FieldNames = {
  // In this order: steadfetch's own log, then `ms` in the name, then pino-http, then any duration.
  durations: [
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
  ],
  statuses: ['status', 'statusCode', 'status_code', 'http_status'],
  errors: ['error', 'err', 'error_code', 'errorCode', 'exception'],
  responses: ['res', 'response'],
};

/** Those of the known names that records of text with these names have. */
export function namesAmong(given: readonly string[]): FieldNames {
  const among = (names: readonly string[]): string[] => names.filter(name => given.includes(name));
  return {
    durations: among(KNOWN.durations),
    statuses: among(KNOWN.statuses),
    errors: among(KNOWN.errors),
    responses: [],
  };
}

type Fields = Readonly<Record<string, unknown>>;

/** @returns undefined if the record has no duration. */
export function measuredOf(record: unknown, names: FieldNames = KNOWN): Measured | undefined {
  if (!isFields(record)) return undefined;
  const durationMs = firstOf(record, names.durations, numberOf);
  if (durationMs === undefined) return undefined;
  const status = firstOf(record, names.statuses, numberOf) ?? statusWithin(record, names);
  const error = firstOf(record, names.errors, errorText);
  const isUnsent = record.sent === 'not-sent' || record.sent === 'not-processed' || undefined;
  return {durationMs, status, error, isUnsent};
}

function statusWithin(record: Fields, {responses, statuses}: FieldNames): number | undefined {
  for (const name of responses) {
    const response = record[name];
    const status = isFields(response) ? firstOf(response, statuses, numberOf) : undefined;
    if (status !== undefined) return status;
  }
  return undefined;
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
