/** The amounts that a process was granted by Redis, one for each limit of a quota. They may be used until their lease ends. */
import type {QuotaLot} from '../guards/quota-supply.ts';

/** The amounts of one grant. */
export class QuotaLease implements QuotaLot {
  readonly slots: readonly number[];
  readonly left: number[];
  readonly endsAt: number;

  constructor(slots: readonly number[], granted: readonly number[], endsAt: number) {
    this.slots = slots;
    this.left = [...granted];
    this.endsAt = endsAt;
  }
}

export class QuotaLeases {
  /** The oldest first. */
  #leases: QuotaLease[] = [];
  /** What is left in all leases together. */
  readonly left: number[];
  /** What was left after the last grant. */
  readonly #filled: number[];

  /** @param count Number of limits. */
  constructor(count: number) {
    this.left = new Array<number>(count).fill(0);
    this.#filled = new Array<number>(count).fill(0);
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
    for (const [index, amount] of lease.left.entries()) {
      this.left[index]! += amount;
      this.#filled[index] = this.left[index]!;
    }
  }

  /**
   * Takes amounts that are left.
   *
   * @returns The oldest lease that they came from. What is given back is subtracted there, so that it never counts as given back for longer
   *   than it counted as granted. Null if there is no lease, because nothing was taken.
   */
  take(amounts: readonly number[]): QuotaLease | null {
    let oldest: QuotaLease | null = null;
    for (const [index, amount] of amounts.entries()) {
      this.left[index]! -= amount;
      let missing = amount;
      for (const lease of this.#leases) {
        if (missing === 0) break;
        const part = Math.min(missing, lease.left[index]!);
        lease.left[index]! -= part;
        missing -= part;
        if (part > 0 && (oldest === null || lease.endsAt < oldest.endsAt)) oldest = lease;
      }
    }
    return oldest ?? this.#leases[0] ?? null;
  }

  /** @returns The leases that have ended, with what is left in them. */
  end(now: number): readonly QuotaLease[] {
    const [first] = this.#leases;
    if (first === undefined || now < first.endsAt) return NONE;
    const ended = this.#leases.filter(({endsAt}) => now >= endsAt);
    this.#leases = this.#leases.filter(({endsAt}) => now < endsAt);
    for (const lease of ended) for (const [index, amount] of lease.left.entries()) this.left[index]! -= amount;
    return ended;
  }

  clear(): void {
    this.#leases = [];
    this.left.fill(0);
  }
}

const NONE: readonly QuotaLease[] = [];
