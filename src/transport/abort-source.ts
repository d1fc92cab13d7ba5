/** An abort that is told by a call and not by an AbortSignal: undici's way, and gRPC's. As much of a signal as the engine asks. */

interface AbortListener {
  handleEvent(event: {readonly target: unknown}): void;
}

export class CallSignal {
  aborted = false;
  reason: unknown;
  /** Few, and mostly one. */
  #listeners: readonly AbortListener[] = NOBODY;

  /** It is its own controller. */
  get signal(): AbortSignal {
    return this as unknown as AbortSignal;
  }

  addEventListener(_type: 'abort', listener: AbortListener): void {
    if (!this.#listeners.includes(listener)) this.#listeners = [...this.#listeners, listener];
  }

  removeEventListener(_type: 'abort', listener: AbortListener): void {
    const isOnly = this.#listeners.length === 1 && this.#listeners[0] === listener;
    this.#listeners = isOnly ? NOBODY : this.#listeners.filter(each => each !== listener);
  }

  abort(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    for (const listener of this.#listeners) listener.handleEvent({target: this});
  }
}

const NOBODY: readonly AbortListener[] = [];
