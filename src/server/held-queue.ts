/** What a handler has written to a response that is held. */
import {joined} from './bounded-body.ts';

export type Callback = (error?: Error | null) => void;

interface Held {
  readonly method: 'write' | 'end' | 'flush' | 'flushHeaders';
  readonly chunk: Uint8Array | null;
  readonly callback: Callback | undefined;
}

export class HeldQueue {
  readonly #entries: Held[] = [];
  #size = 0;

  /** Bytes of all that was written so far, sent or not. */
  get size(): number {
    return this.#size;
  }

  /** @param callback Called once the chunk is sent or dropped. */
  push(method: Held['method'], chunk: Uint8Array | null = null, callback?: Callback): void {
    this.#entries.push({method, chunk, callback});
    this.#size += chunk?.byteLength ?? 0;
  }

  /** All that is held. */
  body(): Uint8Array {
    return joined(
      this.#entries.flatMap(({chunk}) => (chunk === null ? [] : [chunk])),
      this.#size,
    );
  }

  /**
   * @param call Calls the method of the response.
   * @param finished Gets the callback of `end`, to be called when the response has finished or is closed. Only its first call counts. Node calls none where the client is gone.
   * @returns Whether the response has room for more.
   */
  send(
    call: (method: Held['method'], ...values: unknown[]) => unknown,
    finished: (callback: () => void) => unknown,
  ): boolean {
    let hasRoom = true;
    for (const {method, chunk, callback} of this.#entries.splice(0))
      if (method === 'write') hasRoom = call(method, chunk, callback) as boolean;
      else if (method === 'end') {
        if (callback !== undefined) finished(once(callback));
        call(method, chunk ?? undefined);
      } else call(method);
    return hasRoom;
  }

  /** Calls the callbacks, whose handler may wait for them. */
  drop(): void {
    for (const {callback} of this.#entries.splice(0)) if (callback !== undefined) queueMicrotask(callback);
  }
}

function once(callback: Callback): () => void {
  let isCalled = false;
  return () => {
    if (isCalled) return;
    isCalled = true;
    callback();
  };
}
