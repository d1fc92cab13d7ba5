/** What steadfetch itself logs: the lines of `steadfetch/log`, as fields or as text, and events that were written as JSON. */
import {answered, failed, type Outcome, type Sent} from '../../core/outcome.ts';
import {CODE_NAMES, isCodeName} from '../../decide/grpc-codes.ts';
import type {HintSource, ServerHint} from '../../decide/server-hint.ts';
import {LoggedAnswer, type LoggedFailure} from '../failure.ts';
import {attemptOf, type Fields, fieldsOf, isFields, methodOf, textOf, timeOf, wholeOf} from '../fields.ts';

/** What a failure without a status is called, and how it ended. */
const OUTCOMES: Readonly<Record<string, Outcome<never>>> = {
  'attempt timeout': failed('attempt-timeout', undefined),
  'no content in time': failed('content-timeout', undefined),
  deadline: failed('deadline', undefined),
  'aborted by the caller': failed('aborted', undefined),
  'a function of the user threw': failed('hook', undefined),
  'stopped by a hook': failed('stopped', undefined),
  'refused before sending': failed('rejected', undefined, false),
  network: failed('network', {message: 'fetch failed'}),
  REFUSED_STREAM: failed('network', {code: 'ERR_HTTP2_STREAM_ERROR', message: 'NGHTTP2_REFUSED_STREAM'}),
  ENHANCE_YOUR_CALM: failed('network', {code: 'ERR_HTTP2_STREAM_ERROR', message: 'NGHTTP2_ENHANCE_YOUR_CALM'}),
};
/** How calls end that no guard let begin. */
const REJECTED = new Set(['circuit_open', 'rate_limited']);
const SENT: ReadonlySet<unknown> = new Set<Sent>(['not-sent', 'not-processed', 'maybe-processed', 'processed']);
const HINTS: ReadonlySet<unknown> = new Set<HintSource>([
  'retry-after-ms',
  'retry-after',
  'rate-limit',
  'pushback',
  'retry-info',
  'estimated-time',
  'message',
]);

export const isOwnLine = (record: Fields): boolean =>
  'policy' in record && 'method' in record && 'url' in record && ('latencyMs' in record || 'outcome' in record);

/** A line of `attemptLines`; null where it tells of a success, or of an attempt that another one was faster than. */
export function readOwnLine(record: Fields): LoggedFailure | null {
  const {status, error, outcome} = record;
  const failure =
    ended(status, error, record.sent) ??
    (REJECTED.has(String(outcome)) ? OUTCOMES['refused before sending'] : undefined);
  if (failure === undefined || error === 'superseded') return null;
  return {
    format: 'steadfetch line',
    at: timeOf(record.time ?? record.timestamp),
    ...protocolOf(record.method, status),
    target: textOf(record.url),
    outcome: failure,
    keyed: typeof record.keyed === 'boolean' ? record.keyed : undefined,
    attempt: attemptOf(record.attempt),
    ...classified(record),
    hint: hintOf(record),
    traceId: textOf(record.correlationId),
    outerRetries: wholeOf(record.outerRetries),
  };
}

export const isOwnEvent = (record: Fields): boolean =>
  typeof record.type === 'string' &&
  /^(?:attempt|retry|call|hedge|breaker|policy)\.\w+$/.test(record.type) &&
  (isFields(record.call) || 'guarded' in record);

/** An event `attempt.end`; null for every other event, and for attempts that succeeded. */
export function readOwnEvent(record: Fields): LoggedFailure | null {
  const call = fieldsOf(record.call);
  const {type, status, reason, outcome} = record;
  if (type !== 'attempt.end' || reason === 'success' || outcome === 'superseded') return null;
  const isGrpc = typeof call.rpcMethod === 'string';
  const named = isGrpc && typeof status === 'number' ? CODE_NAMES[status] : status;
  const failure = ended(named, named === undefined ? reason : undefined, record.sent);
  if (failure === undefined) return null;
  return {
    format: 'steadfetch event',
    at: timeOf(record.time ?? record.timestamp),
    ...protocolOf(isGrpc ? call.rpcMethod : call.method, named),
    target: textOf(call.url),
    outcome: failure,
    keyed: typeof call.keyed === 'boolean' ? call.keyed : undefined,
    attempt: attemptOf(record.attempt),
    ...classified(record),
    traceId: textOf(call.correlationId),
    outerRetries: wholeOf(call.outerRetries),
  };
}

const TEXT = /^(\S{1,128}) {2}(?:([A-Z]{1,20}) )?(\S+) {2}(?:attempt|hedge) (\d{1,6}) {2}(.+?) {2}\d+ ms(?: {2}(.*))?$/;
const ASKED = /\((?:([a-z-]+): |backoff; )the server asked for (\d+) ms\)/;

export const isOwnText = (line: string): boolean => TEXT.test(line);

/** A line of `logToConsole`. It does not say whether the call had a key, or whether the server may have acted. */
export function readOwnText(line: string): LoggedFailure | null {
  const [, id, method, url, attempt, result, rest = ''] = TEXT.exec(line)!;
  const status = /^\d{3}$/.test(result!) ? Number(result) : isCodeName(result) ? result : undefined;
  const failure =
    result === 'superseded' ? undefined : ended(status, status === undefined ? result : undefined, undefined);
  if (failure === undefined) return null;
  const asked = ASKED.exec(rest);
  return {
    format: 'steadfetch line',
    ...protocolOf(method, status),
    target: url,
    outcome: failure,
    keyed: rest.includes('without an idempotency key') ? false : undefined,
    attempt: attemptOf(attempt),
    hint: asked === null ? undefined : hint(Number(asked[2]), asked[1]),
    traceId: id === '-' ? undefined : id,
  };
}

/** A gRPC call is logged by its method, and is a POST. */
function protocolOf(method: unknown, status: unknown): Pick<LoggedFailure, 'protocol' | 'method'> {
  const isGrpc = isCodeName(status) || (typeof method === 'string' && method.includes('/'));
  return isGrpc ? {protocol: 'grpc', method: 'POST'} : {protocol: 'http', method: methodOf(method)};
}

function ended(status: unknown, error: unknown, sent: unknown): Outcome<LoggedAnswer> | undefined {
  if (typeof status === 'number') return status >= 400 ? answered(new LoggedAnswer(status)) : undefined;
  if (isCodeName(status)) {
    const how: Sent = sent === 'not-sent' || sent === 'not-processed' ? sent : 'maybe-processed';
    return status === 'OK' ? undefined : answered(new LoggedAnswer(CODE_NAMES.indexOf(status), undefined, how));
  }
  if (typeof error !== 'string') return undefined;
  if (error === 'attempt timeout' && sent === 'not-sent') return failed('attempt-timeout', undefined, false);
  if (Object.hasOwn(OUTCOMES, error)) return OUTCOMES[error];
  const syscall = sent === 'not-sent' ? {syscall: 'connect'} : {};
  return failed('network', {code: error, message: '', ...syscall});
}

function classified({transient, sent}: Fields): Pick<LoggedFailure, 'transient' | 'sent'> {
  return {
    transient: typeof transient === 'boolean' ? transient : undefined,
    sent: SENT.has(sent) ? (sent as Sent) : undefined,
  };
}

function hintOf({retryAfterMs, waitSource}: Fields): ServerHint | undefined {
  if (typeof retryAfterMs !== 'number' || !(retryAfterMs >= 0 && retryAfterMs <= Number.MAX_SAFE_INTEGER))
    return undefined;
  return hint(retryAfterMs, waitSource);
}

/** If the backoff was longer, the line does not say where the hint stood. */
const hint = (ms: number, source: unknown): ServerHint => ({
  ms,
  source: HINTS.has(source) ? (source as HintSource) : 'retry-after',
});
