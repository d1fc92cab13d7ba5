/** What a process has of a shared quota: what Redis has granted it, what it took without a grant, and what Redis does not know of both. */
import type {Amounts} from '../guards/quota-amounts.ts';
import type {QuotaLimit} from '../guards/quota-limit.ts';
import type {QuotaLot} from '../guards/quota-supply.ts';
import {QuotaChanges} from './quota-changes.ts';
import {type QuotaLease, QuotaLeases} from './quota-leases.ts';
import {SLOTS} from './quota-script.ts';
import {UngrantedUse, UngrantedUses} from './ungranted-uses.ts';

export class QuotaHoldings {
  readonly #limits: readonly QuotaLimit[];
  readonly #changes: QuotaChanges;
  readonly #leases: QuotaLeases;
  readonly #ungranted: UngrantedUses;
  /** Granted amounts of attempts that something keeps from being sent. */
  readonly #kept = new Map<QuotaLot, Amounts>();

  constructor(limits: readonly QuotaLimit[]) {
    this.#limits = limits;
    const lengths = limits.map(({policy}) => policy.perMs);
    this.#changes = new QuotaChanges(lengths.length);
    this.#leases = new QuotaLeases(
      lengths.map(perMs => perMs / SLOTS),
      this.#changes,
    );
    this.#ungranted = new UngrantedUses(Math.max(...lengths));
  }

  /** Whether it is time to lease more. */
  get isLow(): boolean {
    return this.#leases.isLow;
  }

  get isEmpty(): boolean {
    return !this.keepsAny && this.#leases.isEmpty && this.#ungranted.isEmpty;
  }

  /** Whether something keeps attempts that were granted from being sent. */
  get keepsAny(): boolean {
    return this.#kept.size > 0;
  }

  /** Whether amounts are to be given back, or count for too long. */
  get isUrgent(): boolean {
    return this.#changes.isUrgent;
  }

  /** Whether something was taken without a grant, which no request has reported. */
  get isInDebt(): boolean {
    return !this.#ungranted.isEmpty;
  }

  /** Whether the leases cover the amounts. */
  covers(amounts: Amounts): boolean {
    for (const [index, limit] of this.#limits.entries())
      if (limit.amountOf(amounts) > this.#leases.left[index]!) return false;
    return true;
  }

  /** What the leases lack of the amounts, of each limit. */
  missing(amounts: Amounts): number[] {
    return this.#limits.map((limit, index) => Math.max(0, limit.amountOf(amounts) - this.#leases.left[index]!));
  }

  /** Takes an amount of each limit, from the leases if they cover them, else without a grant. */
  take(amounts: Amounts, now: number): QuotaLot {
    const taken = this.amountsOf(amounts);
    return (this.covers(amounts) ? this.#leases.take(taken, now) : null) ?? this.#ungranted.add(taken, now);
  }

  amountsOf(amounts: Amounts): number[] {
    return this.#limits.map(limit => limit.amountOf(amounts));
  }

  /** The attempt is not sent at once. @returns Whether its amounts were granted. */
  keep(lot: QuotaLot, amounts: Amounts): boolean {
    if (lot.slots !== null) this.#kept.set(lot, amounts);
    return lot.slots !== null;
  }

  /** The attempt is sent now. @returns Where its amounts come from; `isNews` if Redis is to know. */
  sent(
    lot: QuotaLot,
    amounts: Amounts,
    wasKept: boolean,
    now: number,
  ): {readonly lot: QuotaLot; readonly isNews: boolean} {
    // A state that was lost has taken the grants of kept attempts with it.
    const isGranted = lot.slots !== null && (this.#kept.delete(lot) || !wasKept);
    if (isGranted) {
      const isNews = this.#use(lot, amounts, now);
      if (isNews) this.#changes.urge();
      return {lot, isNews};
    }
    const taken = this.amountsOf(amounts);
    for (const [index, amount] of taken.entries()) this.#ungranted.correct(lot, index, -amount);
    return {lot: this.#ungranted.add(taken, now), isNews: true};
  }

  settle(lot: QuotaLot, reserved: Amounts, actual: Amounts): void {
    this.#kept.delete(lot);
    for (const [index, limit] of this.#limits.entries()) {
      const more = limit.amountOf(actual) - limit.amountOf(reserved);
      if (more === 0) continue;
      if (lot.slots === null) this.#ungranted.correct(lot, index, more);
      else this.#changes.correct(index, lot.slots[index]!, more);
    }
  }

  /** Gives back what is left in the leases that have ended. */
  end(now: number): void {
    this.#leases.end(now);
  }

  /** Drops what was taken without a grant and has left the longest window. */
  endDebt(now: number): void {
    this.#ungranted.end(now);
  }

  add(lease: QuotaLease): void {
    this.#leases.add(lease);
  }

  /** Hands over what was taken without a grant, for a request. */
  handDebt(request: number): readonly UngrantedUse[] {
    return this.#ungranted.hand(request);
  }

  /** The request may not have arrived: the next one reports the uses, too. */
  restoreDebt(uses: readonly UngrantedUse[]): void {
    this.#ungranted.restore(uses);
  }

  /** The request has arrived, and its answer is late. */
  forgetDebt(uses: readonly UngrantedUse[]): void {
    this.#ungranted.forget(uses);
  }

  /** Amounts were granted late: they count for what was taken since. @returns What is left of them. */
  coverDebt(granted: readonly number[], since: number): number[] {
    return this.#ungranted.cover(granted, since);
  }

  /** What Redis may not know, as arguments of a request: the changes of what it granted, and the uses without a grant. */
  report(request: number, uses: readonly UngrantedUse[], now: number): number[] {
    for (const [lot, amounts] of this.#kept) this.#use(lot, amounts, now);
    const used = uses.flatMap(({amounts, at, request}) =>
      amounts.flatMap((amount, index) => (amount > 0 ? [request, index + 1, Math.floor(now - at), amount] : [])),
    );
    return [...this.#changes.hand(request), used.length / 4, ...used];
  }

  /** Redis has carried the request out. */
  arrived(request: number): void {
    this.#changes.arrived(request);
  }

  /** Redis has lost its data: its grants are void, and what the process sent in its windows counts as taken without one. */
  lose(now: number): void {
    this.#leases.clear();
    this.#changes.clear();
    this.#kept.clear();
    const uses = this.#limits.flatMap((limit, index) =>
      limit.history(now).map(({ageMs, amount}) => {
        const amounts = this.#limits.map((_, other) => (other === index ? amount : 0));
        return new UngrantedUse(amounts, now - ageMs);
      }),
    );
    this.#ungranted.replace(uses);
  }

  /** The amounts count from now on, and no longer from before. @returns Whether that is another slot. */
  #use({slots}: QuotaLot, amounts: Amounts, now: number): boolean {
    let hasMoved = false;
    for (const [index, limit] of this.#limits.entries()) {
      const from = slots![index]!;
      const to = Math.max(from, this.#leases.slotAt(index, now));
      slots![index] = to;
      this.#changes.move(index, from, to, limit.amountOf(amounts));
      if (to > from) hasMoved = true;
    }
    return hasMoved;
  }
}
