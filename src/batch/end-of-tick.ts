/**
 * Puts work off to the end of the turn of the event loop, and does it once however often it was asked for.
 *
 * A client of HTTP is a lot of code. When all that came free in a turn is sent in one go, each stretch of that code is in the
 * processor's cache for the next item; one send amid the answer to another is a quarter slower. See
 * docs/decisions/0016-a-batch-sends-at-the-end-of-a-turn.md.
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

/** When a turn ends: `endOfTurn` of the system's clock, or `atOnce`. */
export type Later = (work: () => void) => void;

/** Under a clock that moves when everything rests, the end of a turn would be taken for rest. */
export const atOnce: Later = work => work();
