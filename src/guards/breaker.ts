/**
 * The circuit breaker: stops sending to an origin that fails, and admits a few probes before it closes again.
 *
 * Every attempt has the epoch in which it was admitted. A result of an earlier epoch concerns a former state and changes nothing: a slow
 * success must not close a breaker that has opened since, nor a slow failure reopen one.
 */
import type {BreakerState} from '../core/call-view.ts';
import type {Random} from '../core/random.ts';
import type {OpenTimeBreaker} from '../policy/trip-rule.ts';
import {Probe, Probing} from './probing.ts';
import {RatioTrip} from './ratio-trip.ts';
import type {ProbeLeases, RecoveryLine, Release} from './recovery-line.ts';
import {RunTrip} from './run-trip.ts';
import type {Health, Tracked, Trip} from './trip.ts';

/** Given to an admitted attempt, which records its result with it. An adaptive breaker numbers its attempts. */
export type Ticket = Tracked | Probe | number;
/** The ticket of attempts without a breaker. */
export const UNGUARDED: Ticket = Object.freeze({epoch: -1, end: () => false});

/** What a call needs of a breaker. */
export interface CircuitBreaker {
  /** The origin, or origin and route, that the breaker protects. */
  readonly guarded: string;
  /** Called on every change of state. */
  onChange: ((from: BreakerState, to: BreakerState) => void) | null;
  /** Null where a probe needs no consent of other processes. */
  readonly leases: ProbeLeases | null;
  /** Where refused attempts may wait; null where they fail at once. */
  readonly line: RecoveryLine | null;
  /** The current state. An open breaker whose open time has passed is half-open, even before the next attempt. */
  state(now: number): BreakerState;
  /** Milliseconds until the breaker may admit again; 0 if it may admit now, or if that depends on probes in flight. */
  retryAfterMs(now: number): number;
  /** Whether `admit` would refuse at that time, as far as can be known now. */
  refuses(at: number): boolean;
  /**
   * @param release What the attempt left the line with. Default: it did not wait.
   * @returns null if the attempt is not admitted.
   */
  admit(now: number, release?: Release | null): Ticket | null;
  /** Whether the attempt was sent to find out whether the origin is back. */
  isProbe(ticket: Ticket): boolean;
  record(ticket: Ticket, health: Health, now: number, beganAt: number): void;
  /** The body of an attempt that counts as a success broke off: it counts as a failure in its place. */
  bodyBroke(ticket: Ticket, now: number, beganAt: number): void;
}

const OPEN_SPREAD = 0.1;
/** The factor of an open time, 1 ± 0.1, so that the clients of an origin do not all probe it at once. */
export const openSpread = (random: Random): number => 1 - OPEN_SPREAD + 2 * OPEN_SPREAD * random();

/** What counts attempts in the epoch, and opens the breaker. */
export const tripOf = (policy: OpenTimeBreaker, epoch: number): Trip =>
  policy.kind === 'ratio' ? new RatioTrip(policy, epoch) : new RunTrip(policy.failures, epoch);

export class Breaker implements CircuitBreaker {
  readonly guarded: string;
  onChange: ((from: BreakerState, to: BreakerState) => void) | null = null;
  readonly leases: null = null;
  readonly line: null = null;
  readonly #policy: OpenTimeBreaker;
  readonly #random: Random;
  #state: BreakerState = 'closed';
  #epoch = 0;
  #openMs: number;
  #opensUntil = -Infinity;
  #trip: Trip;
  #probing: Probing;

  constructor(policy: OpenTimeBreaker, guarded: string, random: Random) {
    this.#policy = policy;
    this.#random = random;
    this.guarded = guarded;
    this.#openMs = policy.openMs;
    this.#trip = tripOf(this.#policy, this.#epoch);
    this.#probing = this.#newProbing();
  }

  state(now: number): BreakerState {
    return this.#state === 'open' && now >= this.#opensUntil ? 'half-open' : this.#state;
  }

  retryAfterMs(now: number): number {
    return Math.max(0, this.#opensUntil - now);
  }

  refuses(at: number): boolean {
    switch (this.state(at)) {
      case 'closed':
        return false;
      case 'open':
        return true;
      case 'half-open':
        return !this.#probing.hasPlace(at);
    }
  }

  admit(now: number): Ticket | null {
    if (this.#state === 'closed') return this.#trip.begin(now);
    if (this.#state === 'open') {
      if (now < this.#opensUntil) return null;
      this.#enter('half-open');
    }
    return this.#probing.hasPlace(now) ? this.#probing.admit(now) : null;
  }

  isProbe(ticket: Ticket): boolean {
    return ticket instanceof Probe;
  }

  bodyBroke(ticket: Ticket, now: number): void {
    this.record(ticket, 'failure', now);
  }

  record(ticket: Ticket, health: Health, now: number): void {
    if (typeof ticket === 'number' || ticket.epoch !== this.#epoch) return;
    if (ticket instanceof Probe) this.#recordProbe(ticket, health);
    else if (ticket.end(health)) this.#open(now);
  }

  #recordProbe(probe: Probe, health: Health): void {
    const next = this.#probing.end(probe, health);
    if (next === 'open') {
      const {openMs, maxOpenMs} = this.#policy;
      this.#openMs = Math.min(maxOpenMs ?? openMs, this.#openMs * 2);
      // Counted from when the last probe was sent: a probe that hung shows how the server was then.
      this.#open(this.#probing.lastAt);
    } else if (next === 'closed') {
      this.#openMs = this.#policy.openMs;
      this.#enter('closed');
    }
  }

  #open(since: number): void {
    this.#opensUntil = since + this.#openMs * openSpread(this.#random);
    this.#enter('open');
  }

  #enter(state: BreakerState): void {
    const from = this.#state;
    this.#state = state;
    this.#epoch++;
    if (state === 'closed') this.#trip = tripOf(this.#policy, this.#epoch);
    else this.#probing = this.#newProbing();
    this.onChange?.(from, state);
  }

  #newProbing(): Probing {
    return new Probing(this.#policy, this.#epoch, this.#openMs);
  }
}
