/** Aborts as the engine sees them. An `AbortSignal` is one source; undici and gRPC abort a call without one. */

export interface AbortListener {
  handleEvent(event: {readonly target: unknown}): void;
}

export interface AbortSource {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: AbortListener): void;
  removeEventListener(type: 'abort', listener: AbortListener): void;
}

/** A source that is aborted by a method: for callers without an `AbortController`, which costs more. */
export class CallSignal implements AbortSource {
  aborted = false;
  reason: unknown;
  /** Few, and mostly one. */
  #listeners: readonly AbortListener[] = NO_LISTENERS;

  addEventListener(_type: 'abort', listener: AbortListener): void {
    if (!this.#listeners.includes(listener)) this.#listeners = [...this.#listeners, listener];
  }

  removeEventListener(_type: 'abort', listener: AbortListener): void {
    const isOnly = this.#listeners.length === 1 && this.#listeners[0] === listener;
    this.#listeners = isOnly ? NO_LISTENERS : this.#listeners.filter(each => each !== listener);
  }

  abort(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    for (const listener of this.#listeners) listener.handleEvent({target: this});
  }
}

const NO_LISTENERS: readonly AbortListener[] = [];
