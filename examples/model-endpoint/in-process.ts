/** The endpoint as a fetch, without sockets, so that all time is that of the clock. Like Node's fetch, it gives up on a silent server. */
import {type Clock, sleep} from '../../src/testing.ts';
import {ConnectionCut, type ModelEndpoint, type Reply} from './endpoint.ts';

/** The time that Node's fetch waits for the headers, and for each chunk of the body. */
const SILENCE_MS = 300_000;
/** Given with each abort of a wait: without a reason, an abort makes an error with a stack. */
const IN_TIME = 'in time';

export function fetchOf(endpoint: ModelEndpoint): typeof globalThis.fetch {
  const {clock} = endpoint;
  return async (input, init) => {
    const request = new Request(input, init);
    const body = await request.text();
    // The signal of a Request that was garbage-collected no longer follows that of the caller.
    const signal = init?.signal ?? (input instanceof Request ? input.signal : request.signal);
    signal.throwIfAborted();
    const closed = new AbortController();
    const abort = (): void => closed.abort(signal.reason);
    signal.addEventListener('abort', abort, {once: true});
    const headers = Object.fromEntries(request.headers);
    const handled = endpoint.handle({path: new URL(request.url).pathname, headers, body, signal: closed.signal});
    const reply = await inTime(clock, closed, handled, () => fetchFailed('UND_ERR_HEADERS_TIMEOUT'));
    signal.throwIfAborted();
    return responseOf(reply, clock, closed);
  };
}

/** The result of `work`. If it takes too long, rejects and closes the connection. */
async function inTime<T>(clock: Clock, closed: AbortController, work: Promise<T>, late: () => Error): Promise<T> {
  const done = new AbortController();
  const silent = sleep(clock, SILENCE_MS, done.signal).then(() => {
    const error = late();
    closed.abort(error);
    throw error;
  });
  try {
    return await Promise.race([work, silent]);
  } finally {
    done.abort(IN_TIME);
  }
}

function responseOf(reply: Reply, clock: Clock, closed: AbortController): Response {
  if (reply.kind !== 'response') throw fetchFailed(reply.kind === 'down' ? 'ECONNREFUSED' : 'ECONNRESET');
  const {status, headers, body} = reply;
  return new Response(typeof body === 'string' ? body : streamOf(body, clock, closed), {status, headers});
}

/** The errors of Node's fetch. */
const fetchFailed = (code: string): TypeError => new TypeError('fetch failed', {cause: withCode(code)});
const terminated = (cause: Error): TypeError => new TypeError('terminated', {cause});
const withCode = (code: string): Error => Object.assign(new Error(code), {code});

function streamOf(body: AsyncIterable<Uint8Array>, clock: Clock, closed: AbortController): ReadableStream<Uint8Array> {
  const source = body[Symbol.asyncIterator]();
  let fail: (reason: unknown) => void = () => {};
  const aborted = new Promise<never>((_, reject) => {
    fail = reject;
  });
  aborted.catch(() => {});
  closed.signal.addEventListener('abort', () => fail(closed.signal.reason));
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const next = Promise.race([source.next(), aborted]);
        const {done, value} = await inTime(clock, closed, next, () => terminated(withCode('UND_ERR_BODY_TIMEOUT')));
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        controller.error(error instanceof ConnectionCut ? terminated(withCode('UND_ERR_SOCKET')) : error);
      }
    },
    cancel: reason => closed.abort(reason),
  });
}
