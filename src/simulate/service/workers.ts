/** Workers, and a line in front of them, first come, first served. */

export class Workers<W> {
  readonly #max: number;
  readonly #queue: number;
  /** In order of arrival. A Set, so that a request that leaves frees its place at once. */
  readonly #line = new Set<W>();
  #busy = 0;

  /**
   * @param max   Infinity: there is always a worker.
   * @param queue Places in the line.
   */
  constructor(max: number, queue: number) {
    this.#max = max;
    this.#queue = queue;
  }

  get busy(): number {
    return this.#busy;
  }

  get inFlight(): number {
    return this.#busy + this.#line.size;
  }

  /** Whether a request that arrives now has neither a worker nor a place in the line. */
  get isFull(): boolean {
    return this.#busy >= this.#max && this.#line.size >= this.#queue;
  }

  tryStart(): boolean {
    if (this.#busy >= this.#max) return false;
    this.#busy++;
    return true;
  }

  wait(work: W): void {
    this.#line.add(work);
  }

  leave(work: W): void {
    this.#line.delete(work);
  }

  /** A worker has ended its work. @returns What it takes on next; null: nothing is in line. */
  finish(): W | null {
    const [next] = this.#line;
    if (next === undefined) {
      this.#busy--;
      return null;
    }
    this.#line.delete(next);
    return next;
  }
}
