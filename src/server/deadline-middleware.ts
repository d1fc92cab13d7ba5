/** Deadlines for Node's HTTP server, Express and Fastify. */
import type {EventEmitter} from 'node:events';
import {Countdown, type DeadlineOptions, readDeadline} from './deadline.ts';
import {runUnder} from './deadline-scope.ts';
import {sendStored} from './node-headers.ts';
import type {NodeMiddleware} from './node-middleware.ts';
import {headerOf} from './node-request.ts';
import {problem} from './problem.ts';

/**
 * Gives a request the time that the client has left, and answers one whose time is over with 504, as `withDeadline` does. `currentDeadline()`
 * has the signal and the time, and calls through steadfetch inherit them, also in listeners of the request and the response. The reason of the signal, and the error of a call
 * that this deadline ends, are of `status` 504, which Express and Fastify answer where the handler rejects with one.
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
    for (const emitter of [request, response]) emitUnder(countdown, emitter);
    runUnder(countdown, () => next());
  };
}

/** The socket emits what a request and its response emit, outside of what `next` began: without this, their listeners would have no deadline. */
function emitUnder(deadline: Countdown, emitter: EventEmitter): void {
  const {emit} = emitter;
  emitter.emit = (...event: Parameters<EventEmitter['emit']>) => runUnder(deadline, () => emit.apply(emitter, event));
}
