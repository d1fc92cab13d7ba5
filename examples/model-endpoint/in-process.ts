/** The endpoint as a fetch: no sockets, so all of its time is the clock's. */
import {ConnectionCut, type ModelEndpoint, type Reply} from './endpoint.ts';

export function fetchOf(endpoint: ModelEndpoint): typeof globalThis.fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const body = await request.text();
    const {signal} = request;
    signal.throwIfAborted();
    const closed = new AbortController();
    const abort = (): void => closed.abort(signal.reason);
    signal.addEventListener('abort', abort, {once: true});
    const headers = Object.fromEntries(request.headers);
    const reply = await endpoint.handle({path: new URL(request.url).pathname, headers, body, signal: closed.signal});
    signal.throwIfAborted();
    return responseOf(reply, closed);
  };
}

function responseOf(reply: Reply, closed: AbortController): Response {
  if (reply.kind !== 'response') throw connectionError(reply.kind === 'down' ? 'ECONNREFUSED' : 'ECONNRESET');
  const {status, headers, body} = reply;
  return new Response(typeof body === 'string' ? body : streamOf(body, closed), {status, headers});
}

/** As Node's fetch writes it. */
const connectionError = (code: string): TypeError =>
  new TypeError('fetch failed', {cause: Object.assign(new Error(code), {code})});

function streamOf(body: AsyncIterable<Uint8Array>, closed: AbortController): ReadableStream<Uint8Array> {
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
        const {done, value} = await Promise.race([source.next(), aborted]);
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        controller.error(error instanceof ConnectionCut ? new TypeError('terminated', {cause: error}) : error);
      }
    },
    cancel: reason => closed.abort(reason),
  });
}
