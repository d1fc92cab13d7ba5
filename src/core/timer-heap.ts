/** Timers, sorted by the time they are due, then by the order in which they were armed. */
import type {Timer} from './timer.ts';

/** One arming of a timer. */
class Entry {
  readonly timer: Timer;
  readonly at: number;
  readonly order: number;
  /** Its index in the heap. */
  index: number;

  constructor(timer: Timer, order: number, index: number) {
    this.timer = timer;
    this.at = timer.at;
    this.order = order;
    this.index = index;
  }

  isBefore(other: Entry): boolean {
    return this.at < other.at || (this.at === other.at && this.order < other.order);
  }
}

/** A binary heap whose entries know their index: adding and removing take a number of steps that is logarithmic in the size. */
export class TimerHeap {
  readonly #entries: Entry[] = [];
  #added = 0;

  get size(): number {
    return this.#entries.length;
  }

  /** When the first timer is due; NaN where there is none. */
  get firstAt(): number {
    return this.#entries[0]?.at ?? NaN;
  }

  /** Removes the timer that is due first. */
  shift(): Timer {
    const {timer} = this.#entries[0]!;
    this.remove(timer);
    return timer;
  }

  /** Adds a timer under its `at`. */
  add(timer: Timer): void {
    const entry = new Entry(timer, this.#added++, this.#entries.length);
    timer.place = entry;
    this.#entries.push(entry);
    this.#rise(entry);
  }

  /** Has no effect on a timer that is not in the heap. */
  remove(timer: Timer): void {
    const entry = timer.place;
    if (!(entry instanceof Entry)) return;
    timer.place = null;
    const last = this.#entries.pop()!;
    if (last === entry) return;
    this.#put(last, entry.index);
    this.#rise(last);
    this.#sink(last);
  }

  #rise(entry: Entry): void {
    while (entry.index > 0) {
      const parent = this.#entries[(entry.index - 1) >> 1]!;
      if (parent.isBefore(entry)) return;
      this.#swap(entry, parent);
    }
  }

  #sink(entry: Entry): void {
    for (;;) {
      const child = this.#smallerChild(entry.index);
      if (child === undefined || entry.isBefore(child)) return;
      this.#swap(child, entry);
    }
  }

  #smallerChild(index: number): Entry | undefined {
    const left = this.#entries[2 * index + 1];
    const right = this.#entries[2 * index + 2];
    return right?.isBefore(left!) ? right : left;
  }

  /** @param lower Takes the index of `upper`, its parent. */
  #swap(lower: Entry, upper: Entry): void {
    const {index} = lower;
    this.#put(lower, upper.index);
    this.#put(upper, index);
  }

  #put(entry: Entry, index: number): void {
    this.#entries[index] = entry;
    entry.index = index;
  }
}
