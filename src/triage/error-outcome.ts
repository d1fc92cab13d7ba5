/** An error in a log as an outcome of the engine: an answer, a failure of the transport, a timeout, or an abort. */
import {answered, failed, type Outcome} from '../core/outcome.ts';
import {failureKind, readFailure} from '../decide/failure-facts.ts';
import {CODE_NAMES, isCodeName} from '../decide/grpc-codes.ts';
import {bodyIn, codeIn, type ErrorShape, readErrorText, statusIn} from './error-text.ts';
import {type ErrorReading, LoggedAnswer, LoggedHeaders} from './failure.ts';
import {type Fields, failedStatus, fieldsOf, firstText, isFields} from './fields.ts';
import {readForeignText, readPhrase, UNRECEIVED, withoutFrames} from './foreign-error.ts';
import {bodyWithin} from './text-facts.ts';
import {CONNECT_TIMEOUT} from './transport.ts';

/** The codes of steadfetch's own errors. */
const OWN_CODES: Readonly<Record<string, Outcome<never>>> = {
  ATTEMPT_TIMEOUT: failed('attempt-timeout', undefined),
  CONTENT_TIMEOUT: failed('content-timeout', undefined),
  DEADLINE_EXCEEDED: failed('deadline', undefined),
  CIRCUIT_OPEN: failed('rejected', undefined, false),
  CONCURRENCY_LIMIT: failed('rejected', undefined, false),
  ORIGIN_HELD: failed('rejected', undefined, false),
  QUOTA_WAIT: failed('rejected', undefined, false),
  QUOTA_QUEUE: failed('rejected', undefined, false),
  QUOTA_TOO_LARGE: failed('rejected', undefined, false),
  NO_ENDPOINT: failed('rejected', undefined, false),
};
const ABORTED = /^(?:AbortError|APIUserAbortError|CanceledError)$/;
const ABORTED_WORDS = /^(?:The|This) operation was aborted\.?$/;
/** Also the timer of axios, which has the code of a broken connection. */
const TIMED_OUT_NAME = /^(?:TimeoutError|APIConnectionTimeoutError|APITimeoutError)$/;
const TIMED_OUT = /\btimeout of \d+ ?ms exceeded|^Request timed out\b|The operation was aborted due to timeout/;
/** How the SDKs and axios report that the transport failed, where the cause was lost. */
const CONNECTION_LOST = /^(?:APIConnectionError|NetworkError)$|^(?:Connection error\.|Network Error)/;
/** A gRPC error: `14 UNAVAILABLE: No connection established`. */
const GRPC_MESSAGE = /^(\d{1,2}) ([A-Z_]{2,20}): ?(.*)$/s;
/** What grpc-js writes where no connection was made; `read EHOSTUNREACH` ends one that was open. */
const GRPC_NOT_SENT =
  /No connection established|failed to connect to all addresses|Name resolution failed|ENOTFOUND|(?<!\b(?:read|write) )(?:ECONNREFUSED|EHOSTUNREACH)/;

/**
 * @param isError A text is that of an error, and no sentence of a log. Objects always are.
 * @returns Null where the error is not that of a request.
 */
export function readError(value: unknown, isError = true): ErrorReading | null {
  if (typeof value === 'string') {
    const shape = readErrorText(value);
    return withWords(shape === null ? null : outcomeOf(shape, shape, value), value, isError || shape !== null);
  }
  if (!isFields(value)) return null;
  const shape = shapeOf(value);
  const stack = typeof value.stack === 'string' ? value.stack : '';
  const found = outcomeOf(shape, value, value.stack);
  // winston writes the text of the caller before the message of the error; the stack begins with the message alone.
  const inStack = found === null ? readErrorText(stack) : null;
  const words = `${shape.name ?? ''}: ${shape.message}\n${stack}`;
  return withWords(inStack === null ? found : outcomeOf(inStack, value, stack), words, true);
}

/** What the errors of other languages say stands in their words only. So does what a client made of a body, and how a lost cause failed. */
function withWords(found: ErrorReading | null, words: string, isError: boolean): ErrorReading | null {
  if (found === null) return readForeignText(words, isError);
  if (found.outcome.kind === 'response')
    return found.protocol === 'grpc' ? found : {text: withoutFrames(words), ...found};
  const isOpen = found.isVague || found.outcome.kind === 'attempt-timeout';
  return (isOpen ? readPhrase(words) : null) ?? found;
}

/** @param error What the status, the headers and the body are looked for in. */
function outcomeOf(shape: ErrorShape, error: object, stack: unknown): ErrorReading | null {
  const fields = fieldsOf(error);
  const grpc = readGrpc(shape, fields);
  if (grpc !== null) return grpc;
  if (UNRECEIVED.test(String(shape.code)) || UNRECEIVED.test(shape.name ?? ''))
    return {protocol: 'http', outcome: failed('attempt-timeout', undefined)};
  const status = statusOf(fields) ?? statusIn(shape.message);
  if (status !== undefined) return answer(status, shape, fields);
  const own =
    typeof shape.code === 'string' && Object.hasOwn(OWN_CODES, shape.code) ? OWN_CODES[shape.code] : undefined;
  if (own !== undefined) return {protocol: 'http', outcome: own};
  const {name = '', message} = shape;
  if (TIMED_OUT_NAME.test(name) || TIMED_OUT.test(message))
    return {protocol: 'http', outcome: failed('attempt-timeout', undefined)};
  if (shape.code === 'ESOCKETTIMEDOUT') return {protocol: 'http', outcome: failed('attempt-timeout', undefined)};
  if (ABORTED.test(name) || shape.code === 'ERR_CANCELED' || shape.code === 'ABORT_ERR' || ABORTED_WORDS.test(message))
    return readAbort(typeof stack === 'string' ? stack : '');
  return readTransport(shape, stack);
}

/** node-fetch reports an abort by a timer as it reports one by the caller; only the stack distinguishes the two. */
function readAbort(stack: string): ErrorReading {
  if (/^[ \t]+at (?:Timeout\._onTimeout|listOnTimeout) \(/m.test(stack))
    return {protocol: 'http', outcome: failed('attempt-timeout', undefined)};
  const doubt = /^[ \t]+at /m.test(stack) ? undefined : 'stack (an abort by the caller assumed, and no timer)';
  return {protocol: 'http', outcome: failed('aborted', undefined), doubt};
}

function statusOf(error: Fields): number | undefined {
  const response = fieldsOf(error.response);
  return failedStatus(
    error.status,
    error.statusCode,
    response.status,
    response.statusCode,
    fieldsOf(error.$metadata).httpStatusCode,
  );
}

function answer(status: number, shape: ErrorShape, error: Fields): ErrorReading {
  const response = fieldsOf(error.response);
  const headers = new LoggedHeaders(error.headers ?? response.headers);
  const body = error.error ?? error.body ?? response.data ?? response.body ?? printedBody(shape);
  return {protocol: 'http', outcome: answered(new LoggedAnswer(status, headers)), body};
}

/** The SDKs print the code of the body as the code of the error. Undefined where only a sentence is printed: it may be the client's own. */
function printedBody({code, message}: ErrorShape): unknown {
  const body = bodyIn(message);
  if (typeof body !== 'string') return body;
  return typeof code === 'string' && !isTransportCode(code) && !code.startsWith('ERR_')
    ? {error: {code, message: body}}
    : bodyWithin(body);
}

function readGrpc({code, message}: ErrorShape, error: Fields): ErrorReading | null {
  const written = GRPC_MESSAGE.exec(message);
  const isWritten = written !== null && isCodeName(written[2]);
  const number = isWritten ? CODE_NAMES.indexOf(written[2] as (typeof CODE_NAMES)[number]) : code;
  if (typeof number !== 'number' || !(number >= 1 && number < CODE_NAMES.length)) return null;
  if (!isWritten && typeof error.details !== 'string') return null;
  const details = firstText(error.details, written?.[3]) ?? '';
  const metadata = fieldsOf(fieldsOf(error.metadata).internalRepr ?? error.metadata);
  const sent = GRPC_NOT_SENT.test(details) ? 'not-sent' : 'maybe-processed';
  return {
    protocol: 'grpc',
    method: 'POST',
    outcome: answered(new LoggedAnswer(number, new LoggedHeaders(metadata), sent)),
  };
}

/** None of several addresses could be reached in time; the engine knows it by the code of a single one. */
const NO_ADDRESS_IN_TIME = 'ERR_SOCKET_CONNECTION_TIMEOUT';

function readTransport(shape: ErrorShape, stack: unknown): ErrorReading | null {
  if (shape.code === NO_ADDRESS_IN_TIME || shape.cause?.code === NO_ADDRESS_IN_TIME)
    return {protocol: 'http', outcome: CONNECT_TIMEOUT};
  const error = withCode(shape, stack);
  const kind = failureKind(error);
  if (kind === 'network' && readFailure(error).codes.length === 0)
    return {protocol: 'http', outcome: failed('network', error), isVague: true};
  if (kind !== 'other') return {protocol: 'http', outcome: failed(kind, error)};
  if (CONNECTION_LOST.test(error.name ?? '') || CONNECTION_LOST.test(error.message))
    return {protocol: 'http', outcome: failed('network', {message: 'fetch failed'}), isVague: true};
  // A mistake in the request, if it is the error of a request at all.
  const isOfFetch = error.message.startsWith('fetch failed') || isCode(error.code) || isCode(error.cause?.code);
  return isOfFetch ? {protocol: 'http', outcome: failed('other', error)} : null;
}

/** Loggers drop the code of a cause, and keep its text: in the stack, or behind the message. */
function withCode(shape: ErrorShape, stack: unknown): ErrorShape {
  if (isTransportCode(shape.code) || isTransportCode(shape.cause?.code)) return shape;
  const inStack = typeof stack === 'string' ? readErrorText(stack) : null;
  if (inStack?.cause !== undefined) return inStack;
  const found = codeIn(shape.message);
  return found.code === undefined ? shape : {...shape, ...found};
}

/** axios: ERR_BAD_RESPONSE and ERR_NETWORK say less than the message. */
const isTransportCode = (code: unknown): boolean =>
  typeof code === 'string' && !/^ERR_(?:BAD|NETWORK|CANCELED)/.test(code) && isCode(code);

const isCode = (code: unknown): boolean =>
  typeof code === 'string' && /^(?:E[A-Z]{3}|UND_ERR|ERR_|HPE_|CERT_)/.test(code);

/** pino names the class `type`, and calls a DOMException by its name. */
function shapeOf(error: Fields): ErrorShape {
  const name = firstText(error.name, error.type);
  const message = firstText(error.message) ?? firstLine(error.stack) ?? '';
  const code = typeof error.code === 'string' || typeof error.code === 'number' ? error.code : undefined;
  const syscall = firstText(error.syscall);
  const cause = isFields(error.cause) && Object.keys(error.cause).length > 0 ? shapeOf(error.cause) : undefined;
  const errors = Array.isArray(error.errors) ? {errors: error.errors.slice(0, 20).filter(isFields)} : {};
  return {name, message, code, syscall, cause, ...errors};
}

const firstLine = (stack: unknown): string | undefined =>
  typeof stack === 'string' ? /^(?:\w+: )?(.*)/.exec(stack)?.[1] : undefined;
