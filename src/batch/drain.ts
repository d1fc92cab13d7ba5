/**
 * The end of a batch, as its calls learn of it: waits end, nothing more is sent, and what is on the wire is left alone.
 *
 * As much of an AbortSignal as the engine asks of one. It never says that it is aborted: an attempt on the wire would be
 * taken for aborted too, and what it did forgotten.
 */
import {Attempt} from '../call/attempt.ts';
import {withoutStack} from '../core/errors.ts';

interface Listener {
  handleEvent(): void;
}

/** Ends an attempt that has not been sent. Nobody sees it, so one is enough. */
export const DRAINED: Error = withoutStack(() => new Error('The batch ends before this could be sent.'));

export class Drain {
  readonly aborted = false;
  readonly reason: unknown = DRAINED;
  begun = false;
  readonly #listeners = new Set<Listener>();

  addEventListener(_type: 'abort', listener: Listener): void {
    if (listener instanceof Attempt) return; // Almost all that come.
    this.#listeners.add(listener);
    // Who begins to wait now has not yet been told to whom it belongs.
    if (this.begun) queueMicrotask(() => this.#end(listener));
  }

  removeEventListener(_type: 'abort', listener: Listener): void {
    this.#listeners.delete(listener);
  }

  begin(): void {
    this.begun = true;
    for (const listener of [...this.#listeners]) this.#end(listener);
  }

  #end(listener: Listener): void {
    if (this.#listeners.has(listener)) listener.handleEvent();
  }
}
