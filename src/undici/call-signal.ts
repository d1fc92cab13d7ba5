/** The caller's abort, as undici tells it: by a call of `controller.abort`. As much of an AbortSignal as the engine asks of one. */

interface AbortListener {
  handleEvent(event: {readonly target: unknown}): void;
}

export class CallSignal {
  aborted = false;
  reason: unknown;
  readonly #listeners = new Set<AbortListener>();

  addEventListener(_type: 'abort', listener: AbortListener): void {
    this.#listeners.add(listener);
  }

  removeEventListener(_type: 'abort', listener: AbortListener): void {
    this.#listeners.delete(listener);
  }

  abort(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    for (const listener of [...this.#listeners]) listener.handleEvent({target: this});
  }
}
