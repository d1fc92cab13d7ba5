/** Idempotency keys and deadlines for Node's HTTP server, Express and Fastify. */
import type {IncomingMessage, ServerResponse} from 'node:http';
import {Countdown, type DeadlineOptions, readDeadline} from './deadline.ts';
import {runUnder} from './deadline-scope.ts';
import {HeldResponse, sendStored} from './held-response.ts';
import type {KeyContext} from './key-context.ts';
import {KeyedRequests} from './keyed-requests.ts';
import type {MadeResponse} from './made-response.ts';
import {readNodeBody} from './node-request.ts';
import type {IdempotencyOptions} from './options.ts';
import {problem} from './problem.ts';

/**
 * Middleware as Express and Connect have it, a `preHandler` of Fastify over the raw request and response, or, with the handler as `next`, a part of
 * a listener of `node:http`.
 */
export type NodeMiddleware<R extends IncomingMessage = IncomingMessage> = (
  request: R,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/** Middleware that handles each idempotency key once. */
export interface IdempotencyMiddleware<R extends IncomingMessage, Tx> extends NodeMiddleware<R> {
  /** What the handler of the request gets: key, fencing token, signal and transaction. undefined before the middleware has run the handler. */
  contextOf(request: R): KeyContext<Tx> | undefined;
}

/**
 * Handles each idempotency key once, as `idempotent` does. What the handler writes is held until it is stored. A body that was parsed
 * before (`request.body`) is read from there; else the body is read and put back, so that a parser may follow.
 *
 * The promise of a store that fails is never unhandled: the request is answered with 503. Other errors, such as one of `scope`, are passed to
 * `next`.
 *
 * @param options `store` and `scope`, and more, each optional.
 * @throws TypeError or RangeError for an option that cannot work.
 *
 * @example
 * app.post('/charges', express.json(), idempotencyMiddleware({store, scope}), (request, response) => response.json(pay(request.body)));
 */
export function idempotencyMiddleware<R extends IncomingMessage = IncomingMessage, Tx = undefined>(
  options: IdempotencyOptions<R, Tx>,
): IdempotencyMiddleware<R, Tx> {
  const keyed = new KeyedRequests(options);
  const contexts = new WeakMap<R, KeyContext<Tx>>();
  const middleware: NodeMiddleware<R> = (request, response, next) => {
    let held: HeldResponse | null = null;
    let hasRun = false;
    const run = (context: KeyContext<Tx>, isHeld: boolean): Promise<MadeResponse<HeldResponse | null>> => {
      if (hasRun)
        throw new Error('A transaction was repeated, but the handler of a request of Node can run only once.');
      hasRun = true;
      contexts.set(request, context);
      if (isHeld) held = new HeldResponse(response, keyed.maxResponseBytes);
      next();
      return held?.made ?? Promise.resolve(passedOn);
    };
    const incoming = {
      request,
      method: request.method ?? 'GET',
      path: pathOf(request),
      header: (name: string) => headerOf(request, name),
      body: (maxBytes: number) => readNodeBody(request, maxBytes),
    };
    keyed
      .answer(incoming, async (context, isHeld) => run(context, isHeld))
      .then(answer => {
        if ('own' in answer) answer.own?.send();
        else if (held === null) sendStored(response, answer.instead);
        else held.replace(answer.instead);
      })
      .catch((error: unknown) => {
        held?.discard();
        next(error);
      });
  };
  return Object.assign(middleware, {contextOf: (request: R) => contexts.get(request)});
}

/**
 * Gives a request the time that the client has left, and answers one whose time is over with 504, as `withDeadline` does. `currentDeadline()`
 * has the signal and the time, and calls through steadfetch inherit them.
 *
 * @param options Names of the headers, and limits. Default: `x-request-timeout-ms` and `x-request-attempt`.
 *
 * @example
 * app.use(deadlineMiddleware());
 */
export function deadlineMiddleware(options: DeadlineOptions = {}): NodeMiddleware {
  return (request, response, next) => {
    const read = readDeadline(name => headerOf(request, name), options);
    if (read.hasPassed) return sendStored(response, problem('DEADLINE_PASSED', options));
    const countdown = new Countdown(read, options.clock);
    response.once('close', () => countdown.end());
    runUnder(countdown, () => next());
  };
}

/** A request without a key is none of the middleware's business: what its handler writes is sent at once. */
const passedOn: MadeResponse<null> = {status: 200, headers: new Headers(), body: null, own: null};

/** Express changes `url` below a router, and keeps the whole one. */
function pathOf(request: IncomingMessage & {readonly originalUrl?: unknown}): string {
  return typeof request.originalUrl === 'string' ? request.originalUrl : (request.url ?? '/');
}

/** Values of a header that is sent twice are joined, so that such a key is invalid. */
function headerOf({headers}: IncomingMessage, name: string): string | null {
  const value = headers[name.toLowerCase()];
  return value === undefined ? null : Array.isArray(value) ? value.join(', ') : value;
}
