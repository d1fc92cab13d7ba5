/**
 * The circuit breaker: stops sending to an origin that fails, and asks carefully before it trusts it again.
 *
 * Every attempt carries the epoch it was admitted in. A result of an earlier epoch speaks of a former state and changes
 * nothing: a slow success must not close a breaker that has opened since, nor a slow failure reopen one.
 */
import type {BreakerState} from '../core/call-view.ts';
import type {Random} from '../core/random.ts';
import type {Breaker as BreakerPolicy} from '../policy/types.ts';
import {SlidingWindow} from './sliding-window.ts';

/** What an attempt has to say about its origin. `nothing`: 429, an abort by the caller, a refusal of ours. */
export type Health = 'success' | 'failure' | 'nothing';
/** What `admit` says when the breaker refuses. */
export const NOT_ADMITTED = -1;

/** Open times are spread by ±10 %, or every client of an origin would probe it at once. */
const SPREAD = 0.1;

export class Breaker {
  /** The origin, or origin and route, it stands before. */
  readonly guarded: string;
  /** Told of every change of state. */
  onChange: ((from: BreakerState, to: BreakerState) => void) | null = null;
  readonly #policy: BreakerPolicy;
  readonly #random: Random;
  readonly #trip: Trip;
  #state: BreakerState = 'closed';
  #epoch = 0;
  #openMs: number;
  #opensUntil = Number.NEGATIVE_INFINITY;
  #probesInFlight = 0;
  #probesPassed = 0;

  constructor(policy: BreakerPolicy, guarded: string, random: Random) {
    this.#policy = policy;
    this.#random = random;
    this.guarded = guarded;
    this.#trip =
      policy.kind === 'ratio'
        ? new RatioTrip(policy.failureRatio, policy.minCalls, policy.windowMs)
        : new RunTrip(policy.failures);
    this.#openMs = policy.openMs;
  }

  /** The state now: an open breaker whose time is over is half-open before anyone asked. */
  state(now: number): BreakerState {
    return this.#state === 'open' && now >= this.#opensUntil ? 'half-open' : this.#state;
  }

  /** Milliseconds until it may admit again; 0 when it may now. Where only a probe's result can tell, 0 too. */
  retryAfterMs(now: number): number {
    return Math.max(0, this.#opensUntil - now);
  }

  /** Whether `admit` would refuse at that time, as far as can be known now. */
  refuses(at: number): boolean {
    switch (this.state(at)) {
      case 'closed':
        return false;
      case 'open':
        return true;
      case 'half-open':
        return !this.#hasProbeFree();
    }
  }

  /** @returns The epoch to report the result with, or `NOT_ADMITTED`. */
  admit(now: number): number {
    if (this.#state === 'closed') return this.#epoch;
    if (this.#state === 'open') {
      if (now < this.#opensUntil) return NOT_ADMITTED;
      this.#enter('half-open');
    }
    if (!this.#hasProbeFree()) return NOT_ADMITTED;
    this.#probesInFlight++;
    return this.#epoch;
  }

  record(epoch: number, health: Health, now: number): void {
    if (epoch !== this.#epoch) return;
    if (this.#state === 'half-open') this.#recordProbe(health, now);
    else if (health !== 'nothing' && this.#trip.record(health === 'success', now)) this.#open(now);
  }

  #recordProbe(health: Health, now: number): void {
    this.#probesInFlight--; // Whatever it says, its place is free.
    if (health === 'failure') {
      this.#openMs = Math.min(this.#policy.maxOpenMs, this.#openMs * 2);
      this.#open(now);
    } else if (health === 'success' && ++this.#probesPassed >= this.#policy.probes) {
      this.#openMs = this.#policy.openMs;
      this.#enter('closed');
    }
  }

  #hasProbeFree(): boolean {
    return this.#probesInFlight + this.#probesPassed < this.#policy.probes;
  }

  #open(now: number): void {
    this.#opensUntil = now + this.#openMs * (1 - SPREAD + 2 * SPREAD * this.#random());
    this.#enter('open');
  }

  #enter(state: BreakerState): void {
    const from = this.#state;
    this.#state = state;
    this.#epoch++;
    this.#probesInFlight = 0;
    this.#probesPassed = 0;
    this.#trip.reset();
    this.onChange?.(from, state);
  }
}

/** Says when a closed breaker has seen enough. */
interface Trip {
  record(ok: boolean, now: number): boolean;
  reset(): void;
}

/** A share of the attempts of the window failed, and there were enough of them to mean something. */
class RatioTrip implements Trip {
  readonly #failureRatio: number;
  readonly #minCalls: number;
  readonly #window: SlidingWindow;

  constructor(failureRatio: number, minCalls: number, windowMs: number) {
    this.#failureRatio = failureRatio;
    this.#minCalls = minCalls;
    this.#window = new SlidingWindow(windowMs);
  }

  record(ok: boolean, now: number): boolean {
    this.#window.addAll(now);
    if (ok) return false;
    this.#window.addMarked(now);
    // Rounding must not ask for one more: 100 × 0.55 is 55.00000000000001.
    const enough = this.#window.all * this.#failureRatio - 1e-9;
    return this.#window.all >= this.#minCalls && this.#window.marked >= enough;
  }

  reset(): void {
    this.#window.clear();
  }
}

/** Failures in a row. */
class RunTrip implements Trip {
  readonly #failures: number;
  #run = 0;

  constructor(failures: number) {
    this.#failures = failures;
  }

  record(ok: boolean): boolean {
    this.#run = ok ? 0 : this.#run + 1;
    return this.#run >= this.#failures;
  }

  reset(): void {
    this.#run = 0;
  }
}
