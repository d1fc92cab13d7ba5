/**
 * A concurrency limit that several processes share. A process holds permits under a lease, and takes and frees places by them without a
 * word to Redis. It renews the lease a few times a second, and says then what it needs; attempts beyond its permits wait for the answer.
 *
 * While Redis does not answer, the process goes on with its share: the limit divided by the number of processes, and at least one.
 */
import {CallbackTimer, type Timer} from '../core/timer.ts';
import type {ConcurrencyLimit, Waiter} from '../guards/concurrency.ts';
import type {PermitSupply} from '../guards/permit-supply.ts';
import {GuardScript} from './guard-script.ts';
import {PERMIT_SCRIPT} from './permit-script.ts';
import type {SharedIdentity} from './shared-identity.ts';
import {Script, type SharedStore} from './shared-store.ts';

/** A process that crashed holds its permits for so long. */
const LEASE_MS = 5000;
/** How often a process renews its lease, says what it needs, and hears what the others need. */
const LOOK_EVERY_MS = 250;
/** How soon a process asks again that got fewer permits than it needs; each further time twice as late, up to the time above. */
const SOONEST_MS = 50;
/** A busy process holds some permits more than it needs. Those of all processes are at most this part of the limit. */
const SPARE_PART = 4;

const script = new Script(PERMIT_SCRIPT);

export class SharedPermits implements PermitSupply {
  readonly #limit: ConcurrencyLimit;
  /** Permits in all. */
  readonly #all: number;
  readonly #store: SharedStore;
  readonly #leastProcesses: number;
  readonly #script: GuardScript;
  #held = 0;
  #leaseEndsAt = Number.NEGATIVE_INFINITY;
  /** What the process should keep, so that the others get their part; all permits while there are enough. */
  #keep: number;
  #processes: number;
  /** Most attempts in flight since the last request. */
  #peak = 0;
  #isAsking = false;
  /** Whether attempts took places without permits since the last answer. */
  #wasAlone = false;
  /** The others have the permits that attempts wait for: it is too early to ask again. */
  #refusedUntil = Number.NEGATIVE_INFINITY;
  #pauseMs = SOONEST_MS;
  /** Attempts in the queue that came for a place which other processes might leave. */
  readonly #hoping = new Set<Waiter>();
  readonly #timer: Timer = new CallbackTimer(() => this.#look());

  constructor(limit: ConcurrencyLimit, all: number, store: SharedStore, identity: SharedIdentity) {
    this.#limit = limit;
    this.#all = all;
    this.#store = store;
    this.#leastProcesses = identity.leastProcesses;
    this.#script = new GuardScript(store, identity, script, ['permits', 'processes'], length => length === 3);
    this.#keep = all;
    this.#processes = identity.leastProcesses;
    store.clock.expect(LOOK_EVERY_MS);
  }

  get max(): number {
    const {isAvailable, clock} = this.#store;
    if (!isAvailable) return Math.max(1, Math.floor(this.#all / this.#processes));
    // A process that was stopped for long finds its lease ended before its timers have fired.
    return clock.now() < this.#leaseEndsAt ? Math.min(this.#held, this.#keep) : 0;
  }

  get hoped(): number {
    const {isAvailable, clock} = this.#store;
    return isAvailable && clock.now() >= this.#refusedUntil ? this.#all - this.max : 0;
  }

  taken(): void {
    const {inFlight} = this.#limit;
    if (inFlight > this.#peak) this.#peak = inFlight;
    const {isAvailable} = this.#store;
    if (!isAvailable) this.#wasAlone = true;
    if (!this.#timer.armed) this.#arm(LOOK_EVERY_MS, this.#store.clock.now());
    const isLow = this.#held < this.#all && (this.#held - inFlight) * 2 < this.#spare;
    if (isLow && isAvailable && !this.#isAsking) this.#askUnlessRefused();
  }

  wanted(waiter: Waiter): void {
    if (this.#limit.waiting <= this.hoped) this.#hoping.add(waiter);
    if (this.#store.isAvailable && !this.#isAsking) this.#askUnlessRefused();
    else if (!this.#timer.armed) this.#arm(LOOK_EVERY_MS, this.#store.clock.now());
  }

  deny(): void {
    const isDenied = this.hoped === 0;
    for (const waiter of [...this.#hoping]) {
      const isWaiting = this.#limit.isWaiting(waiter);
      if (isWaiting && !isDenied) continue;
      if (this.#hoping.delete(waiter) && isWaiting) waiter.denied?.();
    }
  }

  freed(): void {
    if (this.#held > this.#keep && this.#store.isAvailable && !this.#isAsking) this.#ask(this.#store.clock.now());
  }

  #askUnlessRefused(): void {
    const now = this.#store.clock.now();
    if (now >= this.#refusedUntil) this.#ask(now);
    else this.#armBy(this.#refusedUntil, now);
  }

  /** None while others have too little. */
  get #spare(): number {
    return this.#keep < this.#all ? 0 : Math.floor(this.#all / (SPARE_PART * this.#processes));
  }

  get #needed(): number {
    return this.#limit.inFlight + this.#limit.waiting;
  }

  /** What the process wants to hold from now on. */
  get #target(): number {
    const needed = this.#needed;
    if (this.#held > this.#keep) return Math.max(this.#limit.inFlight, Math.min(needed, this.#keep));
    const likely = this.#keep < this.#all ? needed : Math.max(needed, this.#peak);
    return likely === 0 ? 0 : Math.min(this.#all, likely + this.#spare);
  }

  #look(): void {
    const {clock, isAvailable} = this.#store;
    const now = clock.now();
    const isIdle = this.#needed === 0 && this.#peak === 0;
    // Permits that cannot be given back lapse with their lease.
    if (isIdle && (this.#held === 0 || !isAvailable)) this.#held = 0;
    else if (!this.#isAsking) this.#ask(now);
    // Another guard may have lost Redis: then the share applies.
    if (!isAvailable) this.#limit.supplied();
  }

  #ask(now: number): void {
    if (!this.#store.mayAsk(now)) return this.#armBy(Math.max(this.#store.retryAt, now + SOONEST_MS), now);
    this.#isAsking = true;
    const target = this.#target;
    const needed = this.#needed;
    // What is given back is no longer used from this moment on, whenever Redis hears of it.
    this.#held = Math.min(this.#held, target);
    this.#peak = this.#limit.inFlight;
    let isInTime = true;
    this.#script.ask(
      this.#arguments(target, needed),
      now,
      ([held = 0, keep = 0, processes = 1], answeredAt) => {
        // The next request puts right what a late answer says.
        if (!isInTime) return;
        this.#isAsking = false;
        this.#wasAlone = false;
        this.#held = held;
        this.#leaseEndsAt = now + LEASE_MS;
        this.#keep = keep;
        this.#processes = processes;
        this.#answered(needed, answeredAt);
      },
      failedAt => {
        isInTime = false;
        this.#isAsking = false;
        this.#armBy(this.#store.retryAt, failedAt);
        this.#limit.supplied();
      },
    );
  }

  #arguments(target: number, needed: number): number[] {
    return [this.#all, LEASE_MS, this.#limit.inFlight, target, needed, this.#wasAlone ? 1 : 0, this.#leastProcesses];
  }

  #answered(needed: number, now: number): void {
    const isRefused = Math.min(this.#held, this.#keep) < needed;
    this.#refusedUntil = isRefused ? now + this.#pauseMs : Number.NEGATIVE_INFINITY;
    this.#pauseMs = isRefused ? Math.min(LOOK_EVERY_MS, this.#pauseMs * 2) : SOONEST_MS;
    this.#arm(isRefused ? this.#refusedUntil - now : LOOK_EVERY_MS, now);
    this.#limit.supplied();
    if (this.#isAsking) return;
    const {inFlight, waiting} = this.#limit;
    const mayGiveBack = this.#held > this.#keep && inFlight < this.#held;
    if (mayGiveBack || (waiting > 0 && !isRefused)) this.#ask(now);
  }

  #armBy(at: number, now: number): void {
    if (!this.#timer.armed || this.#timer.at > at) this.#arm(at - now, now);
  }

  /** The process may end meanwhile. */
  #arm(ms: number, now: number): void {
    const {clock} = this.#store;
    clock.disarm(this.#timer);
    clock.arm(this.#timer, Math.max(1, Math.ceil(ms)), now);
    clock.unref(this.#timer);
  }
}
