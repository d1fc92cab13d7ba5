/**
 * An adaptive breaker that several processes share. Each process counts its own attempts, has its own line and lets its own load return step by
 * step; the first one to notice an outage opens the breaker for all. While it is open, a probe needs a lease, so that all processes together
 * send one at a time; the success of any lets the load of all return.
 *
 * While Redis does not answer, each process probes on its own.
 */
import type {BreakerState} from '../core/call-view.ts';
import type {Random} from '../core/random.ts';
import {AdaptiveBreaker} from '../guards/adaptive/adaptive-breaker.ts';
import type {CircuitBreaker, Ticket} from '../guards/breaker.ts';
import {openSpread} from '../guards/open-spread.ts';
import type {ProbeLeases, RecoveryLine, RecoveryWaiter, Release, WaitingCall} from '../guards/recovery-line.ts';
import type {Health} from '../guards/trip.ts';
import {probeGapMs} from '../policy/trip-rule.ts';
import type {AdaptiveBreaker as AdaptivePolicy} from '../policy/types.ts';
import {BREAKER_SCRIPT} from './breaker-script.ts';
import {GuardScript} from './guard-script.ts';
import {LeaseRequests} from './lease-requests.ts';
import {LOOK_EVERY_MS} from './shared-breaker.ts';
import type {SharedIdentity} from './shared-identity.ts';
import {Script, type SharedStore} from './shared-store.ts';

const script = new Script(BREAKER_SCRIPT);
/** The time between probes grows as that of one process does: by an eighth of the age of the outage. */
const GROWTH = 9 / 8;
const CLOSED = 0;

/** A lease that an attempt has taken. */
interface Lease {
  readonly id: string;
  /** The epoch in Redis that it belongs to. */
  readonly epoch: number;
}

interface Request {
  readonly what: 'look' | 'open' | 'lease' | 'result';
  /** Further arguments. */
  readonly more?: readonly string[];
  /** The epoch that the request is about. Default: the one that is known. */
  readonly epoch?: number;
}

export class SharedAdaptiveBreaker implements CircuitBreaker, RecoveryLine {
  readonly guarded: string;
  readonly leases: ProbeLeases;
  onChange: ((from: BreakerState, to: BreakerState) => void) | null = null;
  readonly #policy: AdaptivePolicy;
  readonly #own: AdaptiveBreaker;
  readonly #random: Random;
  readonly #store: SharedStore;
  readonly #script: GuardScript;
  /** In Redis, as far as known. */
  #epoch = 0;
  /** A lease that no attempt has taken yet. */
  #lease: Lease | null = null;
  #leaseEndsAt = -Infinity;
  readonly #taken = new Map<Ticket, Lease>();
  /** Redis has no probe to lease before. */
  #refusedUntil = -Infinity;
  #lookedAt = -Infinity;
  /** The state of Redis is being adopted. */
  #isAdopting = false;

  constructor(policy: AdaptivePolicy, guarded: string, random: Random, store: SharedStore, identity: SharedIdentity) {
    this.#policy = policy;
    this.guarded = guarded;
    this.#random = random;
    this.#store = store;
    this.#own = new AdaptiveBreaker(policy, guarded, random);
    this.#own.onChange = (from, to) => {
      if (to === 'open' && !this.#isAdopting) this.#ask({what: 'open'}, store.clock.now());
      this.onChange?.(from, to);
    };
    const requests = new LeaseRequests((_waiting, now, ended) => this.#ask({what: 'lease', more: ['1']}, now, ended));
    this.leases = {
      timeoutMs: store.timeoutMs,
      needed: now => this.#needsLease && !this.#hasLease(now) && !this.#isRefused(now),
      join: (waiter, now) => requests.join(waiter, now),
      leave: waiter => requests.leave(waiter),
    };
    this.#script = new GuardScript(
      store,
      identity,
      script,
      ['state', 'probes'],
      length => length === 4 || length === 5,
    );
  }

  state(): BreakerState {
    return this.#own.state();
  }

  retryAfterMs(now: number): number {
    return this.#isRefused(now) ? this.#refusedUntil - now : this.#own.retryAfterMs(now);
  }

  refuses(at: number): boolean {
    return this.#own.refuses(at) || this.#isRefused(at);
  }

  admit(now: number, release: Release | null = null): Ticket | null {
    this.#look(now);
    if (!this.#needsLease) return this.#own.admit(now, release);
    if (!this.#hasLease(now)) return null;
    const ticket = this.#own.admit(now, release) ?? this.#own.begin(now);
    this.#taken.set(ticket, this.#lease!);
    this.#lease = null;
    return ticket;
  }

  record(ticket: Ticket, health: Health, now: number, beganAt: number): void {
    const lease = this.#taken.get(ticket);
    if (this.#taken.delete(ticket)) this.#ask({what: 'result', more: [lease!.id, health], epoch: lease!.epoch}, now);
    this.#own.record(ticket, health, now, beganAt);
  }

  bodyBroke(ticket: Ticket, now: number): void {
    this.#own.bodyBroke(ticket, now);
  }

  // The line.

  get line(): RecoveryLine {
    return this;
  }

  get waiting(): number {
    return this.#own.waiting;
  }

  waitableMs(call: WaitingCall): number {
    return this.#own.waitableMs(call);
  }

  asked(now: number): void {
    this.#look(now);
    this.#own.asked(now);
  }

  join(waiter: RecoveryWaiter, now: number): void {
    this.#look(now);
    this.#own.join(waiter, now);
  }

  leave(waiter: RecoveryWaiter): void {
    this.#own.leave(waiter);
  }

  // Redis.

  get #needsLease(): boolean {
    return this.#own.state() === 'open' && this.#store.isAvailable;
  }

  #hasLease(at: number): boolean {
    return this.#lease !== null && at < this.#leaseEndsAt;
  }

  /** Another process has the probe. */
  #isRefused(at: number): boolean {
    return this.#needsLease && at < this.#refusedUntil && !this.#hasLease(at);
  }

  #look(now: number): void {
    if (now - this.#lookedAt < LOOK_EVERY_MS || !this.#store.mayAsk(now)) return;
    this.#lookedAt = now;
    this.#ask({what: 'look'}, now);
  }

  /** @param ended Called when Redis has answered, and when it has not in time: both where it answers late. */
  #ask({what, more = [], epoch = this.#epoch}: Request, now: number, ended: () => void = () => {}): void {
    const {demandMs, patienceMs} = this.#own;
    const longestMs = probeGapMs(this.#policy, Infinity, demandMs);
    const spread = openSpread(this.#random);
    const numbers = [
      epoch,
      this.#policy.minProbeMs,
      Math.round(longestMs),
      1,
      1,
      GROWTH,
      Math.round(patienceMs),
      spread,
    ];
    this.#script.ask(
      [what, ...numbers, ...more],
      now,
      (reply, answeredAt) => {
        this.#adopt(reply, what, now, answeredAt);
        ended();
      },
      ended,
    );
  }

  #adopt(reply: readonly number[], what: Request['what'], askedAt: number, now: number): void {
    const [epoch = 0, state = CLOSED, leftMs = 0, leaseMs = 0, probe] = reply;
    const isNew = epoch !== this.#epoch;
    this.#epoch = epoch;
    if (what === 'lease') {
      this.#lease = probe === undefined ? null : {id: String(probe), epoch};
      this.#leaseEndsAt = askedAt + leaseMs;
      this.#refusedUntil = probe === undefined ? now + Math.min(LOOK_EVERY_MS, Math.max(1, leftMs)) : -Infinity;
    }
    this.#isAdopting = true;
    try {
      if (state !== CLOSED) {
        if (this.#own.state() === 'closed') this.#own.open(now);
      } else if (this.#own.state() === 'open' && (isNew || what === 'lease')) this.#own.grow(0, now); // Else it is open here alone, and Redis is about to learn of it.
    } finally {
      this.#isAdopting = false;
    }
  }
}
