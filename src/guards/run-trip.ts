/**
 * Opens a breaker after failures in a row: attempts that began one after the other and have all failed.
 *
 * The order in which attempts end is biased: failures of 20 ms end in a row while the successes of 180 ms that began between
 * them are in flight. Attempts therefore form a doubly linked list in the order of their beginning. A success cuts the list;
 * adjacent failures merge into one link.
 */
import type {Health, Tracked, Trip} from './trip.ts';

export class RunTrip implements Trip {
  /** Failures in a row that are too many. */
  failures: number;
  readonly epoch: number;
  /** The end of the list; null if the attempt that began last has succeeded. */
  last: Link | null = null;

  constructor(failures: number, epoch: number) {
    this.failures = failures;
    this.epoch = epoch;
  }

  begin(): Tracked {
    const link = new Link(this);
    if (this.last !== null) this.last.after = link;
    this.last = link;
    return link;
  }
}

/** One attempt in flight, or adjacent failed attempts. */
class Link implements Tracked {
  readonly #trip: RunTrip;
  before: Link | null;
  after: Link | null = null;
  /** The number of failed attempts in this link; 0 while its attempt is in flight. */
  failed = 0;

  constructor(trip: RunTrip) {
    this.#trip = trip;
    this.before = trip.last;
  }

  get epoch(): number {
    return this.#trip.epoch;
  }

  end(health: Health): boolean {
    if (health === 'success') return this.#cut();
    if (health === 'nothing') return this.#leave();
    this.failed = 1;
    return this.#join();
  }

  #cut(): boolean {
    if (this.before !== null) this.before.after = null;
    if (this.after !== null) this.after.before = null;
    if (this.#trip.last === this) this.#trip.last = null;
    this.before = this.after = null;
    return false;
  }

  /** Removes the attempt from the list, so that its neighbors are adjacent. */
  #leave(): boolean {
    const {before, after} = this;
    if (before !== null) before.after = after;
    if (after !== null) after.before = before;
    if (this.#trip.last === this) this.#trip.last = before;
    return before !== null && before.failed > 0 && before.#join();
  }

  /** Merges with failures on both sides. */
  #join(): boolean {
    const {before, after} = this;
    if (before !== null && before.failed > 0) {
      this.failed += before.failed;
      this.before = before.before;
      if (this.before !== null) this.before.after = this;
    }
    if (after !== null && after.failed > 0) {
      this.failed += after.failed;
      this.after = after.after;
      if (this.after !== null) this.after.before = this;
      if (this.#trip.last === after) this.#trip.last = this;
    }
    return this.failed >= this.#trip.failures;
  }
}
