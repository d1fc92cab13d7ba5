/**
 * A breaker that several processes share. Each process counts its own attempts; the first one to open its breaker opens it for all. The
 * others look a few times a second, so a decision never waits for Redis. Only a probe does: it needs a lease, so that all processes
 * together send no more probes than the policy says.
 *
 * While Redis does not answer, each process is on its own. It sends no probe then, because it has no lease: when the open time has passed,
 * the breaker closes, and counts anew.
 */
import type {BreakerState} from '../core/call-view.ts';
import type {Random} from '../core/random.ts';
import type {CircuitBreaker, Ticket} from '../guards/breaker.ts';
import {tripOf} from '../guards/fixed/breaker.ts';
import {Probe} from '../guards/fixed/probing.ts';
import {openSpread} from '../guards/open-spread.ts';
import type {ProbeLeases, RecoveryWaiter} from '../guards/recovery-line.ts';
import type {Health, Trip} from '../guards/trip.ts';
import {failedProbesToOpen, type OpenTimeBreaker} from '../policy/trip-rule.ts';
import {BREAKER_SCRIPT} from './breaker-script.ts';
import {GuardScript} from './guard-script.ts';
import {LeaseRequests} from './lease-requests.ts';
import type {SharedIdentity} from './shared-identity.ts';
import {Script, type SharedStore} from './shared-store.ts';

/** How often a process looks whether another one has opened the breaker. */
export const LOOK_EVERY_MS = 250;
/** The open time doubles, up to `maxOpenMs`. */
const GROWTH = 2;
const STATES: readonly BreakerState[] = ['closed', 'open', 'half-open'];

const script = new Script(BREAKER_SCRIPT);

/** A probe with a lease. */
class LeasedProbe extends Probe {
  readonly id: string;
  /** The epoch in Redis that the probe belongs to. */
  readonly sharedEpoch: number;

  constructor(epoch: number, admittedAt: number, id: string, sharedEpoch: number) {
    super(epoch, admittedAt);
    this.id = id;
    this.sharedEpoch = sharedEpoch;
  }
}

interface Request {
  readonly what: 'look' | 'open' | 'lease' | 'result';
  /** Further arguments. */
  readonly more?: readonly string[];
  /** The epoch that the request is about. Default: the one that is known. */
  readonly epoch?: number;
  readonly spread?: number;
}

export class SharedBreaker implements CircuitBreaker, ProbeLeases {
  readonly guarded: string;
  onChange: ((from: BreakerState, to: BreakerState) => void) | null = null;
  readonly line: null = null;
  readonly #policy: OpenTimeBreaker;
  readonly #random: Random;
  readonly #store: SharedStore;
  readonly #script: GuardScript;
  #state: BreakerState = 'closed';
  /** The epoch of this process: that of tickets. */
  #epoch = 0;
  /** In Redis, as far as known. */
  #sharedEpoch = 0;
  #opensUntil = Number.NEGATIVE_INFINITY;
  #trip: Trip;
  /** Leased probes that are not sent yet. */
  #leased: string[] = [];
  #leasesEndAt = Number.NEGATIVE_INFINITY;
  /** Redis has no probe to lease before. */
  #refusedUntil = Number.NEGATIVE_INFINITY;
  #lookedAt = Number.NEGATIVE_INFINITY;
  readonly #requests = new LeaseRequests((waiting, now, ended) =>
    this.#ask({what: 'lease', more: [String(waiting)]}, now, ended),
  );

  constructor(policy: OpenTimeBreaker, guarded: string, random: Random, store: SharedStore, identity: SharedIdentity) {
    this.#policy = policy;
    this.guarded = guarded;
    this.#random = random;
    this.#store = store;
    this.#script = new GuardScript(
      store,
      identity,
      script,
      ['state', 'probes'],
      length => length >= 4 && length <= 4 + policy.probes,
    );
    this.#trip = tripOf(this.#policy, this.#epoch);
  }

  get leases(): ProbeLeases {
    return this;
  }

  get timeoutMs(): number {
    return this.#store.timeoutMs;
  }

  state(now: number): BreakerState {
    return this.#state === 'open' && now >= this.#opensUntil ? 'half-open' : this.#state;
  }

  retryAfterMs(now: number): number {
    return this.#state === 'open' ? Math.max(0, this.#opensUntil - now) : 0;
  }

  refuses(at: number): boolean {
    switch (this.state(at)) {
      case 'closed':
        return false;
      case 'open':
        return true;
      case 'half-open':
        return this.#store.isAvailable && at < this.#refusedUntil && !this.#hasLease(at);
    }
  }

  needed(now: number): boolean {
    return this.state(now) === 'half-open' && this.#store.isAvailable && !this.#hasLease(now);
  }

  join(waiter: RecoveryWaiter, now: number): void {
    this.#requests.join(waiter, now);
  }

  leave(waiter: RecoveryWaiter): void {
    this.#requests.leave(waiter);
  }

  admit(now: number): Ticket | null {
    switch (this.state(now)) {
      case 'open':
        return null;
      case 'closed':
        if (now - this.#lookedAt >= LOOK_EVERY_MS) this.#look(now);
        return this.#trip.begin(now);
      case 'half-open':
        return this.#store.isAvailable ? this.#admitProbe(now) : this.#admitAlone(now);
    }
  }

  bodyBroke(ticket: Ticket, now: number): void {
    this.record(ticket, 'failure', now);
  }

  record(ticket: Ticket, health: Health, now: number): void {
    if (typeof ticket === 'number') return;
    if (ticket instanceof LeasedProbe) {
      // Also of an earlier epoch of this process: Redis knows whether the result still counts.
      this.#ask({what: 'result', more: [ticket.id, health], epoch: ticket.sharedEpoch}, now);
      return;
    }
    if (ticket.epoch !== this.#epoch || ticket instanceof Probe || !ticket.end(health)) return;
    const spread = openSpread(this.#random);
    this.#opensUntil = now + this.#policy.openMs * spread;
    this.#enter('open');
    this.#ask({what: 'open', spread}, now);
  }

  #hasLease(at: number): boolean {
    return this.#leased.length > 0 && at < this.#leasesEndAt;
  }

  #admitProbe(now: number): Ticket | null {
    if (!this.#hasLease(now)) return null;
    if (this.#state === 'open') this.#enter('half-open');
    return new LeasedProbe(this.#epoch, now, this.#leased.shift()!, this.#sharedEpoch);
  }

  #admitAlone(now: number): Ticket {
    this.#enter('closed');
    return this.#trip.begin(now);
  }

  #look(now: number): void {
    this.#lookedAt = now;
    if (this.#store.mayAsk(now)) this.#ask({what: 'look'}, now);
  }

  /** @param ended Called when Redis has answered, and when it has not in time: both where it answers late. */
  #ask(request: Request, now: number, ended: () => void = () => {}): void {
    const {what, more = [], epoch = this.#sharedEpoch, spread = openSpread(this.#random)} = request;
    const {openMs, maxOpenMs, probes} = this.#policy;
    const numbers = [epoch, openMs, maxOpenMs ?? openMs, probes, failedProbesToOpen(this.#policy), GROWTH, 0, spread];
    this.#script.ask(
      [what, ...numbers, ...more],
      now,
      (reply, answeredAt) => {
        // An answer that comes late is still the state; leases that came too late end by themselves.
        this.#adopt(reply, what, now, answeredAt);
        ended();
      },
      ended,
    );
  }

  #adopt(reply: readonly number[], what: string, askedAt: number, now: number): void {
    const [epoch = 0, number = 0, leftMs = 0, leaseMs = 0, ...probes] = reply;
    const state = STATES[number] ?? 'closed';
    const isNew = epoch !== this.#sharedEpoch;
    this.#sharedEpoch = epoch;
    if (what === 'lease') {
      this.#leased = probes.map(String);
      this.#leasesEndAt = askedAt + leaseMs;
      this.#refusedUntil = probes.length > 0 ? Number.NEGATIVE_INFINITY : now + LOOK_EVERY_MS;
    }
    if (state === 'closed') {
      // An open breaker of this process alone: Redis is about to learn of it, unless it was lost meanwhile.
      if (this.#state !== 'closed' && (isNew || what === 'lease')) this.#enter('closed');
    } else if (state === 'open') {
      if (isNew || this.#state === 'closed') {
        this.#opensUntil = now + leftMs;
        this.#enter('open');
      }
    } else if (this.#state === 'closed' || (isNew && this.#state === 'open')) {
      this.#opensUntil = Math.min(this.#opensUntil, now);
      this.#enter('half-open');
    }
  }

  #enter(state: BreakerState): void {
    const from = this.#state;
    this.#state = state;
    this.#epoch++;
    if (state === 'closed') this.#trip = tripOf(this.#policy, this.#epoch);
    if (state === 'open') {
      this.#leased = [];
      this.#refusedUntil = Number.NEGATIVE_INFINITY;
    }
    if (from !== state) this.onChange?.(from, state);
  }
}
