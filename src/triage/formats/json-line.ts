/** Lines of JSON: pino, pino-http, winston, bunyan, ECS, and loggers that write like them. */

import {answered} from '../../core/outcome.ts';
import {isBlank} from '../../decide/idempotency.ts';
import {outerRetries} from '../../decide/outer-retries.ts';
import {type ErrorReading, readError} from '../error-outcome.ts';
import {requestIn} from '../error-text.ts';
import {LoggedAnswer, type LoggedFailure, LoggedHeaders} from '../failure.ts';
import {
  attemptOf,
  type Fields,
  failedStatus,
  fieldsOf,
  firstText,
  isFields,
  methodOf,
  timeOf,
  traceIdOf,
} from '../fields.ts';
import {isOwnEvent, isOwnLine, readOwnEvent, readOwnLine} from './own-lines.ts';

export function readJsonLine(record: Fields): LoggedFailure | null {
  if (isOwnLine(record)) return readOwnLine(record);
  if (isOwnEvent(record)) return readOwnEvent(record);
  const found = failureOf(record);
  if (found === null) return null;
  const request = requestOf(record);
  const {headers} = request;
  const outer = outerRetries(headers);
  return {
    format: 'JSON line',
    at: timeOf(record.time ?? record.timestamp ?? record['@timestamp'] ?? record.ts ?? record.date),
    method: request.method,
    target: request.target,
    ...found,
    keyed: request.isShown ? !isBlank(headers.get('idempotency-key')) : undefined,
    attempt:
      attemptOf(record.attempt ?? record.attemptNumber ?? record.attempt_number) ??
      (outer === null ? undefined : outer.count + 1),
    traceId: traceIdOf(record.traceId ?? record.trace_id ?? record['trace.id'] ?? headers.get('traceparent')),
    outerRetries: outer?.count,
  };
}

/** An answer of the logged request comes first: the error beside it is made of it. */
function failureOf(record: Fields): ErrorReading | null {
  const response = fieldsOf(record.res ?? record.response);
  const {http} = record;
  const status = failedStatus(
    response.statusCode,
    response.status,
    record.statusCode,
    record['http.status_code'],
    record['http.response.status_code'],
    fieldsOf(fieldsOf(http).response).status_code,
    record.stack === undefined ? record.status : undefined,
  );
  const errors = [record.err, record.error, record.exception, fieldsOf(record.meta).error];
  const error = errors.find(each => each !== undefined && each !== null);
  const own = readError(error) ?? (looksLikeError(record) ? readError(record) : null) ?? readMessage(record);
  if (status === undefined) return own;
  const body = response.body ?? response.data ?? record.body ?? own?.body;
  return {protocol: 'http', outcome: answered(new LoggedAnswer(status, new LoggedHeaders(response.headers))), body};
}

/** winston writes the fields of an error beside those of the line. */
const looksLikeError = ({stack, code, status, statusCode, cause}: Fields): boolean =>
  typeof stack === 'string' ||
  typeof code === 'string' ||
  failedStatus(status, statusCode) !== undefined ||
  isFields(cause);

/** `console.error(String(error))` through a logger. */
function readMessage(record: Fields): ErrorReading | null {
  const message = firstText(
    record.msg,
    record.message,
    typeof record.error === 'string' ? `Error: ${record.error}` : undefined,
  );
  return message === undefined ? null : readError(message);
}

interface LoggedRequest {
  readonly method: string | undefined;
  readonly target: string | undefined;
  readonly headers: LoggedHeaders;
  /** The log shows the headers of the request. */
  readonly isShown: boolean;
}

function requestOf(record: Fields): LoggedRequest {
  const error = fieldsOf(record.err ?? record.error);
  const request = fieldsOf(record.req ?? record.request);
  const config = fieldsOf(error.config ?? record.config);
  const inMessage = requestIn(firstText(error.message, record.msg, record.message) ?? '');
  const http = fieldsOf(fieldsOf(record.http).request);
  const url = fieldsOf(record.url);
  const shown = request.headers ?? config.headers;
  const headers = new LoggedHeaders(shown);
  const path = firstText(
    request.url,
    record.url,
    url.full,
    url.original,
    url.path,
    record['url.full'],
    config.url,
    record.path,
    record.target,
    record.uri,
    inMessage.target,
  );
  return {
    method: [request.method, record.method, http.method, record['http.request.method'], config.method, inMessage.method]
      .map(methodOf)
      .find(found => found !== undefined),
    target: targetOf(path, firstText(headers.get('host'), config.baseURL)),
    headers,
    isShown: isFields(shown),
  };
}

function targetOf(path: string | undefined, host: string | undefined): string | undefined {
  if (path === undefined || !path.startsWith('/') || host === undefined) return path;
  return host.includes('://') ? `${host.replace(/\/+$/, '')}${path}` : `http://${host}${path}`;
}
