/**
 * Opens a breaker after failures in a row: attempts that began one after the other and have all failed.
 *
 * In the order of their ends they are no row: while 20 ms failures come in, the 180 ms successes that began between them are
 * still under way. So the attempts form a chain in the order of their beginning. A success cuts the chain, and failures that
 * stand next to each other become one link.
 */
import type {Health, Tracked, Trip} from './trip.ts';

export class RunTrip implements Trip {
  readonly failures: number;
  readonly epoch: number;
  /** The youngest; null where a success stands at the end. */
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

/** An attempt under way, or a stretch of failed ones. */
class Link implements Tracked {
  readonly #trip: RunTrip;
  before: Link | null;
  after: Link | null = null;
  /** How many failed attempts it stands for; 0 while it is one under way. */
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
    return false;
  }

  /** As if it had never begun: those on both sides of it are neighbours now. */
  #leave(): boolean {
    const {before, after} = this;
    if (before !== null) before.after = after;
    if (after !== null) after.before = before;
    if (this.#trip.last === this) this.#trip.last = before;
    return before !== null && before.failed > 0 && before.#join();
  }

  /** Takes in the failures on both sides. */
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
