/** The callbacks of writes that are being sent. */
import type {Callback} from './held-queue.ts';

/** If the client disconnects, Node calls them with an error or not at all. A handler that must not notice gets a call without an error. */
export class WriteCallbacks {
  readonly #isHiding: () => boolean;
  readonly #waiting = new Set<Callback>();

  /** @param isHiding Whether a disconnect is hidden from the handler. */
  constructor(isHiding: () => boolean) {
    this.#isHiding = isHiding;
  }

  /** The arguments of `write`, for Node. */
  tracked(values: readonly unknown[]): readonly unknown[] {
    return values.map(value => (typeof value === 'function' ? this.#track(value as Callback) : value));
  }

  /** What was written is dropped: the handler goes on. */
  callAll(): void {
    this.#end();
  }

  /** The client is gone, and the handler is told, as Node tells it where it knows of the disconnect at the write. */
  failAll(): void {
    this.#end(
      Object.assign(new Error('Cannot call write after a stream was destroyed'), {code: 'ERR_STREAM_DESTROYED'}),
    );
  }

  #end(error?: Error): void {
    for (const call of this.#waiting) queueMicrotask(() => call(error));
  }

  #track(callback: Callback): Callback {
    const call = (error?: Error | null): void => {
      if (this.#waiting.delete(call)) callback(this.#isHiding() ? null : error);
    };
    this.#waiting.add(call);
    return call;
  }
}
