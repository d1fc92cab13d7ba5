/** Idempotency keys and deadlines for handlers that take a `Request` and return a `Response`. */

import {afterPoll} from '../core/after-poll.ts';
import type {Awaitable} from '../core/awaitable.ts';
import {readUpTo} from './bounded-body.ts';
import {Countdown, type DeadlineOptions, readDeadline} from './deadline.ts';
import {type RequestDeadline, runUnder} from './deadline-scope.ts';
import {FollowedBody} from './followed-body.ts';
import type {KeyContext} from './key-context.ts';
import {KeyedRequests} from './keyed-requests.ts';
import type {Hold, MadeResponse} from './made-response.ts';
import type {IdempotencyOptions} from './options.ts';
import {problem} from './problem.ts';
import type {StoredResponse} from './store.ts';

/** A handler as Hono, Bun, Deno and workers have it, with a second argument. */
export type Handler<Context> = (request: Request, context: Context) => Awaitable<Response>;

/** What a wrapped handler is: it takes a request and resolves with the response. */
export type FetchHandler = (request: Request) => Promise<Response>;

/**
 * Handles each idempotency key once. The first request with a key runs the handler; a repetition gets the stored response with
 * `Idempotent-Replayed: true`. Other cases are answered with problem details, and the handler does not run: see docs/server.md.
 *
 * The body of a request is read into memory before the handler runs, and the handler gets a new `Request` with that body.
 *
 * Rejects with what the handler throws.
 *
 * @param handler Gets the request, and a context with the key, the fencing token, a signal and the transaction.
 * @param options `store` and `scope`, and more, each optional.
 * @throws TypeError or RangeError for an option that cannot work.
 *
 * @example
 * const charge = idempotent(async request => Response.json(await pay(await request.json())), {store: memoryStore(), scope: 'everyone'});
 * Bun.serve({fetch: charge});
 */
export function idempotent<Tx = undefined>(
  handler: Handler<KeyContext<Tx>>,
  options: IdempotencyOptions<Request, Tx>,
): FetchHandler {
  const keyed = new KeyedRequests(options);
  return async request => {
    const {host, pathname, search} = new URL(request.url);
    const {method, headers} = request;
    let current = request;
    let made: Response | null = null;
    /** Aborts once the request is answered: what a run still makes is dropped. */
    const answered = new AbortController();
    const answering = keyed.answer(
      {
        request,
        method,
        host,
        path: pathname + search,
        header: name => headers.get(name),
        body: async maxBytes => {
          const body = await readRequest(request, maxBytes);
          if (body !== null) current = withBody(request, body);
          return body;
        },
      },
      async (context, hold) => {
        // A clone, because a transaction that is repeated runs the handler again.
        const response = await handler(current === request ? request : current.clone(), context);
        const read = await make(response, hold, answered.signal);
        if (answered.signal.aborted) {
          read.rest?.letGo(false);
          discard(read.own);
        }
        made = read.own;
        return read;
      },
    );
    const answer = await answering.finally(() => answered.abort());
    if ('own' in answer) return answer.own;
    if (made !== null) discard(made);
    return toResponse(answer.instead);
  };
}

/**
 * Gives the handler the time that the client has left, and answers a request whose time is over with 504, without running the handler. Calls
 * through steadfetch that the handler makes, however deep, get at most that time.
 *
 * @param handler Gets the request, whose signal aborts when the deadline passes or the client disconnects, and the deadline.
 * @param options Names of the headers, and limits. Default: `x-request-timeout-ms` and `x-request-attempt`.
 *
 * @example
 * const serve = withDeadline(async (request, {signal}) => Response.json(await search(request, signal)));
 */
export function withDeadline(handler: Handler<RequestDeadline>, options: DeadlineOptions = {}): FetchHandler {
  return async request => {
    const read = readDeadline(name => request.headers.get(name), options);
    const passed = () => toResponse(problem('DEADLINE_PASSED', options));
    if (read.hasPassed) return passed();
    const countdown = new Countdown(read, options.clock);
    const {signal} = countdown;
    try {
      const timed = new Request(request, {signal: AbortSignal.any([request.signal, signal])});
      return await runUnder(countdown, async () => handler(timed, countdown));
    } catch (error) {
      if (countdown.causes(error)) return passed();
      throw error;
    } finally {
      countdown.end();
    }
  };
}

/** Rejects where the body is cut: not every runtime ends its stream with an error. */
async function readRequest(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer> | null> {
  if (request.bodyUsed)
    throw new Error(
      'The body of the request was read before idempotent(), so its bytes cannot be compared: pass a clone to what reads it.',
    );
  const length = Number(request.headers.get('content-length') ?? 0);
  if (length > maxBytes) return null;
  const read = await readUpTo(request.body, maxBytes);
  if ('bytes' in read && read.bytes.byteLength < length)
    throw new Error(
      `The body of the request has ${read.bytes.byteLength} bytes, and its Content-Length is ${length}: the client disconnected.`,
    );
  if ('bytes' in read) {
    if (request.body !== null && length === 0) await expectUncut(request);
    return read.bytes;
  }
  await read.stream.cancel();
  return null;
}

/**
 * Without a Content-Length nothing says where a body ends. @hono/node-server ends that of a reset stream of HTTP/2 as it ends a whole one, and aborts the request two turns
 * of the event loop later.
 */
async function expectUncut({signal}: Request): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise<void>(afterPoll);
  signal.throwIfAborted();
}

function withBody(request: Request, body: Uint8Array<ArrayBuffer>): Request {
  const {url, method, headers, signal} = request;
  return new Request(url, {method, headers, signal, ...(request.body !== null && {body})});
}

/**
 * Reads the response of the handler, so that it can be stored before it is sent. An event stream is passed on, unless it is held whole.
 *
 * @param dropped Aborts where another answer was sent in its place.
 */
async function make(response: Response, hold: Hold | null, dropped: AbortSignal): Promise<MadeResponse<Response>> {
  if (hold === null) return {status: response.status, headers: [], body: null, rest: null, own: response};
  // The Response of @hono/node-server has the content type of its body only once the body was asked for.
  const {status, body} = response;
  const headers = [...response.headers];
  const isStream = headers.some(([name, value]) => name === 'content-type' && value.startsWith('text/event-stream'));
  const read = isStream && !hold.isWhole ? null : await readUpTo(body, hold.maxBytes, dropped);
  hold.answered();
  if (read !== null && 'bytes' in read) {
    const own = body === null ? response : new Response(read.bytes, response);
    return {status, headers, body: read.bytes, rest: null, own};
  }
  const stream = read?.stream ?? body;
  if (!hold.isRunToEnd || stream === null)
    return {status, headers, body: null, rest: null, own: read === null ? response : new Response(stream, response)};
  const rest = new FollowedBody(stream);
  return {status, headers, body: null, rest, own: new Response(rest.stream, response)};
}

/** A response that is not sent: the rest of a stream is not produced. */
const discard = (response: Response): void => void response.body?.cancel().catch(() => {});

export function toResponse({status, headers, body}: StoredResponse): Response {
  // A Response of 204 or 304 must not have a body, not even an empty one.
  const bytes = body === null || body.byteLength === 0 ? null : new Uint8Array(body);
  return new Response(bytes, {status, headers: headers.map(([name, value]): [string, string] => [name, value])});
}
