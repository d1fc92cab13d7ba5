/** The amounts that a process was granted by Redis, one for each limit of a quota. They may be used until their lease ends. */
import type {QuotaLot} from '../guards/quota-supply.ts';
import type {QuotaChanges} from './quota-changes.ts';

/** The amounts of one grant. */
export interface QuotaLease {
  /** The slot of each limit in which the lease ends. */
  readonly slots: readonly number[];
  readonly left: number[];
  readonly endsAt: number;
  /** Added to a time of the process's clock: the time of the guard at most. */
  readonly aheadMs: number;
}

export class QuotaLeases {
  /** The oldest first. */
  #leases: QuotaLease[] = [];
  /** What is left in all leases together. */
  readonly left: number[];
  /** What was left after the last grant. */
  readonly #filled: number[];
  /** Length of a slot of each limit. */
  readonly #slotMs: readonly number[];
  readonly #changes: QuotaChanges;
  /** How far the last lease was ahead of need. */
  #aheadMs = 0;

  constructor(slotMs: readonly number[], changes: QuotaChanges) {
    this.#slotMs = slotMs;
    this.#changes = changes;
    this.left = slotMs.map(() => 0);
    this.#filled = slotMs.map(() => 0);
  }

  get isEmpty(): boolean {
    return this.#leases.length === 0;
  }

  /** Whether it is time to lease more: less than half is left. */
  get isLow(): boolean {
    return this.left.some((left, index) => left === 0 || left * 2 < this.#filled[index]!);
  }

  add(lease: QuotaLease): void {
    this.#leases.push(lease);
    this.#aheadMs = lease.aheadMs;
    for (const [index, amount] of lease.left.entries()) {
      this.left[index]! += amount;
      this.#filled[index] = this.left[index]!;
    }
  }

  /**
   * Takes amounts that are left. They count in the slots in which they are used from now on, no longer in those in which their leases end.
   *
   * @returns The slots: of each limit the earliest, so that what is given back never counts as given back for longer than it counted as
   *   granted. Null if there is no lease, because nothing was taken.
   */
  take(amounts: readonly number[], now: number): QuotaLot | null {
    const [first] = this.#leases;
    if (first === undefined) return null;
    const slots = amounts.map((amount, index) => this.#takeOf(index, amount, now) ?? this.#slotOf(first, index, now));
    return {slots};
  }

  #takeOf(index: number, amount: number, now: number): number | null {
    this.left[index]! -= amount;
    let missing = amount;
    let earliest: number | null = null;
    for (const lease of this.#leases) {
      if (missing === 0) break;
      const part = Math.min(missing, lease.left[index]!);
      if (part === 0) continue;
      const slot = this.#slotOf(lease, index, now);
      lease.left[index]! -= part;
      missing -= part;
      this.#changes.move(index, lease.slots[index]!, slot, part);
      earliest = Math.min(earliest ?? slot, slot);
    }
    return earliest;
  }

  /** The slot of a use. There was a lease. */
  slotAt(index: number, now: number): number {
    return Math.floor((now + this.#aheadMs) / this.#slotMs[index]!);
  }

  #slotOf({slots, aheadMs}: QuotaLease, index: number, now: number): number {
    return Math.min(slots[index]!, Math.floor((now + aheadMs) / this.#slotMs[index]!));
  }

  /** Gives back what is left in the leases that have ended. */
  end(now: number): void {
    // A lease of a shorter round trip may end before an older one.
    if (!this.#leases.some(({endsAt}) => now >= endsAt)) return;
    const ended = this.#leases.filter(({endsAt}) => now >= endsAt);
    this.#leases = this.#leases.filter(({endsAt}) => now < endsAt);
    for (const {slots, left} of ended)
      for (const [index, amount] of left.entries()) {
        this.left[index]! -= amount;
        if (amount > 0) this.#changes.correct(index, slots[index]!, -amount);
      }
  }

  clear(): void {
    this.#leases = [];
    this.left.fill(0);
  }
}
