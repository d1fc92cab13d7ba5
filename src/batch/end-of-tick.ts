/**
 * Postpones work to the end of the current tick of the event loop, and runs it once however often it was requested.
 *
 * An HTTP client is much code. When all requests of a tick are sent together, that code is in the processor's cache for the next item;
 * a send between the answers of others is a quarter slower. See
 * docs/decisions/0016-a-batch-sends-at-the-end-of-a-tick.md.
 */
export class EndOfTick {
  readonly #later: Later;
  readonly #work: () => void;
  #isAsked = false;

  constructor(later: Later, work: () => void) {
    this.#later = later;
    this.#work = work;
  }

  ask(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    this.#later(this.#end);
  }

  readonly #end = (): void => {
    this.#isAsked = false;
    this.#work();
  };
}

/** Schedules work for the end of the tick: `endOfTick` of the system's clock, or `atOnce`. */
export type Later = (work: () => void) => void;

/** Runs the work at once, for a virtual clock, which would take the end of a tick for idleness. */
export const atOnce: Later = work => work();
