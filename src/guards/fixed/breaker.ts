/**
 * A breaker that stays open for a fixed time, and then admits a few probes before it closes again.
 *
 * Every attempt has the epoch in which it was admitted. A result of an earlier epoch concerns a former state and changes nothing: a slow
 * success must not close a breaker that has opened since, nor a slow failure reopen one.
 */
import type {BreakerState} from '../../core/call-view.ts';
import type {Random} from '../../core/random.ts';
import type {OpenTimeBreaker} from '../../policy/trip-rule.ts';
import type {CircuitBreaker, Ticket} from '../breaker.ts';
import {openSpread} from '../open-spread.ts';
import type {Health, Trip} from '../trip.ts';
import {Probe, Probing} from './probing.ts';
import {RatioTrip} from './ratio-trip.ts';
import {RunTrip} from './run-trip.ts';

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
