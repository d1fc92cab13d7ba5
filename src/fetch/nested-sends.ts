/**
 * The requests whose sending has led to the code that asks. A fetch that the user put in the place of the global one may call a client that
 * itself sends by the global fetch: then a call leads back to its own client, and would do so without end.
 */
import {hooks} from '../core/scope.ts';
import type {SentRequest} from './sent-request.ts';

/** A request that a client sends. */
export interface NestedSend extends SentRequest {
  /** Identifies the client. */
  readonly client: object;
  /** The function that sends it. */
  readonly by: typeof globalThis.fetch;
  /** The request whose sending led to this one. Of those that had ended, only one is kept: a timer may set the next timer without end. */
  readonly outer: NestedSend | undefined;
  /** The same request, as the function passed it on first, and its answer. */
  passedOn?: SentRequest & {readonly answer: Promise<Response>};
  /** Whether the function may send that once more, and not only have the answer again. */
  mayRepeat?: true;
  /** Whether the function has answered. Its timers and listeners live on, and the requests that they send later are not nested. */
  hasEnded?: true;
}

/** An AsyncLocalStorage, where there is one: it finds the request after any await. */
interface Sends {
  /** @param signal That of a call, which a function around it may have passed on. */
  getStore(signal: AbortSignal | null | undefined): NestedSend | undefined;
  run<T>(send: NestedSend, work: () => T): T;
}

/** In browsers: found until the function that sends returns, and later by a function that passes the signal on. */
class MarkedSends implements Sends {
  readonly #bySignal = new WeakMap<AbortSignal, NestedSend>();
  #running: NestedSend | undefined;

  getStore(signal: AbortSignal | null | undefined): NestedSend | undefined {
    return this.#running ?? this.#bySignal.get(signal!);
  }

  run<T>(send: NestedSend, work: () => T): T {
    const before = this.#running;
    if (send.init?.signal) this.#bySignal.set(send.init.signal, send);
    this.#running = send;
    try {
      return work();
    } finally {
      this.#running = before;
    }
  }
}

/** Null until a request is sent that may lead back: Node 22 makes every promise slower once there is an AsyncLocalStorage. */
let sends: Sends | null = null;

/**
 * The request whose sending has led to here last. It may have ended.
 *
 * @param init The options of the request that is to be sent.
 */
export const latestSend = (init: RequestInit | undefined): NestedSend | undefined => sends?.getStore(init?.signal);

export function runSend<T>(send: NestedSend, work: () => T): T {
  if (sends === null) {
    sends = hooks === undefined ? new MarkedSends() : new hooks.AsyncLocalStorage();
  }
  return sends.run(send, work);
}
