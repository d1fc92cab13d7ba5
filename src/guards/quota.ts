/**
 * Paces attempts to what the server admits. Attempts that do not fit now stand in line.
 *
 * An attempt reserves what it may spend before it is sent, and is settled with what it did spend. The line is served strictly in its
 * order: a large call at its head is waited for, so small ones do not starve it. Retries stand before first attempts, because their
 * calls have waited longest.
 */
import type {QuotaSnapshot} from '../core/guard-snapshot.ts';
import {quietly} from '../core/quietly.ts';
import type {Random} from '../core/random.ts';
import {type Clock, Timer} from '../core/timer.ts';
import type {QuotaLimit as QuotaLimitPolicy, Quota as QuotaPolicy} from '../policy/types.ts';
import {LearnedRate} from './learned-rate.ts';
import {type Amounts, AmountsInLine, NOTHING, plus} from './quota-amounts.ts';
import {QuotaLimit} from './quota-limit.ts';
import {type LineMember, WaitingLine} from './waiting-line.ts';

/** One attempt in line. */
export interface QuotaWaiter extends LineMember<QuotaWaiter> {
  readonly amounts: Amounts;
  readonly isRetry: boolean;
  readonly clock: Clock;
  /** Its turn: the reservation is made. Must not throw. */
  served(reservation: QuotaReservation, now: number): void;
  /** The clock threw while the line was served. Must not throw. */
  broke(error: unknown): void;
}

/** The end of a hold is put off by up to this share: all clients of the server were told the same time. */
const HOLD_SPREAD = 0.02;
const LONGEST_HOLD_SPREAD_MS = 1000;

/** What one attempt took. */
export class QuotaReservation {
  readonly #quota: Quota;
  readonly #slots: readonly number[];
  readonly #takenAt: number;
  #amounts: Amounts;

  constructor(quota: Quota, amounts: Amounts, slots: readonly number[], takenAt: number) {
    this.#quota = quota;
    this.#amounts = amounts;
    this.#slots = slots;
    this.#takenAt = takenAt;
  }

  /** The attempt spent this. What is left out stays as it was reserved. */
  settle(spent: Partial<Amounts>, now: number): void {
    const reserved = this.#amounts;
    this.#amounts = {...reserved, ...spent};
    this.#quota.settle(this.#slots, reserved, this.#amounts, now);
  }

  /** The attempt spent nothing. */
  refund(now: number): void {
    this.settle(NOTHING, now);
  }

  /** The server answered it, and not that it is throttled. */
  admitted(now: number): void {
    this.#quota.admitted(now);
  }

  /** The server refused it for its rate. */
  throttled(now: number): void {
    this.#quota.throttled(this.#takenAt, now);
    this.refund(now);
  }
}

export class Quota {
  /** The origin, or origin and route, it stands before. */
  readonly guarded: string;
  readonly limits: readonly QuotaLimit[];
  readonly maxWaitMs: number;
  /** Whether the tokens of a call have to be known. */
  readonly countsTokens: boolean;
  readonly #queue: number;
  readonly #random: Random;
  /** Null where the policy does not want it. */
  readonly #learned: LearnedRate | null;
  readonly #retries = new WaitingLine<QuotaWaiter>();
  readonly #firstAttempts = new WaitingLine<QuotaWaiter>();
  readonly #ofRetries = new AmountsInLine();
  readonly #ofAll = new AmountsInLine();
  readonly #timer: Timer = new LineTimer(() => this.#fired());
  /** The timer is armed on the clock of the attempt that is first. */
  #clock: Clock | null = null;
  #heldUntil = Number.NEGATIVE_INFINITY;
  #isServing = false;

  constructor({limits, learn, maxWaitMs, queue}: QuotaPolicy, guarded: string, random: Random) {
    this.guarded = guarded;
    this.#random = random;
    this.#learned = learn ? new LearnedRate(statedPerSecond(limits)) : null;
    this.limits = limits.map(limit => new QuotaLimit(limit));
    this.maxWaitMs = maxWaitMs;
    this.countsTokens = limits.some(({unit}) => unit !== 'requests');
    this.#queue = queue;
  }

  /** Whether it learns from answers; then a hint of the server holds the line. */
  get learns(): boolean {
    return this.#learned !== null;
  }

  get waiting(): number {
    return this.#retries.size + this.#firstAttempts.size;
  }

  get isFull(): boolean {
    return this.waiting >= this.#queue;
  }

  /** Forgetting it would forget what was sent. */
  inUse(now: number): boolean {
    return this.waiting > 0 || now < this.#heldUntil || this.limits.some(limit => limit.left(now) < limit.policy.max);
  }

  /** The limit that such an attempt never fits under; undefined where there is none. */
  exceeded(amounts: Amounts): QuotaLimit | undefined {
    return this.limits.find(limit => limit.amountOf(amounts) > limit.policy.max);
  }

  /** Reserves, where nobody waits and it fits now; else null. */
  tryTake(amounts: Amounts, now: number): QuotaReservation | null {
    if (this.waiting > 0 || now < this.#heldUntil || this.#learned?.fits(now) === false) return null;
    for (const limit of this.limits) if (!limit.fits(amounts, now)) return null;
    return this.#take(amounts, now);
  }

  /** Milliseconds that such an attempt would wait if it joined the line now, as far as is known. */
  waitMs(amounts: Amounts, isRetry: boolean, now: number): number {
    return this.#fitsAfterMs(plus(isRetry ? this.#ofRetries : this.#ofAll, amounts), now);
  }

  /** Joins the line; `leave`, or `served`, or `broke` ends that. */
  join(waiter: QuotaWaiter, now: number): void {
    this.#lineOf(waiter).add(waiter);
    this.#ofAll.add(waiter.amounts);
    if (waiter.isRetry) this.#ofRetries.add(waiter.amounts);
    if (this.#first === waiter) this.#serve(now);
  }

  /** Has no effect for one that is not in line. */
  leave(waiter: QuotaWaiter, now: number): void {
    if (!this.#lineOf(waiter).has(waiter)) return;
    const wasFirst = this.#first === waiter;
    this.#remove(waiter);
    if (wasFirst) this.#serve(now);
  }

  /**
   * What the server says is left, by its headers. Limits are lowered by it and never raised: what is in flight is not in the server's
   * count yet.
   */
  correct(remaining: Partial<Record<QuotaLimitPolicy['unit'], number>>, now: number): void {
    for (const limit of this.limits) {
      const left = remaining[limit.policy.unit];
      if (left !== undefined) limit.lower(left, now);
    }
  }

  /** The server asked to be left alone for that long: till then nothing is sent. A shorter hold does not shorten a longer one. */
  hold(ms: number, now: number): void {
    const spreadMs = Math.min(ms * HOLD_SPREAD, LONGEST_HOLD_SPREAD_MS) * this.#random();
    this.#heldUntil = Math.max(this.#heldUntil, now + ms + spreadMs);
  }

  snapshot(now: number): Omit<QuotaSnapshot, 'route'> {
    return {
      waiting: this.waiting,
      heldMs: Math.max(0, this.#heldUntil - now),
      learnedPerSecond: this.#learned?.perSecond,
      limits: this.limits.map(limit => {
        const {unit, max, perMs} = limit.policy;
        return {unit, max, perMs, left: limit.left(now)};
      }),
    };
  }

  /** @internal */
  admitted(now: number): void {
    if (this.#learned === null) return;
    const isLimiting = this.waiting > 0;
    this.#learned.admitted(isLimiting, now);
    if (isLimiting) this.#serve(now);
  }

  /** @internal */
  throttled(takenAt: number, now: number): void {
    this.#learned?.throttled(takenAt, now);
  }

  /** @internal */
  settle(slots: readonly number[], reserved: Amounts, actual: Amounts, now: number): void {
    for (const [index, limit] of this.limits.entries()) limit.settle(slots[index]!, reserved, actual);
    if (this.waiting > 0) this.#serve(now);
  }

  #take(amounts: Amounts, now: number): QuotaReservation {
    this.#learned?.take(now);
    const slots: number[] = [];
    for (const limit of this.limits) slots.push(limit.take(amounts, now));
    return new QuotaReservation(this, amounts, slots, now);
  }

  #fitsAfterMs(amounts: Amounts, now: number): number {
    let longest = Math.max(this.#heldUntil - now, this.#learned?.waitMs(amounts.requests, now) ?? 0);
    for (const limit of this.limits) longest = Math.max(longest, limit.waitMs(amounts, now));
    return Math.max(0, longest);
  }

  get #first(): QuotaWaiter | null {
    return this.#retries.first ?? this.#firstAttempts.first;
  }

  #lineOf({isRetry}: QuotaWaiter): WaitingLine<QuotaWaiter> {
    return isRetry ? this.#retries : this.#firstAttempts;
  }

  #remove(waiter: QuotaWaiter): void {
    this.#lineOf(waiter).remove(waiter);
    this.#ofAll.subtract(waiter.amounts);
    if (waiter.isRetry) this.#ofRetries.subtract(waiter.amounts);
  }

  #fired(): void {
    for (let first = this.#first; first !== null; first = this.#first)
      try {
        return this.#serve(first.clock.now());
      } catch (error) {
        this.#breakFirst(error);
      }
  }

  /** Serves all that fit now, and arms the timer for the next. One that is served may come back, or let others leave, meanwhile. */
  #serve(now: number): void {
    if (this.#isServing) return;
    this.#isServing = true;
    try {
      for (let first = this.#first; first !== null; first = this.#first) {
        const waitMs = this.#fitsAfterMs(first.amounts, now);
        if (waitMs > 0) {
          if (this.#arm(first.clock, waitMs, now)) return;
          continue;
        }
        this.#remove(first);
        first.served(this.#take(first.amounts, now), now);
      }
      this.#disarm();
    } finally {
      this.#isServing = false;
    }
  }

  /** @returns False where the clock threw: then the attempt is out of the line. */
  #arm(clock: Clock, waitMs: number, now: number): boolean {
    try {
      this.#disarm();
      clock.arm(this.#timer, Math.ceil(waitMs), now);
      this.#clock = clock;
      return true;
    } catch (error) {
      this.#breakFirst(error);
      return false;
    }
  }

  #disarm(): void {
    if (this.#clock !== null) quietly(() => this.#clock!.disarm(this.#timer));
  }

  #breakFirst(error: unknown): void {
    const first = this.#first;
    if (first === null) return;
    this.#remove(first);
    first.broke(error);
  }
}

/** The lowest of the stated rates; Infinity where requests have no limit. */
const statedPerSecond = (limits: QuotaPolicy['limits']): number =>
  Math.min(...limits.flatMap(({unit, max, perMs}) => (unit === 'requests' ? [(max / perMs) * 1000] : [])));

class LineTimer extends Timer {
  readonly #fired: () => void;

  constructor(fired: () => void) {
    super();
    this.#fired = fired;
  }

  fire(): void {
    this.#fired();
  }
}
