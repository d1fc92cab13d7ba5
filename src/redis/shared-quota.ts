/**
 * A quota that several processes share. A process takes only what Redis has granted it: it leases amounts before it needs them, so that
 * most attempts are admitted at once, and gives back what it does not use.
 *
 * While Redis does not answer, the process goes on with its share: each limit divided by the number of processes. What it takes then is
 * reported as soon as Redis answers. For a while it keeps to its share all the same, because others may not have reported yet.
 */
import {AnswerTimer, CallbackTimer, type Timer} from '../core/timer.ts';
import type {Quota, QuotaWaiter} from '../guards/quota.ts';
import type {Amounts} from '../guards/quota-amounts.ts';
import type {QuotaLimit} from '../guards/quota-limit.ts';
import type {QuotaLot, QuotaSupply} from '../guards/quota-supply.ts';
import {GuardScript} from './guard-script.ts';
import {LeaseSize} from './lease-size.ts';
import {LimitedTimes} from './limited-times.ts';
import {GRACE_MS} from './permit-script.ts';
import {QuotaHoldings} from './quota-holdings.ts';
import type {QuotaLease} from './quota-leases.ts';
import {QUOTA_SCRIPT} from './quota-script.ts';
import type {QuotaSettings} from './quota-settings.ts';
import type {SharedIdentity} from './shared-identity.ts';
import {Script, type SharedStore} from './shared-store.ts';
import type {UngrantedUse} from './ungranted-uses.ts';

/** While attempts wait, Redis is asked at least so often, because other processes give amounts back. */
const ASK_EVERY_MS = 500;
/** How long attempts that do not wait are refused without a question, after a refusal. */
const NONE_MS = 50;

const script = new Script(QUOTA_SCRIPT);

export class SharedQuota implements QuotaSupply {
  readonly #quota: Quota;
  readonly #limits: readonly QuotaLimit[];
  readonly #store: SharedStore;
  readonly #identity: SharedIdentity;
  readonly #settings: QuotaSettings;
  readonly #script: GuardScript;
  readonly #shortestMs: number;
  readonly #holdings: QuotaHoldings;
  /** Attempts in the queue that wait for nothing but an answer, as far as is known. The queue may be full without them. */
  readonly #hoping = new Set<QuotaWaiter>();
  /** Number of the request in flight; 0 without one. */
  #asking = 0;
  #askedAt = Number.NEGATIVE_INFINITY;
  readonly #limited = new LimitedTimes();
  readonly #size: LeaseSize;
  /** After a refusal: when the amounts will fit, by Redis; and when to ask again. */
  #freeAt = Number.NEGATIVE_INFINITY;
  #askAt = Number.NEGATIVE_INFINITY;
  /** Redis has refused attempts that did not wait for more. Others like them are refused without a question until then. */
  #noneUntil = Number.NEGATIVE_INFINITY;
  /** When the last answer came, and when it was asked for. */
  #answeredAt = Number.NEGATIVE_INFINITY;
  #answeredAskAt = Number.NEGATIVE_INFINITY;
  /** Until when the processes are taken to compete, because Redis has refused amounts. */
  #contendedUntil = Number.NEGATIVE_INFINITY;
  #processes: number;
  /** Whether the process went on without Redis since the last answer. */
  #wasAlone = false;
  /** Until when the process keeps to its share: Redis does not know yet what others sent without it. */
  #shareUntil = Number.NEGATIVE_INFINITY;
  /** Id of the state in Redis; 0 before the first answer. */
  #stateId = 0;
  readonly #flush: Timer = new CallbackTimer(() => this.#flushed());
  /** When the first attempt that waits is looked at next, at the latest, and when it was last. */
  #pollAt = Number.POSITIVE_INFINITY;
  #polledAt = Number.NEGATIVE_INFINITY;
  readonly #poll: Timer = new AnswerTimer(() => this.#supplied(this.#store.clock.now()));

  constructor(quota: Quota, store: SharedStore, identity: SharedIdentity, settings: QuotaSettings) {
    this.#quota = quota;
    this.#limits = quota.limits;
    this.#store = store;
    this.#identity = identity;
    this.#settings = settings;
    const lengths = this.#limits.map(({policy}) => policy.perMs);
    this.#script = new GuardScript(
      store,
      identity,
      script,
      ['window', 'processes', 'line'],
      length => length === 0 || length === 4 + 2 * lengths.length,
    );
    this.#processes = identity.leastProcesses;
    this.#shortestMs = Math.min(...lengths);
    this.#holdings = new QuotaHoldings(this.#limits);
    this.#size = new LeaseSize(this.#limits, store);
  }

  waitMs(amounts: Amounts, now: number): number {
    this.#holdings.end(now);
    // The share counts what was leased, too: others go on with theirs.
    if (!this.#store.isAvailable) return this.#waitAloneMs(amounts, now);
    const shareMs = this.#waitInShareMs(amounts, now);
    if (this.#holdings.covers(amounts)) return shareMs;
    const answerMs = this.#asking === 0 ? 1 : this.#askedAt + this.#store.timeoutMs - now;
    return Math.max(1, shareMs, answerMs, this.#freeAt - now, this.#waitContendedMs(amounts, now));
  }

  get answerMs(): number {
    return this.#store.timeoutMs;
  }

  knownWaitMs(amounts: Amounts, isFirst: boolean, now: number): number {
    if (!this.#store.isAvailable) return this.#waitAloneMs(amounts, now);
    const shareMs = this.#waitInShareMs(amounts, now);
    if (this.#holdings.covers(amounts)) return shareMs;
    const contendedMs = isFirst ? 0 : this.#waitContendedMs(amounts, now);
    return Math.max(shareMs, this.#freeAt - now, this.#noneUntil - now, contendedMs);
  }

  joins(waiter: QuotaWaiter, now: number): void {
    if (this.#quota.knownWaitMs(waiter.amounts, waiter.isRetry, now) === 0) this.#hoping.add(waiter);
  }

  /** The last to come leave the queue first, so that it keeps the others. */
  #supplied(now: number): void {
    this.#quota.supplied(now);
    for (const waiter of [...this.#hoping].reverse()) {
      const isWaiting = this.#quota.isWaiting(waiter);
      if (isWaiting && this.knownWaitMs(waiter.amounts, true, now) === 0) continue;
      if (this.#hoping.delete(waiter) && isWaiting) waiter.denied?.(now);
    }
  }

  take(amounts: Amounts, now: number): QuotaLot {
    this.#size.use(this.#holdings.amountsOf(amounts), now);
    const lot = this.#holdings.take(amounts, now);
    if (!this.#store.isAvailable) {
      this.#wasAlone = true;
      this.#prefetch(now);
    }
    // While attempts wait, the first of them asks.
    else if (this.#holdings.isLow && this.#quota.waiting === 0 && now >= this.#askAt) this.#prefetchMore(now);
    if (this.#holdings.isInDebt) this.#flushLater(now);
    return lot;
  }

  keep(lot: QuotaLot, amounts: Amounts): void {
    if (this.#holdings.keep(lot, amounts)) this.#flushLater(this.#store.clock.now());
  }

  sent(lot: QuotaLot, amounts: Amounts, wasKept: boolean, now: number): QuotaLot {
    const sent = this.#holdings.sent(lot, amounts, wasKept, now);
    if (sent.isNews) this.#flushLater(now);
    return sent.lot;
  }

  settle(lot: QuotaLot, reserved: Amounts, actual: Amounts, now: number): void {
    this.#holdings.settle(lot, reserved, actual);
    if (!this.#holdings.isUrgent) return;
    if (this.#quota.waiting > 0) this.#askAt = Number.NEGATIVE_INFINITY;
    else this.#flushLater(now);
  }

  request(first: Amounts, all: Amounts, joinedAt: number, limitedMs: number, now: number): number {
    // The process has stood still: there may be answers that it has not read.
    if (now > this.#pollAt + this.#store.timeoutMs / 2) this.#limited.add(now - this.#polledAt, this.#polledAt);
    this.#pollAt = Number.POSITIVE_INFINITY;
    this.#polledAt = now;
    if (limitedMs > 0) this.#limited.add(limitedMs, now);
    if (!this.#store.isAvailable) {
      this.#askWhetherItAnswers(now);
      return this.#waitAloneMs(first, now);
    }
    const shareMs = this.#waitInShareMs(first, now);
    if (this.#holdings.covers(first) || (shareMs > 0 && !this.#wasAlone)) return shareMs;
    if (now >= this.#askAt)
      this.#ask(this.#holdings.missing(first), this.#holdings.missing(all), this.#spare(now), now);
    const since = joinedAt + this.#limited.since(joinedAt);
    // An attempt that waited already when Redis was asked has got an answer; one that came later has not.
    const askedSince = since <= this.#answeredAskAt ? this.#answeredAt : since;
    const overdueAt = Math.max(askedSince, this.#freeAt) + this.#store.timeoutMs;
    if (now >= overdueAt) return this.#waitAloneMs(first, now);
    this.#pollBy(now < this.#askAt ? Math.min(this.#askAt, overdueAt) : overdueAt, now);
    return this.waitMs(first, now);
  }

  /** Leaves the line in Redis, where the others wait behind this process. */
  unneeded(now: number): void {
    if (now < this.#freeAt) this.#askForNone(now);
  }

  /** No process stands in the line of a Redis that answers too late. While attempts wait, it is asked again and again. */
  #askWhetherItAnswers(now: number): void {
    if (!this.#prefetch(now)) this.#pollBy(this.#store.retryAt, now);
  }

  #none(): number[] {
    return this.#limits.map(() => 0);
  }

  /** If several processes compete, the queue of one gets its share. */
  #waitContendedMs({requests, inputTokens, outputTokens}: Amounts, now: number): number {
    if (now >= this.#contendedUntil) return 0;
    const times = this.#processes;
    const scaled = {requests: requests * times, inputTokens: inputTokens * times, outputTokens: outputTokens * times};
    return Math.max(...this.#limits.map(limit => limit.waitMs(scaled, false, now)));
  }

  #waitAloneMs(amounts: Amounts, now: number): number {
    const shareOf = ({policy}: QuotaLimit): number => policy.max / this.#processes;
    return Math.max(...this.#limits.map(limit => limit.waitInShareMs(amounts, shareOf(limit), now)));
  }

  #waitInShareMs(amounts: Amounts, now: number): number {
    if (this.#wasAlone) return this.#waitAloneMs(amounts, now);
    return now < this.#shareUntil ? Math.min(this.#shareUntil - now, this.#waitAloneMs(amounts, now)) : 0;
  }

  #prefetchMore(now: number): void {
    if (this.#size.likely(now).some(amount => amount > 0)) this.#prefetch(now);
  }

  /** Leases what the process is likely to take during the next lease. @returns Whether Redis is asked. */
  #prefetch(now: number): boolean {
    return this.#ask(this.#none(), this.#none(), this.#size.likely(now), now);
  }

  #askForNone(now: number): boolean {
    return this.#ask(this.#none(), this.#none(), this.#none(), now);
  }

  /** What to lease for attempts that are likely to come. If several processes compete, the others need what is left. */
  #spare(now: number): number[] {
    return now < this.#contendedUntil ? this.#none() : this.#size.likely(now);
  }

  /**
   * @param needed By the first attempt that waits.
   * @param wanted By all attempts that wait.
   * @param spare  For attempts that are likely to come.
   * @returns Whether Redis is asked.
   */
  #ask(needed: readonly number[], wanted: readonly number[], spare: readonly number[], now: number): boolean {
    if (this.#asking !== 0 || !this.#store.mayAsk(now)) return false;
    this.#settings.used(now);
    this.#holdings.end(now);
    const {leaseMs} = this.#size;
    const number = this.#store.newNumber();
    const uses = this.#holdings.handDebt(number);
    this.#asking = number;
    this.#askedAt = now;
    const ended = (): void => {
      if (this.#asking === number) this.#asking = 0;
    };
    let hasFailed = false;
    const failed = (at: number): void => {
      ended();
      if (!hasFailed) this.#holdings.restoreDebt(uses);
      hasFailed = true;
      this.#wasAlone = true;
      if (this.#holdings.isInDebt) this.#flushLater(at);
      this.#supplied(at);
    };
    this.#script.ask(
      this.#arguments(number, leaseMs, needed, wanted, spare, uses, now),
      now,
      (reply, answeredAt, aheadMs) => {
        // Another request has overtaken it: it was not carried out.
        if (reply.length === 0) return failed(answeredAt);
        ended();
        this.#holdings.arrived(number);
        const [id = 0, isGranted, waitMs = 0, processes = 1, ...amounts] = reply;
        const endsAt = now + leaseMs;
        // A grant whose lease is over already, because round trips have become longer, is no answer for those that wait.
        if (isGranted !== 1 || answeredAt < endsAt) {
          this.#answeredAskAt = now;
          this.#answeredAt = answeredAt;
        }
        if (this.#stateId !== 0 && id !== this.#stateId) this.#stateIsNew(answeredAt);
        else if (hasFailed) this.#holdings.forgetDebt(uses);
        this.#stateId = id;
        if (this.#wasAlone && this.#store.isAvailable) this.#hasReturned(answeredAt);
        // Redis may have forgotten, or not have heard yet, of those who went on without it.
        const atLeast = answeredAt < this.#shareUntil ? this.#processes : this.#identity.leastProcesses;
        this.#processes = Math.max(atLeast, processes);
        const granted = amounts.filter((_, index) => index % 2 === 0);
        this.#granted(
          {
            left: hasFailed ? this.#holdings.coverDebt(granted, now) : granted,
            slots: amounts.filter((_, index) => index % 2 === 1),
            endsAt,
            aheadMs,
          },
          answeredAt,
        );
        this.#refused(isGranted === 1 ? 0 : waitMs, answeredAt);
        this.#supplied(answeredAt);
        if (this.#quota.waiting > 0) return;
        if (isGranted !== 1) this.#noneUntil = answeredAt + Math.min(waitMs, NONE_MS);
        this.unneeded(answeredAt);
      },
      failed,
      number,
    );
    return true;
  }

  #arguments(
    number: number,
    leaseMs: number,
    needed: readonly number[],
    wanted: readonly number[],
    spare: readonly number[],
    uses: readonly UngrantedUse[],
    now: number,
  ): number[] {
    const limits = this.#limits.flatMap(({policy: {max, perMs}, spacingMs}, index) => [
      max,
      perMs,
      spacingMs,
      this.#size.most(index),
      needed[index]!,
      wanted[index]!,
      spare[index]!,
    ]);
    return [this.#stateId, leaseMs, this.#limits.length, ...limits, ...this.#holdings.report(number, uses, now)];
  }

  #granted(lease: QuotaLease, now: number): void {
    if (!lease.left.some(amount => amount > 0)) return;
    this.#holdings.add(lease);
    this.#flushLater(now);
  }

  /** @param waitMs 0 if the amounts that were needed are granted. */
  #refused(waitMs: number, now: number): void {
    this.#freeAt = waitMs === 0 ? Number.NEGATIVE_INFINITY : now + waitMs;
    this.#askAt = Math.min(this.#freeAt, now + ASK_EVERY_MS);
    if (waitMs > 0) this.#waitForMore(now);
  }

  #waitForMore(now: number): void {
    this.#contendedUntil = now + this.#shortestMs;
    this.#pollBy(this.#askAt, now);
  }

  /** Redis has lost its data: it gets to know what this process took, and grants of the lost state are void. */
  #stateIsNew(now: number): void {
    this.#hasReturned(now);
    this.#holdings.lose(now);
    this.#flushLater(now);
  }

  #hasReturned(now: number): void {
    this.#wasAlone = false;
    this.#shareUntil = now + GRACE_MS;
  }

  #flushLater(now: number): void {
    if (this.#flush.armed) return;
    const pauseMs = this.#store.isAvailable ? 0 : this.#store.retryAt - now;
    this.#arm(this.#flush, Math.max(this.#size.leastMs, pauseMs), now);
  }

  #flushed(): void {
    const now = this.#store.clock.now();
    this.#holdings.end(now);
    this.#holdings.endDebt(now);
    // What is kept is used again before it leaves a window.
    const keeps = this.#holdings.keepsAny;
    const isLate = keeps && now >= this.#askedAt + this.#shortestMs / 4;
    const isDue = this.#holdings.isUrgent || this.#holdings.isInDebt;
    // While attempts wait, the first of them asks, unless it waits for its share.
    const asksNone = this.#quota.waiting === 0 || now < this.#shareUntil;
    if (isLate || (isDue && asksNone)) this.#askForNone(now);
    if (!this.#holdings.isEmpty) this.#flushLater(now);
  }

  #pollBy(at: number, now: number): void {
    if (this.#pollAt <= at) return;
    this.#pollAt = at;
    this.#store.clock.disarm(this.#poll);
    this.#arm(this.#poll, at - now, now);
  }

  /** The process may end meanwhile. */
  #arm(timer: Timer, ms: number, now: number): void {
    this.#store.clock.arm(timer, Math.max(1, Math.ceil(ms)), now);
    this.#store.clock.unref(timer);
  }
}
