/** Hands results over, one at a time: as they come, or in the order of their items. */
import {type Awaitable, isPromise} from '../core/awaitable.ts';

/** Where a result would be, of an item that has none. */
const NOTHING = Symbol('no result');

export class Deliveries<Result> {
  readonly #give: (result: Result) => Awaitable<void>;
  readonly #given: () => void;
  readonly #failed: (error: unknown) => void;
  readonly #ordered: boolean;
  readonly #queue: Result[] = [];
  /** Results that wait for an earlier result, by index. */
  readonly #early = new Map<number, Result | typeof NOTHING>();
  #next = 0;
  #isBusy = false;

  /**
   * @param give   Is given one result, and the next one when it is done.
   * @param given  It was done.
   * @param failed It threw. Nothing more is given.
   */
  constructor(
    ordered: boolean,
    give: (result: Result) => Awaitable<void>,
    given: () => void,
    failed: (error: unknown) => void,
  ) {
    this.#ordered = ordered;
    this.#give = give;
    this.#given = given;
    this.#failed = failed;
  }

  put(index: number, result: Result): void {
    if (this.#ordered) this.#inTurn(index, result);
    else this.#queue.push(result);
    this.#work();
  }

  /** Nobody need wait for this one. */
  skip(index: number): void {
    if (!this.#ordered) return;
    this.#inTurn(index, NOTHING);
    this.#work();
  }

  #inTurn(index: number, result: Result | typeof NOTHING): void {
    this.#early.set(index, result);
    for (let next = this.#early.get(this.#next); next !== undefined; next = this.#early.get(this.#next)) {
      this.#early.delete(this.#next++);
      if (next !== NOTHING) this.#queue.push(next);
    }
  }

  #work(): void {
    while (!this.#isBusy && this.#queue.length > 0) {
      const result = this.#queue.shift()!;
      this.#isBusy = true;
      try {
        const giving = this.#give(result);
        if (isPromise(giving)) {
          giving.then(() => {
            this.#done();
            this.#work();
          }, this.#failed);
          return;
        }
      } catch (error) {
        this.#failed(error); // No further delivery starts: the batch has failed.
        return;
      }
      this.#done();
    }
  }

  #done(): void {
    this.#isBusy = false;
    this.#given();
  }
}
