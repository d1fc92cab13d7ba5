/** Lines of JSON: pino, pino-http, winston, bunyan, ECS, and loggers that write like them. */

import {answered} from '../../core/outcome.ts';
import {isBlank} from '../../decide/idempotency.ts';
import {outerRetries} from '../../decide/outer-retries.ts';
import {readError} from '../error-outcome.ts';
import {requestIn} from '../error-text.ts';
import {type ErrorReading, LoggedAnswer, type LoggedFailure, LoggedHeaders} from '../failure.ts';
import {type Fields, failedStatus, fieldsOf, firstText, isFields, methodOf, timeOf, traceIdOf} from '../fields.ts';
import {FlatRecord} from '../record.ts';
import {isEnvoyRecord, readEnvoyRecord} from './envoy.ts';
import {endingOf, readFlatRecord} from './flat-record.ts';
import {isOwnEvent, isOwnLine, readOwnEvent, readOwnLine} from './own-lines.ts';

/** @returns Null for a record that tells of no failure; undefined for one in which nothing is understood. */
export function readJsonLine(record: Fields): LoggedFailure | null | undefined {
  if (isOwnLine(record)) return readOwnLine(record);
  if (isOwnEvent(record)) return readOwnEvent(record);
  if (isEnvoyRecord(record)) return readEnvoyRecord(record);
  const flat = new FlatRecord(record);
  const error = errorOf(record);
  if (endingOf(flat) !== null) return readFlatRecord(flat, 'JSON line');
  // A message may tell of an attempt before the one that succeeded.
  if (error === undefined && flat.isSuccess && !isError(record)) return null;
  const found = failureOf(record, error);
  if (found === null) return readFlatRecord(flat, 'JSON line');
  const request = requestOf(record);
  const {headers} = request;
  const outer = outerRetries(headers);
  const common = readFlatRecord(flat, 'JSON line', found)!;
  return {
    ...common,
    at: timeOf(record.time ?? record.timestamp ?? record['@timestamp'] ?? record.ts ?? record.date) ?? common.at,
    method: found.method ?? request.method ?? common.method,
    target: request.target ?? common.target,
    keyed: request.isShown ? !isBlank(headers.get('idempotency-key')) : common.keyed,
    attempt: common.attempt ?? (outer === null ? undefined : outer.count + 1),
    traceId: common.traceId ?? traceIdOf(headers.get('traceparent')),
    outerRetries: outer?.count,
  };
}

const errorOf = (record: Fields): unknown =>
  [record.err, record.error, record.exception, fieldsOf(record.meta).error].find(
    each => each !== undefined && each !== null && each !== '',
  );

/** An answer of the logged request comes first: the error beside it is made of it. */
function failureOf(record: Fields, error: unknown): ErrorReading | null {
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
  const behind = readCaddy(record);
  if (behind !== null) return behind;
  const own = ownError(record, error);
  if (status === undefined) return own;
  const body = response.body ?? response.data ?? record.body ?? own?.body;
  const text = own?.text ?? firstText(fieldsOf(error).message, error, record.msg, record.message);
  return {
    protocol: 'http',
    outcome: answered(new LoggedAnswer(status, new LoggedHeaders(response.headers))),
    body,
    text,
  };
}

/** Caddy's status is its own answer; the message says how the server behind it failed. Null for other records. */
function readCaddy(record: Fields): ErrorReading | null {
  if (typeof record.logger !== 'string' || !record.logger.startsWith('http.log.error')) return null;
  const found = readMessage(record);
  return found?.outcome.kind === 'response' ? null : found;
}

/** The first that says how the request failed; else the first that says that it did. */
function ownError(record: Fields, error: unknown): ErrorReading | null {
  let unsure: ErrorReading | null = null;
  for (const read of [
    () => readError(error),
    () => (looksLikeError(record) ? readError(record) : null),
    () => readMessage(record),
  ]) {
    const found = read();
    if (found !== null && found.doubt === undefined && found.isVague !== true)
      return {...found, body: found.body ?? unsure?.body, text: joined(unsure?.text, found.text)};
    unsure ??= found;
  }
  return unsure;
}

const joined = (...texts: readonly (string | undefined)[]): string | undefined =>
  texts.filter(text => text !== undefined).join('\n') || undefined;

/** winston writes the fields of an error beside those of the line. */
const looksLikeError = ({stack, code, status, statusCode, cause}: Fields): boolean =>
  typeof stack === 'string' ||
  typeof code === 'string' ||
  failedStatus(status, statusCode) !== undefined ||
  isFields(cause);

/** winston has written an error as the line: the answer in it may be one whose body broke off. */
const isError = ({stack, code, isAxiosError}: Fields): boolean =>
  isAxiosError === true || (typeof stack === 'string' && typeof code === 'string');

/** `console.error(String(error))` through a logger. */
function readMessage(record: Fields): ErrorReading | null {
  const message = firstText(
    record.msg,
    record.message,
    typeof record.error === 'string' ? `Error: ${record.error}` : undefined,
  );
  return message === undefined ? null : readError(message, false);
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
  const inMessage = requestIn(firstText(error.message, record.error, record.msg, record.message) ?? '');
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
