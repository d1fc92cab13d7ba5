/** Measurements in one JSON document: HAR, and OTLP traces. */

import type {Measured} from './measurements.ts';

type Fields = Readonly<Record<string, unknown>>;

/** @returns undefined if the value is neither HAR nor OTLP JSON. */
export function documentMeasurements(value: unknown): Measured[] | undefined {
  const {log, resourceSpans} = fieldsOf(value);
  const {entries} = fieldsOf(log);
  if (Array.isArray(entries)) return entries.map(harEntry);
  if (Array.isArray(resourceSpans)) return spansOf(resourceSpans).filter(isClientSpan).map(spanMeasured);
  return undefined;
}

/** An attempt is measured until its response headers, so the time to receive the body does not count. */
function harEntry(entry: unknown): Measured {
  const {time, timings, response} = fieldsOf(entry);
  const {status, _error: error} = fieldsOf(response);
  const {receive} = fieldsOf(timings);
  const receivedMs = typeof receive === 'number' && receive > 0 ? receive : 0;
  const isAnswered = typeof status === 'number' && status > 0;
  return {
    durationMs: typeof time === 'number' ? time - receivedMs : Number.NaN,
    status: isAnswered ? status : undefined,
    // A browser writes status 0 for a request without a response.
    error: isAnswered ? undefined : typeof error === 'string' ? error : 'no response',
  };
}

function spansOf(resourceSpans: readonly unknown[]): Fields[] {
  return resourceSpans
    .flatMap(resource => listOf(fieldsOf(resource).scopeSpans))
    .flatMap(scope => listOf(fieldsOf(scope).spans))
    .map(fieldsOf);
}

/** Attempts are client spans; a call that steadfetch traces is an internal span around them. */
const isClientSpan = ({kind}: Fields): boolean => kind === 3 || kind === 'SPAN_KIND_CLIENT';

function spanMeasured({startTimeUnixNano, endTimeUnixNano, attributes}: Fields): Measured {
  const values = new Map(
    listOf(attributes)
      .map(fieldsOf)
      .map(({key, value}) => [key, fieldsOf(value)]),
  );
  const status = values.get('http.response.status_code') ?? values.get('http.status_code');
  const error = values.get('error.type')?.stringValue;
  return {
    durationMs: millisecondsBetween(startTimeUnixNano, endTimeUnixNano),
    status: status === undefined ? undefined : Number(status.intValue),
    error: typeof error === 'string' ? error : undefined,
  };
}

/** Nanoseconds since 1970 are beyond the integers that a number holds. */
function millisecondsBetween(start: unknown, end: unknown): number {
  const isTime = (value: unknown): value is string | number => /^\d+$/.test(String(value));
  return isTime(start) && isTime(end) ? Number(BigInt(end) - BigInt(start)) / 1e6 : Number.NaN;
}

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
