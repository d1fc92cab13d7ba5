/** Two counts over the last `windowMs`: how many there were, and how many of them are marked (failed, hedged, retried). */

const BUCKETS = 10;

export class SlidingWindow {
  readonly #bucketMs: number;
  readonly #all = new Float64Array(BUCKETS);
  readonly #marked = new Float64Array(BUCKETS);
  /** Number of the newest bucket since the clock's zero. Buckets are addressed by it, so that a late undo finds its own. */
  #newest = -Infinity;
  /** All calls in the window, and the marked ones, at the last `advance`. */
  all = 0;
  marked = 0;

  constructor(windowMs: number) {
    this.#bucketMs = windowMs / BUCKETS;
  }

  /** Drops what is older than the window, however long ago the last call was. */
  advance(now: number): void {
    const newest = Math.floor(now / this.#bucketMs);
    if (newest <= this.#newest) return;
    const stale = Math.min(BUCKETS, newest - this.#newest);
    for (let step = 0; step < stale; step++) this.#forget(mod(newest - step));
    this.#newest = newest;
  }

  addAll(now: number): void {
    this.advance(now);
    this.#all[mod(this.#newest)]! += 1;
    this.all += 1;
  }

  /** @returns The bucket it was counted in, for `undoMarked`. */
  addMarked(now: number): number {
    this.advance(now);
    this.#marked[mod(this.#newest)]! += 1;
    this.marked += 1;
    return this.#newest;
  }

  /** Takes one mark back, if its bucket has not left the window by itself. */
  undoMarked(bucket: number, now: number): void {
    this.advance(now);
    if (bucket <= this.#newest - BUCKETS) return;
    this.#marked[mod(bucket)]! -= 1;
    this.marked -= 1;
  }

  clear(): void {
    this.#all.fill(0);
    this.#marked.fill(0);
    this.all = 0;
    this.marked = 0;
  }

  #forget(slot: number): void {
    this.all -= this.#all[slot]!;
    this.marked -= this.#marked[slot]!;
    this.#all[slot] = 0;
    this.#marked[slot] = 0;
  }
}

const mod = (bucket: number): number => ((bucket % BUCKETS) + BUCKETS) % BUCKETS;
