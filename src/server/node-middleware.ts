/** Idempotency keys for Node's HTTP server, Express and Fastify. */
import type {IncomingMessage, ServerResponse} from 'node:http';
import {HeldResponse} from './held-response.ts';
import type {KeyContext} from './key-context.ts';
import {KeyedRequests} from './keyed-requests.ts';
import type {Hold, MadeResponse} from './made-response.ts';
import {sendStored} from './node-headers.ts';
import {headerOf, hostOf, pathOf, readNodeBody} from './node-request.ts';
import type {IdempotencyOptions} from './options.ts';
import {problem} from './problem.ts';
import type {StoredResponse} from './store.ts';

/** Middleware as Express and Connect have it, or a hook of Fastify over the raw request and response. */
export type NodeMiddleware<R extends IncomingMessage = IncomingMessage> = (
  request: R,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/** A handler of `node:http`. What it writes is held until it is stored, and the response looks open until then, also where the client has disconnected. */
export type NodeHandler<R extends IncomingMessage, Tx> = (
  request: R,
  response: ServerResponse,
  context: KeyContext<Tx>,
) => unknown;

/** Middleware that handles each idempotency key once. */
export interface IdempotencyMiddleware<R extends IncomingMessage, Tx> extends NodeMiddleware<R> {
  /** What the handler of the request gets: key, fencing token, signal and transaction. undefined before the middleware has run the handler. */
  contextOf(request: R): KeyContext<Tx> | undefined;
  /**
   * A listener for `createServer` of `node:http`, without a framework. An error of the handler, thrown or as a rejection, is answered with 500
   * `HANDLER_FAILED` and reported by `on`. If a part of the response was sent, the connection is closed instead.
   */
  listener(handler: NodeHandler<R, Tx>): (request: R, response: ServerResponse) => void;
}

/** How a request is passed on. */
interface Next<Tx> {
  /** Runs the handler. Called at most once. A promise of it rejects where the handler fails. */
  handle(context: KeyContext<Tx>): unknown;
  /** The handler has not run, and must not. */
  fail(error: unknown, send: (instead: StoredResponse) => void): void;
}

/**
 * Handles each idempotency key once, as `idempotent` does. What the handler writes is held until it is stored. The middleware stands before the body
 * parsers: it reads the body, and puts it back. See docs/server.md for parsers that stand before it.
 *
 * The promise of a store that fails is never unhandled: the request is answered with 503. Other errors that come before the handler, such as one
 * of `scope`, are passed to `next`, which must not run the handler then. `next` is called once at most.
 *
 * @param options `store` and `scope`, and more, each optional.
 * @throws TypeError or RangeError for an option that cannot work.
 *
 * @example
 * app.post('/charges', idempotencyMiddleware({store, scope}), express.json(), (request, response) => response.json(pay(request.body)));
 */
export function idempotencyMiddleware<R extends IncomingMessage = IncomingMessage, Tx = undefined>(
  options: IdempotencyOptions<R, Tx>,
): IdempotencyMiddleware<R, Tx> {
  const keyed = new KeyedRequests(options);
  const contexts = new WeakMap<R, KeyContext<Tx>>();
  const tryAnswer = async (request: R, response: ServerResponse, {handle, fail}: Next<Tx>): Promise<void> => {
    let held: HeldResponse | null = null;
    let hasRun = false;
    const run = async (context: KeyContext<Tx>, hold: Hold | null): Promise<MadeResponse<HeldResponse | null>> => {
      if (hasRun)
        throw new Error('A transaction was repeated, but the handler of a request of Node can run only once.');
      // The body of a request that is aborted cannot be read any more: a parser would wait for it, and the key be taken meanwhile.
      if (response.headersSent || (hold !== null && request.aborted)) {
        context.release();
        throw ANSWERED;
      }
      hasRun = true;
      contexts.set(request, context);
      if (hold === null) {
        await handle(context);
        return PASSED_ON;
      }
      const holding = new HeldResponse(request, response, hold);
      held = holding;
      return firstOf<MadeResponse<HeldResponse | null>>(
        holding.made,
        async () => handle(context),
        error => {
          keyed.failed(error);
          holding.fail(error);
        },
      );
    };
    const incoming = {
      request,
      method: request.method ?? 'GET',
      host: hostOf(request),
      path: pathOf(request),
      header: (name: string) => headerOf(request, name),
      body: (maxBytes: number) => readNodeBody(request, maxBytes),
    };
    const send = (instead: StoredResponse): void => {
      if (held !== null) held.replace(instead);
      else if (!response.headersSent) sendStored(response, instead);
      else if (!response.writableEnded) response.destroy();
    };
    try {
      const answer = await keyed.answer(incoming, run);
      if ('own' in answer) answer.own?.send();
      else send(answer.instead);
    } catch (error) {
      if (error === ANSWERED) return;
      if (!hasRun && !response.headersSent) return fail(error, send);
      // A second call of `next` could run the handler a second time.
      keyed.failed(error);
      send(problem('HANDLER_FAILED', options));
    }
  };
  /** Middleware around may throw whatever is sent: neither the process ends, nor does the client wait. */
  const answer = (request: R, response: ServerResponse, next: Next<Tx>): Promise<void> =>
    tryAnswer(request, response, next).catch((error: unknown) => {
      keyed.failed(error);
      if (!response.writableEnded) response.destroy();
    });
  const middleware: NodeMiddleware<R> = (request, response, next) =>
    void answer(request, response, {handle: () => next(), fail: error => next(error)});
  const listener =
    (handler: NodeHandler<R, Tx>) =>
    (request: R, response: ServerResponse): void =>
      void answer(request, response, {
        handle: context => handler(request, response, context),
        fail: (error, send) => {
          keyed.failed(error);
          send(problem('HANDLER_FAILED', options));
        },
      });
  return Object.assign(middleware, {contextOf: (request: R) => contexts.get(request), listener});
}

/** A timeout middleware has answered while the store was asked, or the client has disconnected: the handler does not run. */
const ANSWERED = new Error('The request was answered or aborted before its handler began.');

/** A request without a key is none of the middleware's business: what its handler writes is sent at once. */
const PASSED_ON: MadeResponse<null> = {status: 200, headers: [], body: null, rest: null, own: null};

/** The response, or the error of a handler that fails before it. @param late Gets an error that comes after the response. */
function firstOf<A>(made: Promise<A>, work: () => Promise<unknown>, late: (error: unknown) => void): Promise<A> {
  let isMade = false;
  return new Promise((resolve, reject) => {
    const working = work();
    made.then(response => {
      isMade = true;
      resolve(response);
    }, reject);
    working.catch((error: unknown) => (isMade ? late(error) : reject(error)));
  });
}
