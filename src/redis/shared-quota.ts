/**
 * A quota that several processes share. A process takes only what Redis has granted it: it leases amounts before it needs them, so that
 * most attempts are admitted at once, and gives back what it does not use.
 *
 * While Redis does not answer, the process goes on with its share: each limit divided by the number of processes. What it takes then is
 * reported as soon as Redis answers.
 */
import {CallbackTimer, type Timer} from '../core/timer.ts';
import type {Quota} from '../guards/quota.ts';
import type {Amounts} from '../guards/quota-amounts.ts';
import type {QuotaLimit} from '../guards/quota-limit.ts';
import type {QuotaLot, QuotaSupply} from '../guards/quota-supply.ts';
import {QuotaLease, QuotaLeases} from './quota-leases.ts';
import {QUOTA_SCRIPT} from './quota-script.ts';
import type {QuotaSettings} from './quota-settings.ts';
import type {SharedIdentity} from './shared-identity.ts';
import {type Reply, Script, type SharedStore} from './shared-store.ts';
import {UngrantedUse, UngrantedUses} from './ungranted-uses.ts';

/** A lease lasts for this part of the shortest window, within limits. Redis counts an amount for that much longer. */
const LEASE_PART = 32;
const SHORTEST_LEASE_MS = 50;
const LONGEST_LEASE_MS = 2000;
/** A lease is at most this part of a limit, or what one attempt takes. */
const LEASE_SHARE = 64;
/** While attempts wait, Redis is asked at least so often, because other processes give amounts back. */
const ASK_EVERY_MS = 500;

const script = new Script(QUOTA_SCRIPT);

export class SharedQuota implements QuotaSupply {
  readonly #quota: Quota;
  readonly #limits: readonly QuotaLimit[];
  readonly #store: SharedStore;
  readonly #identity: SharedIdentity;
  readonly #settings: QuotaSettings;
  readonly #keys: readonly string[];
  readonly #leaseMs: number;
  readonly #shortestMs: number;
  readonly #leases: QuotaLeases;
  readonly #ungranted: UngrantedUses;
  /** To be given back: limit, slot and amount of each. */
  #returns: number[] = [];
  /** Number of the request in flight; 0 without one. */
  #asking = 0;
  #asked = 0;
  #askedAt = Number.NEGATIVE_INFINITY;
  /** What was taken since then. */
  readonly #taken: number[];
  /** After a refusal: when the amounts will fit, by Redis; and when to ask again. */
  #freeAt = Number.NEGATIVE_INFINITY;
  #askAt = Number.NEGATIVE_INFINITY;
  /** Until when the processes are taken to compete, because Redis has refused amounts. */
  #contendedUntil = Number.NEGATIVE_INFINITY;
  #processes: number;
  /** Id of the state in Redis; null before the first answer. */
  #stateId: string | null = null;
  readonly #flush: Timer = new CallbackTimer(() => this.#flushed());
  readonly #poll: Timer = new CallbackTimer(() => this.#quota.supplied(this.#store.clock.now()));

  constructor(quota: Quota, store: SharedStore, identity: SharedIdentity, settings: QuotaSettings) {
    this.#quota = quota;
    this.#limits = quota.limits;
    this.#store = store;
    this.#identity = identity;
    this.#settings = settings;
    this.#keys = [`${identity.key}:window`, `${identity.key}:processes`, `${identity.key}:line`];
    this.#processes = identity.leastProcesses;
    const lengths = this.#limits.map(({policy}) => policy.perMs);
    this.#shortestMs = Math.min(...lengths);
    this.#leaseMs = Math.min(LONGEST_LEASE_MS, Math.max(SHORTEST_LEASE_MS, Math.ceil(this.#shortestMs / LEASE_PART)));
    this.#leases = new QuotaLeases(lengths.length);
    this.#ungranted = new UngrantedUses(Math.max(...lengths));
    this.#taken = this.#none();
    store.clock.expect(this.#leaseMs);
  }

  waitMs(amounts: Amounts, now: number): number {
    if (!this.#store.isAvailable) return this.#waitAloneMs(amounts, now);
    this.#endLeases(now);
    if (this.#covers(amounts)) return 0;
    const answerMs = this.#asking === 0 ? 1 : this.#askedAt + this.#store.timeoutMs - now;
    return Math.max(1, answerMs, this.#freeAt - now, this.#waitContendedMs(amounts, now));
  }

  take(amounts: Amounts, now: number): QuotaLot {
    const taken = this.#limits.map(limit => limit.amountOf(amounts));
    for (const [index, amount] of taken.entries()) this.#taken[index]! += amount;
    if (!this.#store.isAvailable) {
      this.#ask(this.#none(), this.#none(), now);
      return this.#ungranted.add(taken, now);
    }
    const lease = this.#leases.take(taken);
    // While attempts wait, the first of them asks.
    if (this.#leases.isLow && this.#quota.waiting === 0 && now >= this.#askAt) this.#prefetch(now);
    return lease ?? this.#ungranted.add(taken, now);
  }

  settle(lot: QuotaLot, reserved: Amounts, actual: Amounts, now: number): void {
    for (const [index, limit] of this.#limits.entries()) {
      const more = limit.amountOf(actual) - limit.amountOf(reserved);
      if (more === 0) continue;
      if (lot.slots === null) this.#ungranted.correct(lot, index, more);
      else this.#returns.push(index + 1, lot.slots[index]!, -more);
    }
    if (this.#returns.length === 0) return;
    if (this.#quota.waiting > 0) this.#askAt = Number.NEGATIVE_INFINITY;
    else this.#flushLater(now);
  }

  request(first: Amounts, all: Amounts, now: number): boolean {
    if (!this.#store.isAvailable) return this.#askWhetherItAnswers(now);
    if (now < this.#askAt || this.#covers(first)) return false;
    const missing = (amounts: Amounts): number[] =>
      this.#limits.map((limit, index) => Math.max(0, limit.amountOf(amounts) - this.#leases.left[index]!));
    return this.#ask(missing(first), missing(all), now);
  }

  /** A lost Redis is asked for nothing else. While attempts wait, it is asked again and again. */
  #askWhetherItAnswers(now: number): boolean {
    const isAsking = this.#ask(this.#none(), this.#none(), now);
    if (!isAsking) this.#arm(this.#poll, this.#store.retryAt - now, now);
    return isAsking;
  }

  #none(): number[] {
    return this.#limits.map(() => 0);
  }

  #covers(amounts: Amounts): boolean {
    for (const [index, limit] of this.#limits.entries())
      if (limit.amountOf(amounts) > this.#leases.left[index]!) return false;
    return true;
  }

  /** If several processes compete, the queue of one gets its share. */
  #waitContendedMs({requests, inputTokens, outputTokens}: Amounts, now: number): number {
    if (now >= this.#contendedUntil) return 0;
    const times = this.#processes;
    const scaled = {requests: requests * times, inputTokens: inputTokens * times, outputTokens: outputTokens * times};
    return Math.max(...this.#limits.map(limit => limit.waitMs(scaled, now)));
  }

  #waitAloneMs(amounts: Amounts, now: number): number {
    const shareOf = ({policy}: QuotaLimit): number => policy.max / this.#processes;
    return Math.max(...this.#limits.map(limit => limit.waitInShareMs(amounts, shareOf(limit), now)));
  }

  /** Leases what the process is likely to take during the next lease. */
  #prefetch(now: number): void {
    const leases = this.#leaseMs / Math.max(1, now - this.#askedAt);
    const wanted = this.#taken.map(amount => Math.round(amount * leases));
    if (wanted.some(amount => amount > 0)) this.#ask(this.#none(), wanted, now);
  }

  /** @returns Whether Redis is asked. */
  #ask(needed: readonly number[], wanted: readonly number[], now: number): boolean {
    if (this.#asking !== 0 || !this.#store.mayAsk(now)) return false;
    this.#settings.used(now);
    this.#endLeases(now);
    const returns = this.#returns;
    const uses = this.#ungranted.hand();
    this.#returns = [];
    this.#taken.fill(0);
    this.#asking = ++this.#asked;
    this.#askedAt = now;
    const number = this.#asking;
    const ended = (): void => {
      if (this.#asking === number) this.#asking = 0;
    };
    let hasFailed = false;
    this.#store.ask(
      script,
      this.#keys,
      this.#arguments(needed, wanted, returns, uses, now),
      (reply, answeredAt) => {
        ended();
        if (hasFailed) this.#ungranted.forget(uses);
        this.#answered(reply, now, answeredAt);
      },
      failedAt => {
        hasFailed = true;
        ended();
        // What was to be given back may have been. To give it back twice would grant too much.
        this.#ungranted.restore(uses);
        this.#quota.supplied(failedAt);
      },
    );
    return true;
  }

  #arguments(
    needed: readonly number[],
    wanted: readonly number[],
    returns: readonly number[],
    uses: readonly UngrantedUse[],
    now: number,
  ): string[] {
    const limits = this.#limits.flatMap(({policy: {max, perMs}, spacingMs}, index) => [
      max,
      perMs,
      spacingMs,
      Math.ceil(max / LEASE_SHARE),
      needed[index]!,
      wanted[index]!,
    ]);
    const used = uses.flatMap(({amounts, at}) =>
      amounts.flatMap((amount, index) => (amount > 0 ? [index + 1, Math.floor(now - at), amount] : [])),
    );
    const numbers = [
      this.#leaseMs,
      this.#limits.length,
      ...limits,
      returns.length / 3,
      ...returns,
      used.length / 3,
      ...used,
    ];
    return [this.#identity.process, ...numbers.map(String)];
  }

  #answered(reply: Reply, askedAt: number, now: number): void {
    const [id, isGranted, waitMs, processes] = reply;
    const grants = this.#limits.map((_, index) => Number(reply[4 + 2 * index]));
    const slots = this.#limits.map((_, index) => Number(reply[5 + 2 * index]));
    if (this.#stateId !== null && id !== this.#stateId) this.#stateIsNew(now);
    this.#stateId = String(id);
    this.#processes = Math.max(this.#identity.leastProcesses, Number(processes));
    if (grants.some(amount => amount > 0)) {
      this.#leases.add(new QuotaLease(slots, grants, askedAt + this.#leaseMs));
      this.#flushLater(now);
    }
    this.#freeAt = Number(isGranted) === 1 ? Number.NEGATIVE_INFINITY : now + Number(waitMs);
    this.#askAt = Math.min(this.#freeAt, now + ASK_EVERY_MS);
    if (this.#freeAt > now) this.#waitForMore(now);
    else this.#askAt = Number.NEGATIVE_INFINITY;
    this.#quota.supplied(now);
  }

  #waitForMore(now: number): void {
    this.#contendedUntil = now + this.#shortestMs;
    this.#arm(this.#poll, this.#askAt - now, now);
  }

  /** Redis has lost its data: it gets to know what this process took, and grants of the lost state are void. */
  #stateIsNew(now: number): void {
    this.#leases.clear();
    this.#returns = [];
    const uses = this.#limits.flatMap((limit, index) =>
      limit.history(now).map(({ageMs, amount}) => {
        const amounts = this.#none();
        amounts[index] = amount;
        return new UngrantedUse(amounts, now - ageMs);
      }),
    );
    this.#ungranted.replace(uses);
    this.#flushLater(now);
  }

  /** Amounts that were not used in time are given back. */
  #endLeases(now: number): void {
    for (const {slots, left} of this.#leases.end(now))
      for (const [index, amount] of left.entries())
        if (amount > 0) this.#returns.push(index + 1, slots[index]!, amount);
  }

  #flushLater(now: number): void {
    if (!this.#flush.armed) this.#arm(this.#flush, this.#leaseMs, now);
  }

  #flushed(): void {
    const now = this.#store.clock.now();
    this.#endLeases(now);
    const isDue = this.#returns.length > 0 || !this.#ungranted.isEmpty;
    // While attempts wait, the first of them asks.
    if (isDue && this.#quota.waiting === 0) this.#ask(this.#none(), this.#none(), now);
    if (!this.#leases.isEmpty) this.#flushLater(now);
  }

  /** The process may end meanwhile. */
  #arm(timer: Timer, ms: number, now: number): void {
    this.#store.clock.arm(timer, Math.max(1, Math.ceil(ms)), now);
    this.#store.clock.unref(timer);
  }
}
