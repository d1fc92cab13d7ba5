/** Lines of JSON: pino, pino-http, winston, bunyan, ECS, and loggers that write like them. */

import {answered} from '../../core/outcome.ts';
import {isBlank} from '../../decide/idempotency.ts';
import {outerRetries} from '../../decide/outer-retries.ts';
import {readError} from '../error-outcome.ts';
import {requestIn, showsRedirect} from '../error-text.ts';
import {AFTER_REDIRECT, type ErrorReading, LoggedAnswer, type LoggedFailure, LoggedHeaders} from '../failure.ts';
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
  const sentBefore = wasRedirected(record, error) ? AFTER_REDIRECT : undefined;
  if (found === null) {
    const plain = readFlatRecord(flat, 'JSON line');
    return plain && withListed(sentBefore !== undefined ? {...plain, sentBefore} : plain, record);
  }
  const request = requestOf(record);
  const {headers} = request;
  const outer = outerRetries(headers);
  const common = withListed(readFlatRecord(flat, 'JSON line', found)!, record);
  return {
    ...common,
    at: timeOf(record.time ?? record.timestamp ?? record['@timestamp'] ?? record.ts ?? record.date) ?? common.at,
    method: found.method ?? (request.isOfOther ? request.method : (request.method ?? common.method)),
    target: request.isOfOther ? request.target : (request.target ?? common.target),
    doubt: common.doubt ?? request.doubt,
    sentBefore: common.sentBefore ?? sentBefore,
    handled: handledRequest(record),
    keyed: request.isShown ? !isBlank(headers.get('idempotency-key')) : common.keyed,
    attempt: common.attempt ?? (outer === null ? undefined : outer.count + 1),
    traceId: common.traceId ?? traceIdOf(headers.get('traceparent')),
    outerRetries: outer?.count,
  };
}

/** The wait that a server asked for stands in what a program logs of its headers, wherever it puts them. */
function withListed(failure: LoggedFailure, record: Fields): LoggedFailure {
  const {outcome, protocol} = failure;
  if (protocol !== 'http' || outcome.kind !== 'response' || outcome.response === null) return failure;
  const {status, headers} = outcome.response;
  if (headers.has('retry-after')) return failure;
  const response = fieldsOf(record.res ?? record.response);
  const shown = [response.headers, response.rawHeaders, record.responseHeaders, record.rawHeaders, record.headers]
    .map(each => new LoggedHeaders(each))
    .find(each => each.has('retry-after'));
  return shown === undefined ? failure : {...failure, outcome: answered(new LoggedAnswer(status, shown))};
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
  /** The record has another request too, which names nothing of the failed one. */
  readonly isOfOther: boolean;
  readonly doubt: string | undefined;
}

/** What pino-http and its like write of each request that a server handles. */
const isHandled = (request: Fields): boolean =>
  ['id', 'remoteAddress', 'remotePort', 'params', 'query'].some(name => name in request);

/** The request that a server was handling, and its answer is what failed for the client of that server; undefined without a number. */
function handledRequest(record: Fields): LoggedFailure['handled'] {
  const {id, method, url} = fieldsOf(record.req);
  if (typeof id !== 'string' && typeof id !== 'number') return undefined;
  return {request: `${record.hostname} ${record.pid} ${id} ${method} ${url}`, isAnswer: isFields(record.res)};
}

/** axios and its follow-redirects; tracebacks as text, or as structlog lists their frames. */
const wasRedirected = (record: Fields, error: unknown): boolean =>
  [error, fieldsOf(error).stack, record.exc_info, record.exception].some(
    each => (typeof each === 'string' || Array.isArray(each)) && showsRedirect(JSON.stringify(each)),
  ) ||
  [fieldsOf(error).request, record.request].some(request => {
    const {_redirectCount, _redirectable} = fieldsOf(request);
    return Number(_redirectCount ?? fieldsOf(_redirectable)._redirectCount) > 0;
  });

function requestOf(record: Fields): LoggedRequest {
  const error = fieldsOf(record.err ?? record.error);
  const request = fieldsOf(record.req ?? record.request);
  const config = fieldsOf(error.config ?? record.config);
  const inMessage = requestIn(firstText(error.message, record.error, record.msg, record.message) ?? '');
  const sent = sentBy(error, config, inMessage);
  if (sent !== null) return sent;
  // An answer to the request that the server handles fails for its client; an error without one is of a request of its own.
  const isOfOther = isHandled(request) && !isFields(record.res) && isFields(record.err);
  if (isOfOther) return {...NO_REQUEST, isOfOther};
  const http = fieldsOf(fieldsOf(record.http).request);
  const url = fieldsOf(record.url);
  const headers = new LoggedHeaders(request.headers);
  const path = firstText(
    request.url,
    record.url,
    url.full,
    url.original,
    url.path,
    record['url.full'],
    record.path,
    record.target,
    record.uri,
    inMessage.target,
  );
  const method = [request.method, record.method, http.method, record['http.request.method'], inMessage.method]
    .map(methodOf)
    .find(found => found !== undefined);
  return {
    method,
    target: targetOf(path, firstText(headers.get('host'))),
    headers,
    isShown: isFields(request.headers),
    isOfOther: false,
    doubt:
      methodOf(request.method) !== undefined && isFields(record.err) ? 'request (that of "req" assumed)' : undefined,
  };
}

const NO_REQUEST: LoggedRequest = {
  method: undefined,
  target: undefined,
  headers: LoggedHeaders.NONE,
  isShown: false,
  isOfOther: true,
  doubt: undefined,
};

/** The request of which a client made the error, whatever request the record has beside it. Null where the error does not name one. */
function sentBy(error: Fields, config: Fields, inMessage: ReturnType<typeof requestIn>): LoggedRequest | null {
  const options = fieldsOf(error.options);
  const of = [config, fieldsOf(error.request), options].find(each => methodOf(each.method) !== undefined);
  const method = methodOf(of?.method) ?? inMessage.method?.toUpperCase();
  if (method === undefined) return null;
  const headers = new LoggedHeaders(of?.headers);
  const path = firstText(of?.url, of?.path, inMessage.target);
  return {
    method,
    target: targetOf(path, firstText(headers.get('host'), of?.baseURL)),
    headers,
    isShown: isFields(of?.headers),
    isOfOther: path === undefined,
    doubt: undefined,
  };
}

function targetOf(path: string | undefined, host: string | undefined): string | undefined {
  if (path === undefined || !path.startsWith('/') || host === undefined) return path;
  return host.includes('://') ? `${host.replace(/\/+$/, '')}${path}` : `http://${host}${path}`;
}
