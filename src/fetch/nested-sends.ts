/**
 * The requests whose sending has led to the code that asks. A fetch that the user put in the place of the global one may call a client that
 * itself sends by the global fetch: then a call leads back to its own client, and would do so without end.
 */

/** A request that a client sends. */
export interface NestedSend {
  /** Identifies the client. */
  readonly client: object;
  readonly method: string;
  readonly url: string;
  /** The function that sends it. */
  readonly by: typeof globalThis.fetch;
  /** The request whose sending led to this one. */
  readonly outer: NestedSend | undefined;
}

interface Sends {
  /** @param signal That of a call, which a function around it may have passed on. */
  current(signal: AbortSignal | null): NestedSend | undefined;
  /** @param signal That of the request. */
  run<T>(send: NestedSend, signal: AbortSignal | null, work: () => T): T;
}

interface Storage {
  getStore(): NestedSend | undefined;
  run<T>(send: NestedSend, work: () => T): T;
}
interface Hooks {
  readonly AsyncLocalStorage: new () => Storage;
}

/** In runtimes with AsyncLocalStorage: found after any await. */
function storedSends({AsyncLocalStorage}: Hooks): Sends {
  const storage = new AsyncLocalStorage();
  return {current: () => storage.getStore(), run: (send, _, work) => storage.run(send, work)};
}

/** In browsers: found until the function that sends returns, and later by a function that passes the signal on. */
function markedSends(): Sends {
  const bySignal = new WeakMap<AbortSignal, NestedSend>();
  let running: NestedSend | undefined;
  return {
    current: signal => running ?? (signal === null ? undefined : bySignal.get(signal)),
    run(send, signal, work) {
      const before = running;
      if (signal !== null) bySignal.set(signal, send);
      running = send;
      try {
        return work();
      } finally {
        running = before;
      }
    },
  };
}

/** Null until a request is sent that may lead back: Node 22 makes every promise slower once there is an AsyncLocalStorage. */
let sends: Sends | null = null;

export const currentSend = (signal: AbortSignal | null): NestedSend | undefined => sends?.current(signal);

export function runSend<T>(send: NestedSend, signal: AbortSignal | null, work: () => T): T {
  sends ??= makeSends();
  return sends.run(send, signal, work);
}

function makeSends(): Sends {
  const {process} = globalThis as {process?: {getBuiltinModule?(name: string): Hooks | undefined}};
  const hooks = process?.getBuiltinModule?.('node:async_hooks');
  return hooks === undefined ? markedSends() : storedSends(hooks);
}
