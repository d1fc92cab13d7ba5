/** What one attempt has taken from a quota. */
import {type Amounts, NOTHING} from './quota-amounts.ts';
import type {QuotaLot} from './quota-supply.ts';

/** The quota, as its reservations need it. */
export interface ReservedQuota {
  /** @param lot Null where the supply keeps nothing. */
  keep(slots: readonly number[], lot: QuotaLot | null, amounts: Amounts): void;
  /** @returns The slots that hold the amounts now. */
  sent(amounts: Amounts, now: number): readonly number[];
  supplySent(lot: QuotaLot, amounts: Amounts, wasKept: boolean, now: number): QuotaLot;
  /** @param slots Null while the attempt is kept. */
  settle(slots: readonly number[] | null, lot: QuotaLot | null, reserved: Amounts, actual: Amounts, now: number): void;
  admitted(sentAt: number, hasWaited: boolean, now: number): void;
  throttled(sentAt: number, now: number): void;
}

export class QuotaReservation {
  readonly #quota: ReservedQuota;
  /** The slots of the windows of the limits; null while something keeps the attempt from being sent. */
  #slots: readonly number[] | null;
  /** What came from the supply; null without one. */
  #lot: QuotaLot | null;
  /** When the attempt was sent; before, when it was admitted. */
  sentAt: number;
  /** It waited in the queue. */
  hasWaited = false;
  #amounts: Amounts;

  constructor(quota: ReservedQuota, amounts: Amounts, slots: readonly number[], lot: QuotaLot | null, now: number) {
    this.#quota = quota;
    this.#amounts = amounts;
    this.#slots = slots;
    this.#lot = lot;
    this.sentAt = now;
  }

  /** The attempt is not sent at once: its amounts leave no window before they have been sent. */
  keep(): void {
    if (this.#slots === null) return;
    this.#quota.keep(this.#slots, this.#lot, this.#amounts);
    this.#slots = null;
  }

  /** Called directly before the attempt is sent: its amounts count from then on, and not from when it was admitted. */
  sent(now: number): void {
    const slots = this.#slots;
    if (slots !== null) {
      if (now <= this.sentAt) return;
      this.#quota.keep(slots, null, this.#amounts);
    }
    this.sentAt = now;
    this.#slots = this.#quota.sent(this.#amounts, now);
    if (this.#lot !== null) this.#lot = this.#quota.supplySent(this.#lot, this.#amounts, slots === null, now);
  }

  /** Replaces the reserved amounts by those that the attempt used. A unit that is left out keeps its reserved amount. */
  settle(spent: Partial<Amounts>, now: number): void {
    const reserved = this.#amounts;
    this.#amounts = {...reserved, ...spent};
    this.#quota.settle(this.#slots, this.#lot, reserved, this.#amounts, now);
  }

  /** Gives everything back: the attempt used nothing. */
  refund(now: number): void {
    this.settle(NOTHING, now);
  }

  /** The server answered the attempt without throttling it. */
  admitted(now: number): void {
    this.#quota.admitted(this.sentAt, this.hasWaited, now);
  }

  /** The server refused the attempt because of its rate. */
  throttled(now: number): void {
    this.#quota.throttled(this.sentAt, now);
    this.refund(now);
  }
}
