/** The caller's abort, where it is told by a call and not by an AbortSignal: undici's way, and gRPC's. As much of one as the engine asks. */

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
