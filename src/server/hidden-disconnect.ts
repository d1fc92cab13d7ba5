/** Hides from a handler of Node's HTTP server that its client has disconnected. */
import type {IncomingMessage, ServerResponse} from 'node:http';
import {replaceMethod} from './response-methods.ts';

/** What Node sets on a response whose connection is closed, and what streams, frameworks and `on-finished` look at. HTTP/2 has no such fields. */
const OPEN = {destroyed: false, _closed: false, socket: null};

/**
 * Streams, frameworks and handlers stop where the response is closed. A handler that stops halfway leaves an unknown outcome, or ends a response that is cut
 * and would be stored as a whole one. So the handler sees an open response until `reveal`.
 */
export class HiddenDisconnect {
  readonly #response: ServerResponse;
  readonly #emit: (...values: unknown[]) => unknown;
  /** What is told at `reveal`. */
  readonly #hidden: ((hasEnded: boolean) => unknown)[] = [];
  readonly #closed: (isOurs: boolean) => void;
  #isClosed = false;
  #isHiding = true;

  /**
   * @param closed Called at a disconnect that is hidden. `isOurs`: this server has closed the connection, as the error handler of Express does once the head
   * was written.
   */
  constructor(request: IncomingMessage, response: ServerResponse, closed: (isOurs: boolean) => void) {
    this.#response = response;
    this.#emit = response.emit.bind(response) as (...values: unknown[]) => unknown;
    this.#closed = closed;
    const {socket} = request;
    const destroy = request.destroy.bind(request);
    replaceMethod(response, 'emit', (...values) =>
      this.#isHiding && (values[0] === 'close' || values[0] === 'finish')
        ? this.#hide(values, socket?.errored === null && !socket.readableEnded)
        : this.#emit(...values),
    );
    // Node destroys the request too. Its body was put back, and the handler may not have read it.
    replaceMethod(request, 'destroy', (error?: Error) => {
      if (!this.#isHiding || error === undefined || !socket?.destroyed) return destroy(error);
      this.#hidden.push(() => destroy(error));
      return request;
    });
  }

  /** Whether the connection is closed, hidden or not. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /**
   * From now on the handler is told, and first of what was hidden.
   *
   * @param hasEnded Whether the handler has ended the response: its streams have finished then, though the client is gone.
   */
  reveal(hasEnded: boolean): void {
    this.#isHiding = false;
    for (const tell of this.#hidden.splice(0)) queueMicrotask(() => tell(hasEnded));
  }

  #hide(event: unknown[], isOurs: boolean): boolean {
    const response = this.#response;
    const isHttp1 = Object.hasOwn(response, '_closed'); // HTTP/2 also finishes a response whose stream is closed.
    const fields = isHttp1 ? Object.keys(OPEN) : [];
    const closed = Object.fromEntries(fields.map(name => [name, Reflect.get(response, name) as unknown]));
    if (isHttp1) Object.assign(response, OPEN);
    this.#hidden.push(hasEnded => {
      Object.assign(response, closed);
      if (isHttp1 && hasEnded) this.#emit('finish');
      this.#emit(...event);
    });
    if (event[0] === 'close') {
      this.#isClosed = true;
      this.#closed(isHttp1 && isOurs);
    }
    return true;
  }
}
