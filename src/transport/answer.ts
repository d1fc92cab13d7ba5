/** The answer of a `send`, for the engine: a status, headers, and the value for the item. */
import type {ErrorRead} from '../body/read-error.ts';
import type {ResponseBodies} from '../body/response-bodies.ts';
import type {Awaitable} from '../core/awaitable.ts';
import type {AttemptResponse, ResponseHeaders} from '../core/outcome.ts';
import {quietly} from '../core/quietly.ts';
import {fieldOf, isObject, parsedText} from '../core/unknown-value.ts';
import {usageOf} from '../decide/usage.ts';

/** Headers as an object, or as a record by name. */
export type AnswerHeaders = ResponseHeaders | Readonly<Record<string, string | readonly string[] | number | undefined>>;

const NO_HEADERS: ResponseHeaders = {get: () => null, has: () => false};

/** A response that was read to its end: the result of `answer()`, and what `classify` gets from functions and batches. */
export class Answer<Value = unknown> implements AttemptResponse {
  /** The HTTP status. */
  readonly status: number;
  /** The value for the caller. */
  readonly value: Value;
  /** The error that has the status, if one was thrown. */
  readonly error: unknown;
  /** The returned or thrown value. */
  readonly origin: unknown;
  readonly #headers: AnswerHeaders | undefined;

  constructor(status: number, value: Value, headers?: AnswerHeaders, error?: unknown, origin: unknown = error) {
    this.status = status;
    this.value = value;
    this.error = error;
    this.origin = origin;
    this.#headers = headers;
  }

  /** The headers; empty if the response has none, or none that can be read. */
  get headers(): ResponseHeaders {
    try {
      return headersOf(this.#headers);
    } catch {
      return NO_HEADERS;
    }
  }
}

/** An answer was read to its end before the engine gets it. */
export const answerBodies: ResponseBodies<Answer> = {
  track: () => false,
  hold: () => null,
  readError: (answer, limits) => errorBodyOf(answer, limits),
  usageOf: ({value}) => usageOf(value),
  discard() {},
};

/**
 * The error body of the server, parsed by the client or not. SDKs of model endpoints keep it as `error`, the AI SDK as text in
 * `responseBody`.
 */
function errorBodyOf({value, error}: Answer, {maxBytes}: ErrorRead): unknown {
  const said = value ?? fieldOf(error, 'error') ?? fieldOf(error, 'responseBody');
  if (typeof said !== 'string') return said;
  return said.length <= maxBytes ? parsedText(said) : undefined;
}

function headersOf(headers: unknown): ResponseHeaders {
  if (headers instanceof Headers) return headers;
  if (!isObject(headers)) return NO_HEADERS;
  if (headers instanceof Map) return ofEntries(headers);
  return hasGet(headers)
    ? ofObject(headers)
    : ofEntries(Object.keys(headers).map(name => [name, fieldOf(headers, name)]));
}

/** Headers of any class. */
interface ForeignHeaders {
  get(name: string): unknown;
}

const hasGet = (headers: object): headers is ForeignHeaders =>
  typeof (headers as Partial<ForeignHeaders>).get === 'function';

/** AxiosHeaders return undefined for a header that is missing, and lists; `get` of others may return anything. */
function ofObject(headers: ForeignHeaders): ResponseHeaders {
  const get = (name: string): string | null => {
    let value: unknown;
    quietly(() => {
      value = headers.get(name);
    });
    if (Array.isArray(value)) return value.join(', ');
    return typeof value === 'string' || typeof value === 'number' ? `${value}` : null;
  };
  return {get, has: name => get(name) !== null};
}

function ofEntries(entries: Iterable<readonly [name: unknown, value: unknown]>): Headers {
  const headers = new Headers();
  for (const [name, value] of entries) {
    if (value === undefined || value === null) continue;
    for (const each of Array.isArray(value) ? value : [value])
      quietly(() => headers.append(String(name), String(each))); // What is no header is left out.
  }
  return headers;
}

/**
 * Makes a response for an item of a batch, for clients that have no `Response` and for the items of a chunk.
 *
 * @param status  200 to 599. From 400 on it is a failure, which the policy classifies.
 * @param value   The result of the item; of a failure, the body of the response.
 * @param headers Read for `Retry-After` and similar headers.
 * @throws RangeError for another status.
 *
 * @example
 * const {statusCode, headers, body} = await request(url);
 * return answer(statusCode, await body.json(), headers);
 */
export function answer<Value>(status: number, value: Value, headers?: AnswerHeaders): Answer<Value> {
  if (!isStatus(status)) throw new RangeError(`The status of an answer is a number from 200 to 599, not ${status}.`);
  return new Answer(status, value, headers);
}

/** The answer for the returned value of `send`. */
export function answerOf(said: unknown): Awaitable<Answer> {
  if (said instanceof Answer) return said;
  if (isResponse(said)) return answerOfResponse(said);
  return new Answer(200, said);
}

function answerOfResponse(response: Response): Promise<Answer> {
  const {status, headers} = response;
  // The response of a test double may have the text itself.
  return Promise.resolve(response.text()).then(
    text => new Answer(status, bodyOf(text, status, headers), headers, undefined, response),
  );
}

/**
 * The answer for a thrown error with a status, as those of ky, axios, got, undici and the SDKs of model servers have; undefined for others.
 */
export function answerOfError(error: unknown): Answer | undefined {
  if (!isObject(error)) return undefined;
  const response = fieldOf(error, 'response');
  const both = [error, response];
  const status = both.flatMap(each => [fieldOf(each, 'status'), fieldOf(each, 'statusCode')]).find(isStatus);
  if (status === undefined || status < 400) return undefined;
  const body = fieldOf(error, 'data') ?? fieldOf(response, 'data') ?? fieldOf(error, 'body') ?? undefined;
  const headers = both.map(each => fieldOf(each, 'headers')).find(isObject);
  return new Answer(status, body, headers as AnswerHeaders | undefined, error);
}

const isStatus = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 200 && value <= 599;

/** Responses of any class: a program can have more than one `Response`. */
function isResponse(said: unknown): said is Response {
  if (!isObject(said)) return false;
  const {status, headers, text} = said as Partial<Response>;
  return typeof status === 'number' && typeof headers?.get === 'function' && typeof text === 'function';
}

function bodyOf(text: string, status: number, headers: Headers): unknown {
  if (!/\bjson\b/.test(headers.get('content-type') ?? '')) return text;
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (status < 400) throw error;
    return text; // The status is enough.
  }
}
