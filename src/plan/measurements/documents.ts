/** Measurements in one JSON document: HAR, and OTLP traces. */

import {PlanInputError} from '../input-error.ts';
import type {Measured} from './measurements.ts';

type Fields = Readonly<Record<string, unknown>>;

/** @returns undefined if the value is neither HAR nor OTLP JSON. @throws PlanInputError for spans of Zipkin, which look like records. */
export function documentMeasurements(value: unknown): Measured[] | undefined {
  if (Array.isArray(value) && isZipkin(fieldsOf(value[0])))
    throw new PlanInputError('These are spans of Zipkin. Export OTLP JSON.');
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

/** Its durations are in microseconds, and its tags say how an attempt ended. */
const isZipkin = ({traceId, kind, duration}: Fields): boolean =>
  traceId !== undefined && duration !== undefined && /^(?:CLIENT|SERVER|PRODUCER|CONSUMER)$/.test(String(kind));

function spansOf(resourceSpans: readonly unknown[]): Fields[] {
  return resourceSpans
    .flatMap(resource => listOf(fieldsOf(resource).scopeSpans))
    .flatMap(scope => listOf(fieldsOf(scope).spans))
    .map(fieldsOf);
}

/** Attempts are client spans; a call that steadfetch traces is an internal span around them. */
const isClientSpan = ({kind}: Fields): boolean => kind === 3 || kind === 'SPAN_KIND_CLIENT';

function spanMeasured({startTimeUnixNano, endTimeUnixNano, attributes, status: ended}: Fields): Measured {
  const values = new Map(
    listOf(attributes)
      .map(fieldsOf)
      .map(({key, value}) => [key, fieldsOf(value)]),
  );
  const stated = values.get('http.response.status_code') ?? values.get('http.status_code');
  const status = stated === undefined ? undefined : Number(stated.intValue);
  const isTimeout = Number(values.get('rpc.grpc.status_code')?.intValue) === DEADLINE_EXCEEDED;
  const error = textOf(values.get('error.type')?.stringValue) ?? (isTimeout ? 'deadline' : errorOf(fieldsOf(ended)));
  // The span of a 404 is an error, too. One of a 200 failed after its headers.
  const isAnswered = status !== undefined && (error === undefined || status >= 400);
  return {
    durationMs: millisecondsBetween(startTimeUnixNano, endTimeUnixNano),
    status: isAnswered ? status : undefined,
    error: isAnswered ? undefined : error,
  };
}

/** A status of gRPC. */
const DEADLINE_EXCEEDED = 4;

/** What the status of a span says went wrong; undefined where it is no error. */
function errorOf({code, message}: Fields): string | undefined {
  return code === 2 || code === 'STATUS_CODE_ERROR' ? (textOf(message) ?? 'error') : undefined;
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** Nanoseconds since 1970 are beyond the integers that a number holds. */
function millisecondsBetween(start: unknown, end: unknown): number {
  const isTime = (value: unknown): value is string | number => /^\d+$/.test(String(value));
  return isTime(start) && isTime(end) ? Number(BigInt(end) - BigInt(start)) / 1e6 : Number.NaN;
}

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
