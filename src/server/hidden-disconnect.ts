/** Hides from a handler of Node's HTTP server that its client has disconnected. */
import type {IncomingMessage, ServerResponse} from 'node:http';
import type {Socket} from 'node:net';
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
  readonly #destroy: ServerResponse['destroy'];
  /** Node takes it from the response at the disconnect. */
  readonly #socket: Socket | undefined;
  /** What is told at `reveal`. */
  readonly #hidden: ((hasEnded: boolean) => unknown)[] = [];
  readonly #closed: (isOurs: boolean) => void;
  #isClosed = false;
  #isHiding = true;
  /** The response was ended past those who hide. */
  #hasFinished = false;

  /**
   * @param closed Called at a disconnect that is hidden. `isOurs`: this server has closed the connection, as the error handler of Express does once the head
   * was written.
   */
  constructor(request: IncomingMessage, response: ServerResponse, closed: (isOurs: boolean) => void) {
    this.#response = response;
    this.#emit = response.emit.bind(response) as (...values: unknown[]) => unknown;
    this.#destroy = response.destroy.bind(response);
    this.#closed = closed;
    const {socket} = request;
    this.#socket = socket;
    const destroy = request.destroy.bind(request);
    const before = new Set<unknown>(response.rawListeners('finish'));
    replaceMethod(response, 'emit', (...values) => {
      if (!this.#isHiding || (values[0] !== 'close' && values[0] !== 'finish')) return this.#emit(...values);
      if (values[0] === 'finish' && this.#isHttp1 && !this.#isClosed) this.#finishEarly(before);
      else this.#hide(() => this.#emit(...values));
      if (values[0] === 'close') this.#hasClosed();
      return true;
    });
    this.#allowFinish();
    if (response.destroyed) this.#hideEarlier();
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

  /** Whether a disconnect is hidden from the handler. */
  get isHiding(): boolean {
    return this.#isHiding;
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

  /**
   * At a disconnect, Node destroys the responses that wait behind another one of their connection (pipelining), which have no socket yet.
   *
   * @returns Whether `destroy` was called for that. The response is destroyed then, or will be at `reveal`.
   */
  destroys(error: unknown): boolean {
    const isWaiting = this.#response.socket === null && this.#socket?.destroyed === true;
    if (this.#isClosed || !isWaiting || Reflect.get(Object(error), 'code') !== 'ECONNRESET') return false;
    if (!this.#isHiding) {
      this.#destroy(error as Error);
      return true;
    }
    this.#hidden.push(hasEnded => {
      if (hasEnded) this.#emit('finish');
      this.#destroy(error as Error);
    });
    this.#hasClosed();
    return true;
  }

  /** The client has disconnected before the handler runs. Those who were told are not told again. */
  #hideEarlier(): void {
    const told = new Set<unknown>(this.#response.rawListeners('close'));
    this.#hide(() => this.#tell('close', listener => !told.has(listener)));
    this.#hasClosed();
  }

  /**
   * A timeout middleware has answered with methods that it took before, while the handler works. It is told, and so is Node, which goes on to the next request of the
   * connection.
   */
  #finishEarly(before: ReadonlySet<unknown>): void {
    this.#hasFinished = true;
    this.#tell('finish', listener => before.has(listener));
    this.#hide(() => this.#tell('finish', listener => !before.has(listener)));
  }

  #tell(name: 'close' | 'finish', isTold: (listener: unknown) => boolean): void {
    for (const listener of this.#response.rawListeners(name))
      if (isTold(listener)) Reflect.apply(listener, this.#response, []);
  }

  get #isHttp1(): boolean {
    return Object.hasOwn(this.#response, '_closed');
  }

  #hide(tell: () => unknown): void {
    const response = this.#response;
    const isHttp1 = this.#isHttp1; // HTTP/2 also finishes a response whose stream is closed.
    const fields = isHttp1 ? Object.keys(OPEN) : [];
    const closed = Object.fromEntries(fields.map(name => [name, Reflect.get(response, name) as unknown]));
    if (isHttp1) Object.assign(response, OPEN);
    this.#hidden.push(hasEnded => {
      Object.assign(response, closed);
      if (isHttp1 && hasEnded && !this.#hasFinished) this.#emit('finish');
      tell();
    });
  }

  #hasClosed(): void {
    this.#isClosed = true;
    this.#closed(this.#isHttp1 && !this.#hasFinished && this.#socket?.errored === null && !this.#socket.readableEnded);
  }

  /** Node takes the socket from each response that finishes, and throws where it has none, as one that waited behind another. */
  #allowFinish(): void {
    const response = this.#response;
    const detach: unknown = response.detachSocket; // HTTP/2 has none.
    if (typeof detach !== 'function') return;
    replaceMethod(response, 'detachSocket', (socket: Socket) => {
      if (response.socket === socket) Reflect.apply(detach, response, [socket]);
    });
  }
}
