/** What Redis does not know yet of the amounts that it granted: when they were used, and which are given back. */
import {SLOTS} from './quota-script.ts';

/** So many reports are made again with each request until one is answered. Further changes wait. */
const MOST_REPORTS = 8;
/** An amount that was used so many slots before the end of its lease counts for too long, until Redis knows. */
const EARLY_SLOTS: number = SLOTS / 16;

/** What was handed over for a request. */
interface Report {
  readonly request: number;
  /** Limit, slot and amount of each change. */
  readonly changes: readonly number[];
}

export class QuotaChanges {
  /** The amounts of each limit, by slot of the window. */
  readonly #amounts: readonly Map<number, number>[];
  /** Redis may know them, the oldest first. */
  #reports: Report[] = [];
  #isUrgent = false;

  /** @param count Number of limits. */
  constructor(count: number) {
    this.#amounts = Array.from({length: count}, () => new Map<number, number>());
  }

  /** Whether other processes wait for longer than they have to, until Redis knows of the changes. */
  get isUrgent(): boolean {
    return this.#isUrgent;
  }

  /** An amount counts in another slot: it was used before its lease has ended. */
  move(index: number, from: number, to: number, amount: number): void {
    if (from === to) return;
    this.#add(index, from, -amount);
    this.#add(index, to, amount);
    if (from - to > EARLY_SLOTS) this.urge();
  }

  /** More or, if negative, less was used than was taken. */
  correct(index: number, slot: number, more: number): void {
    this.#add(index, slot, more);
    this.#isUrgent = true;
  }

  /** Other processes may have to wait longer for what has moved. */
  urge(): void {
    this.#isUrgent = true;
  }

  /**
   * Hands over what Redis may not know, for a request: the number of reports, and of each the number of its first request, the number of its
   * changes, and these. Redis knows a report if it has carried out that request or a later one.
   */
  hand(request: number): readonly number[] {
    if (this.#reports.length < MOST_REPORTS) this.#report(request);
    const reports = this.#reports.flatMap(each => [each.request, each.changes.length / 3, ...each.changes]);
    return [this.#reports.length, ...reports];
  }

  #report(request: number): void {
    const changes = this.#amounts.flatMap((slots, index) =>
      [...slots].flatMap(([slot, amount]) => (amount === 0 ? [] : [index + 1, slot, amount])),
    );
    for (const slots of this.#amounts) slots.clear();
    this.#isUrgent = false;
    if (changes.length > 0) this.#reports.push({request, changes});
  }

  /** Redis has carried the request out. */
  arrived(request: number): void {
    this.#reports = this.#reports.filter(report => report.request > request);
  }

  clear(): void {
    for (const slots of this.#amounts) slots.clear();
    this.#reports = [];
    this.#isUrgent = false;
  }

  #add(index: number, slot: number, amount: number): void {
    const slots = this.#amounts[index]!;
    slots.set(slot, (slots.get(slot) ?? 0) + amount);
  }
}
