/** The loss of a key by the run that had it. */
import type {SteadfetchError} from '../core/errors.ts';

/** Reports the loss once: to the handler by a signal, and to the code that awaits the handler by a promise. */
export class Loss {
  readonly #controller = new AbortController();
  /** Rejects at the loss; stays pending without one. */
  readonly promise: Promise<never>;

  constructor() {
    const {signal} = this.#controller;
    this.promise = new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), {once: true});
    });
    // A handler that throws at the abort wins the race.
    this.promise.catch(() => {});
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  because(reason: SteadfetchError): void {
    this.#controller.abort(reason);
  }
}
