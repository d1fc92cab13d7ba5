/** The callbacks of writes that are being sent. */
import type {Callback} from './held-queue.ts';

/** Where the client disconnects, Node calls them with an error or not at all. A handler that must not notice gets a call without an error. */
export class WriteCallbacks {
  readonly #isHiding: () => boolean;
  readonly #waiting = new Set<() => void>();

  /** @param isHiding Whether a disconnect is hidden from the handler. */
  constructor(isHiding: () => boolean) {
    this.#isHiding = isHiding;
  }

  /** The arguments of `write`, for Node. */
  tracked(values: readonly unknown[]): readonly unknown[] {
    if (!this.#isHiding()) return values;
    return values.map(value => (typeof value === 'function' ? this.#track(value as Callback) : value));
  }

  /** What was written is dropped. */
  callAll(): void {
    for (const call of this.#waiting) queueMicrotask(call);
  }

  #track(callback: Callback): Callback {
    const call = (error?: Error | null): void => {
      if (this.#waiting.delete(call)) callback(this.#isHiding() ? null : error);
    };
    this.#waiting.add(call);
    return call;
  }
}
