/**
 * Paces attempts to what the server admits. Attempts that do not fit now wait in a queue.
 *
 * An attempt reserves the most that it may use before it is sent, and settles the reservation with what it used. The queue is strictly
 * FIFO: the attempts behind a large one wait for it, so that small ones do not starve it. Retries come before first attempts, because
 * their calls have waited longest.
 */
import type {QuotaSnapshot} from '../core/guard-snapshot.ts';
import {quietly} from '../core/quietly.ts';
import type {Random} from '../core/random.ts';
import {AnswerTimer, type Clock, type Timer} from '../core/timer.ts';
import type {QuotaLimit as QuotaLimitPolicy, Quota as QuotaPolicy} from '../policy/types.ts';
import {LearnedRate} from './learned-rate.ts';
import {LinkedQueue, type QueueMember} from './linked-queue.ts';
import {type Amounts, AmountsSum, plus} from './quota-amounts.ts';
import {QuotaLimit} from './quota-limit.ts';
import {QuotaReservation} from './quota-reservation.ts';
import type {QuotaLot, QuotaSupply, WaitingAttempt} from './quota-supply.ts';

/** An attempt in the queue. */
export interface QuotaWaiter extends QueueMember<QuotaWaiter>, WaitingAttempt {
  /** When the waiter joined the queue. */
  readonly since: number;
  readonly clock: Clock;
  /** The waiter has left the queue, and the reservation is made. Must not throw. */
  served(reservation: QuotaReservation, now: number): void;
  /** The clock threw, and the waiter has left the queue. Must not throw. */
  broke(error: unknown): void;
}

/** A hold is extended by a random share up to this one, because the server names the same time to all of its clients. */
const HOLD_SPREAD = 0.02;
const LONGEST_HOLD_SPREAD_MS = 1000;
/** A longer wait than this, named to one attempt, may be that attempt's alone: one bad shard, one tenant. A second refusal confirms it. */
const SURE_MS = 2000;
/** The same, where the pauses of the server have shown that it admits few. */
const SURE_OF_SLOW_MS = 15_000;
/** So many more refusals than other answers are no chance. */
const SURE_REFUSALS = 3;
/** How long an unconfirmed wait holds the queue. */
const UNSURE_MS = 1200;
/** Once so many answers had no headers that say what is left, only one answer in as many is read. */
const SILENT_ANSWERS = 64;

export class Quota {
  /** The origin, or origin and route, that the quota protects. */
  readonly guarded: string;
  readonly limits: readonly QuotaLimit[];
  readonly maxWaitMs: number;
  /** Whether a limit counts tokens, so that those of a call have to be known. */
  readonly countsTokens: boolean;
  /** Attempts that may wait, at most. */
  readonly #maxWaiting: number;
  readonly #random: Random;
  /** Null if the policy does not set `learn`. */
  readonly #learned: LearnedRate | null;
  readonly #retries = new LinkedQueue<QuotaWaiter>();
  readonly #firstAttempts = new LinkedQueue<QuotaWaiter>();
  readonly #ofRetries = new AmountsSum();
  readonly #ofAll = new AmountsSum();
  readonly #timer: Timer = new AnswerTimer(() => this.#fired());
  /** The clock on which the timer is armed: that of the first waiter. */
  #clock: Clock | null = null;
  #heldUntil = -Infinity;
  /** When an attempt was refused, and no attempt sent since then was admitted; NaN where there is none. */
  #suspectedAt = NaN;
  /** By how many the refusals since then are more than the other answers. */
  #suspicion = 0;
  /** Answers since the last one whose headers said what is left. */
  #silentAnswers = 0;
  /** Whether a call was refused since an attempt was last admitted. If all calls are refused, none waits, and the rate has to grow all the same. */
  #hasRefused = false;
  #isServing = false;
  /** Until the queue is empty, no request is sent ahead of the spacing: one had to wait for it, for a pause, or for other processes. */
  #isSpaced = false;
  readonly #supply: QuotaSupply | null;

  /** @param supply Makes the supply of a quota that several processes share. Default: none. */
  constructor(policy: QuotaPolicy, guarded: string, random: Random, supply?: (quota: Quota) => QuotaSupply) {
    const {limits, learn, startPerSecond, maxWaitMs, queue} = policy;
    this.guarded = guarded;
    this.#random = random;
    this.#learned = learn ? new LearnedRate(statedPerSecond(limits), startPerSecond ?? Infinity) : null;
    this.limits = limits.map(limit => new QuotaLimit(limit));
    this.maxWaitMs = maxWaitMs;
    this.countsTokens = limits.some(({unit}) => unit !== 'requests');
    this.#maxWaiting = queue;
    this.#supply = supply === undefined ? null : supply(this);
  }

  /** Whether the quota learns from answers; then a hint of the server holds the queue. */
  get learns(): boolean {
    return this.#learned !== null;
  }

  /** Whether no limit is known, and the server goes on to admit others: some servers refuse a few at any rate. */
  get hasNoLimit(): boolean {
    return this.#learned?.isUnlimited === true && this.#suspicion < SURE_REFUSALS;
  }

  get waiting(): number {
    return this.#retries.size + this.#firstAttempts.size;
  }

  /** Whether the queue has more attempts than places: some of them were to wait for nothing but the answer of a supply. */
  get isOver(): boolean {
    return this.waiting > this.#maxWaiting;
  }

  /** A call was refused, because it could not wait for as long as it would have to. */
  refused(): void {
    this.#hasRefused = true;
  }

  get isFull(): boolean {
    return this.waiting >= this.#maxWaiting;
  }

  /** Whether the quota still has state that a new one would lack, such as what was sent in its windows. */
  inUse(now: number): boolean {
    return this.waiting > 0 || now < this.#heldUntil || this.limits.some(limit => limit.left(now) < limit.policy.max);
  }

  /** The limit whose `max` is below these amounts, so that they never fit; undefined if there is none. */
  exceeded(amounts: Amounts): QuotaLimit | undefined {
    return this.limits.find(limit => limit.amountOf(amounts) > limit.policy.max);
  }

  /** Reserves the amounts if no attempt waits and they fit now; else null. */
  tryTake(amounts: Amounts, now: number): QuotaReservation | null {
    if (this.waiting > 0 || now < this.#heldUntil || this.#learned?.fits(now) === false) return null;
    for (const limit of this.limits) if (!limit.fits(amounts, now)) return null;
    if (this.#supply !== null && this.#supply.waitMs(amounts, now) > 0) return null;
    return this.#take(amounts, now);
  }

  /** Estimate of the milliseconds that an attempt with these amounts would wait if it joined the queue now. */
  waitMs(amounts: Amounts, isRetry: boolean, now: number): number {
    return this.#fitsAfterMs(plus(isRetry ? this.#ofRetries : this.#ofAll, amounts), now);
  }

  /** The part of `waitMs` that is known: what a supply has is known once it has answered. */
  knownWaitMs(amounts: Amounts, isRetry: boolean, now: number): number {
    const ahead = isRetry ? this.#ofRetries : this.#ofAll;
    const all = plus(ahead, amounts);
    return Math.max(this.#limitedMs(all, now), this.#supply?.knownWaitMs(all, ahead.requests === 0, now) ?? 0);
  }

  /**
   * An attempt may wait so long, in ms. One that waits for nothing but the answer of the supply gets it, also if it is not to wait.
   *
   * @param knownMs What `knownWaitMs` returned for it.
   */
  longestWaitMs(knownMs: number): number {
    return knownMs > 0 ? this.maxWaitMs : Math.max(this.maxWaitMs, this.#supply?.answerMs ?? 0);
  }

  /** Joins the queue. The waiter stays there until `leave`, `served` or `broke`. */
  join(waiter: QuotaWaiter, now: number): void {
    this.#supply?.joins(waiter, now);
    this.#queueOf(waiter).add(waiter);
    this.#ofAll.add(waiter.amounts);
    if (waiter.isRetry) this.#ofRetries.add(waiter.amounts);
    if (this.#first === waiter) this.#serve(now);
  }

  isWaiting(waiter: QuotaWaiter): boolean {
    return this.#queueOf(waiter).has(waiter);
  }

  /** Leaves the queue. Has no effect if the waiter is not in it. */
  leave(waiter: QuotaWaiter, now: number): void {
    if (!this.isWaiting(waiter)) return;
    const wasFirst = this.#first === waiter;
    this.#remove(waiter);
    if (wasFirst) this.#serve(now);
    if (this.waiting === 0) this.#supply?.unneeded(now);
  }

  /**
   * Whether to read the headers of an answer for what is left. To be called once for each answer. Once the server has not said what is left in
   * 64 answers, only each 64th is read: to look for its headers takes 1.5 µs, and the rest of a quota 0.3 µs.
   */
  readsHeaders(): boolean {
    const silent = this.#silentAnswers++;
    return this.learns && (silent < SILENT_ANSWERS || silent % SILENT_ANSWERS === 0);
  }

  /**
   * Corrects the limits by what the server's headers say is left. Limits are lowered and never raised: the server does not count the
   * attempts in flight yet.
   */
  correct(remaining: Partial<Record<QuotaLimitPolicy['unit'], number>>, now: number): void {
    this.#silentAnswers = 0;
    if (this.#learned !== null) this.#learned.isFull = Object.values(remaining).includes(0);
    for (const limit of this.limits) {
      const left = remaining[limit.policy.unit];
      if (left !== undefined) limit.lower(left, now);
    }
  }

  /** Sends nothing for that long, because the server asked for a pause. A shorter hold does not shorten a longer one. */
  hold(ms: number, now: number): void {
    this.#holdFor(ms, true, now);
  }

  #holdFor(ms: number, isSure: boolean, now: number): void {
    const spreadMs = Math.min(ms * HOLD_SPREAD, LONGEST_HOLD_SPREAD_MS) * this.#random();
    this.#heldUntil = Math.max(this.#heldUntil, now + ms + spreadMs);
    this.#learned?.held(this.#heldUntil, isSure);
  }

  /**
   * The server named a wait to an attempt. A long one holds the queue only once an attempt that was sent after the refusal is refused, too.
   *
   * @param sentAt When the refused attempt was sent.
   */
  named(ms: number, sentAt: number, now: number): void {
    const isSure = ms <= (this.#learned?.isSlow ? SURE_OF_SLOW_MS : SURE_MS) || sentAt > this.#suspectedAt;
    this.#suspect(now);
    this.#holdFor(isSure ? ms : UNSURE_MS, isSure, now);
  }

  /** Whether the queue is held for at least that long. */
  isHeldFor(ms: number, now: number): boolean {
    return this.#heldUntil - now >= ms;
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

  /** The supply has changed: serves the waiters that fit now. */
  supplied(now: number): void {
    if (this.waiting > 0) this.#serve(now);
  }

  /** @internal */
  admitted(sentAt: number, hasWaited: boolean, now: number): void {
    if (sentAt > this.#suspectedAt) this.#suspectedAt = NaN;
    this.#suspicion--;
    if (this.#learned === null) return;
    this.#learned.admitted(sentAt, hasWaited || this.waiting > 0 || this.#hasRefused, now);
    this.#hasRefused = false;
    if (this.waiting > 0) this.#serve(now);
  }

  /** @internal */
  throttled(sentAt: number, now: number): void {
    this.#suspect(now);
    this.#suspicion++;
    this.#learned?.throttled(sentAt, now);
  }

  /** @internal */
  keep(slots: readonly number[], lot: QuotaLot | null, amounts: Amounts): void {
    for (const [index, limit] of this.limits.entries()) limit.keep(slots[index]!, amounts);
    if (lot !== null) this.#supply!.keep(lot, amounts);
  }

  /** @internal */
  sent(amounts: Amounts, now: number): readonly number[] {
    return this.limits.map(limit => limit.sent(amounts, now));
  }

  /** @internal */
  supplySent(lot: QuotaLot, amounts: Amounts, wasKept: boolean, now: number): QuotaLot {
    return this.#supply!.sent(lot, amounts, wasKept, now);
  }

  /** @internal */
  settle(slots: readonly number[] | null, lot: QuotaLot | null, reserved: Amounts, actual: Amounts, now: number): void {
    for (const [index, limit] of this.limits.entries()) limit.settle(slots?.[index] ?? null, reserved, actual);
    if (lot !== null) this.#supply!.settle(lot, reserved, actual, now);
    if (this.waiting > 0) this.#serve(now);
  }

  #suspect(now: number): void {
    if (this.#suspectedAt <= now) return;
    this.#suspectedAt = now;
    this.#suspicion = 0;
  }

  #take(amounts: Amounts, now: number): QuotaReservation {
    this.#learned?.take(now);
    const slots = this.limits.map(limit => limit.take(amounts, now));
    const lot = this.#supply === null ? null : this.#supply.take(amounts, now);
    return new QuotaReservation(this, amounts, slots, lot, now);
  }

  #fitsAfterMs(amounts: Amounts, now: number): number {
    return Math.max(this.#limitedMs(amounts, now), this.#supply?.waitMs(amounts, now) ?? 0);
  }

  /** As far as the limits of this process go. */
  #limitedMs(amounts: Amounts, now: number): number {
    let longest = Math.max(0, this.#heldUntil - now, this.#learned?.waitMs(amounts.requests, now) ?? 0);
    for (const limit of this.limits) longest = Math.max(longest, limit.waitMs(amounts, this.#isSpaced, now));
    return longest;
  }

  /** An attempt that waits only for tokens, or for the answer of a supply, is sent as if it had not waited. */
  #hasToSpace({amounts}: QuotaWaiter, now: number): boolean {
    return (
      now < this.#heldUntil ||
      this.limits.some(limit => limit.isAhead(now)) ||
      (this.#supply?.knownWaitMs(amounts, true, now) ?? 0) > 0
    );
  }

  #requestFor({amounts, since}: QuotaWaiter, supply: QuotaSupply, now: number): number {
    const limitedMs = this.#limitedMs(amounts, now);
    return Math.max(limitedMs, supply.request(amounts, this.#ofAll, since, limitedMs, now));
  }

  get #first(): QuotaWaiter | null {
    return this.#retries.first ?? this.#firstAttempts.first;
  }

  #queueOf({isRetry}: QuotaWaiter): LinkedQueue<QuotaWaiter> {
    return isRetry ? this.#retries : this.#firstAttempts;
  }

  #remove(waiter: QuotaWaiter): void {
    this.#queueOf(waiter).remove(waiter);
    this.#ofAll.subtract(waiter.amounts);
    if (waiter.isRetry) this.#ofRetries.subtract(waiter.amounts);
    if (this.waiting === 0) this.#isSpaced = false;
  }

  #fired(): void {
    for (let first = this.#first; first !== null; first = this.#first)
      try {
        return this.#serve(first.clock.now());
      } catch (error) {
        this.#breakFirst(error);
      }
  }

  /** Serves all waiters that fit now, and arms the timer for the next. A served waiter may call the quota again before it returns. */
  #serve(since: number): void {
    if (this.#isServing) return;
    this.#isServing = true;
    let now = since;
    try {
      for (let first = this.#first; first !== null; first = this.#first) {
        this.#isSpaced ||= this.#hasToSpace(first, now);
        let waitMs = this.#fitsAfterMs(first.amounts, now);
        if (waitMs > 0 && this.#supply !== null) waitMs = this.#requestFor(first, this.#supply, now);
        if (waitMs > 0) {
          if (this.#arm(first.clock, waitMs, now)) return;
          continue;
        }
        this.#remove(first);
        const taken = this.#take(first.amounts, now);
        taken.hasWaited = true;
        first.served(taken, now);
        // To send an attempt takes its time, and the next one is admitted after that.
        now = taken.sentAt;
      }
      this.#disarm();
    } finally {
      this.#isServing = false;
    }
  }

  /** @returns False if the clock threw; then the first waiter has left the queue. */
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

/** The lowest stated rate, in requests a second; Infinity if no limit counts requests. */
const statedPerSecond = (limits: QuotaPolicy['limits']): number =>
  Math.min(...limits.flatMap(({unit, max, perMs}) => (unit === 'requests' ? [(max / perMs) * 1000] : [])));
