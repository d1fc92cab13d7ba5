/** Delivers results one at a time: as they come, or in the order of their items. */
import {type Awaitable, isPromise} from '../core/awaitable.ts';

/** In the place of the result of an item that has no result. */
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
   * @param give   Called with one result. Called with the next one when it has returned, or its promise is fulfilled.
   * @param given  Called after each delivery.
   * @param failed Called when `give` throws or rejects. Nothing more is delivered.
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

  /** The item at `index` will have no result. Later items need not wait for it. */
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
