/**
 * Entries of a HAR file, as browsers and proxies record them.
 *
 * @see HTTP Archive 1.2; Chromium writes the network error into `response._error`
 */

import {answered, failed, type Outcome} from '../../core/outcome.ts';
import {isBlank} from '../../decide/idempotency.ts';
import {LoggedAnswer, type LoggedFailure, LoggedHeaders} from '../failure.ts';
import {
  type Fields,
  failedStatus,
  fieldsOf,
  firstText,
  isFields,
  methodOf,
  textOf,
  timeOf,
  wholeOf,
} from '../fields.ts';

/** Chromium's net errors in the words of Node. */
const NET_ERRORS: Readonly<Record<string, {readonly code: string; readonly syscall?: string}>> = {
  CONNECTION_REFUSED: {code: 'ECONNREFUSED', syscall: 'connect'},
  NAME_NOT_RESOLVED: {code: 'ENOTFOUND'},
  ADDRESS_UNREACHABLE: {code: 'EHOSTUNREACH', syscall: 'connect'},
  INTERNET_DISCONNECTED: {code: 'ENETUNREACH', syscall: 'connect'},
  CONNECTION_TIMED_OUT: {code: 'ETIMEDOUT', syscall: 'connect'},
  CONNECTION_RESET: {code: 'ECONNRESET', syscall: 'read'},
  CONNECTION_CLOSED: {code: 'UND_ERR_SOCKET'},
  EMPTY_RESPONSE: {code: 'UND_ERR_SOCKET'},
  TIMED_OUT: {code: 'ETIMEDOUT'},
  CERT_DATE_INVALID: {code: 'CERT_HAS_EXPIRED'},
  CERT_AUTHORITY_INVALID: {code: 'SELF_SIGNED_CERT_IN_CHAIN'},
  CERT_COMMON_NAME_INVALID: {code: 'ERR_TLS_CERT_ALTNAME_INVALID'},
};
const LONGEST_BODY = 16_384;
const FAILED = /"status"\s*:\s*"?(?:0|[45]\d\d)\b|"_error"/;

/** Whether the JSON of an entry can be that of a request that failed. */
export const mayHaveFailed = (json: string): boolean => FAILED.test(json);

export function readHarEntry(value: unknown): LoggedFailure | null {
  const entry = fieldsOf(value);
  const request = fieldsOf(entry.request);
  const response = fieldsOf(entry.response);
  if (!isFields(entry.request)) return null;
  const headers = new LoggedHeaders(pairsOf(request.headers));
  const outcome = outcomeOf(response, firstText(response._error, entry._error));
  if (outcome === null) return null;
  return {
    format: 'HAR entry',
    at: timeOf(entry.startedDateTime),
    method: methodOf(request.method),
    target: textOf(request.url),
    protocol: 'http',
    outcome,
    body: bodyOf(fieldsOf(response.content)),
    keyed: !isBlank(headers.get('idempotency-key')),
  };
}

function outcomeOf(response: Fields, netError: string | undefined): Outcome<LoggedAnswer> | null {
  const status = failedStatus(response.status);
  if (status !== undefined) return answered(new LoggedAnswer(status, new LoggedHeaders(pairsOf(response.headers))));
  const word = /^net::ERR_([A-Z_]+)$/.exec(netError ?? '')?.[1];
  if (word === 'ABORTED') return failed('aborted', undefined);
  if (word !== undefined && Object.hasOwn(NET_ERRORS, word))
    return failed('network', {message: '', ...NET_ERRORS[word]});
  // Status 0: the browser does not say why.
  return wholeOf(response.status) === 0 ? failed('network', {message: 'Failed to fetch'}) : null;
}

/** `[{name, value}]` as an object. */
function pairsOf(list: unknown): Fields {
  if (!Array.isArray(list)) return {};
  return Object.fromEntries(
    list
      .slice(0, 200)
      .map(fieldsOf)
      .map(({name, value}) => [String(name), value]),
  );
}

function bodyOf({text}: Fields): unknown {
  if (typeof text !== 'string' || text === '' || text.length > LONGEST_BODY) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
