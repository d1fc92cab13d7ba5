/**
 * Half-open: a few attempts are let through, and what becomes of them decides.
 *
 * What closes a breaker fits what opens it: it opens again where as many probes failed as its rule asks for, and closes as soon
 * as that cannot happen any more. Were every probe to succeed, a server with failures far below the ratio would stay cut off.
 */
import {failedProbesToOpen} from '../policy/trip-rule.ts';
import type {Breaker as BreakerPolicy} from '../policy/types.ts';
import type {Health} from './trip.ts';

export class Probe {
  readonly epoch: number;
  readonly admittedAt: number;

  constructor(epoch: number, admittedAt: number) {
    this.epoch = epoch;
    this.admittedAt = admittedAt;
  }
}

export class Probing {
  readonly #epoch: number;
  readonly #probes: number;
  /** How many have to fail for the breaker to open again. */
  readonly #enough: number;
  /** How long a probe without an answer holds its place. Without time limits it might hold it for ever. */
  readonly #holdMs: number;
  readonly #inFlight = new Set<Probe>();
  #passed = 0;
  #failed = 0;
  /** When the last probe was let through. */
  lastAt: number = Number.NEGATIVE_INFINITY;

  constructor(policy: BreakerPolicy, epoch: number, holdMs: number) {
    this.#epoch = epoch;
    this.#probes = policy.probes;
    this.#enough = failedProbesToOpen(policy);
    this.#holdMs = holdMs;
  }

  hasPlace(at: number): boolean {
    let taken = this.#passed + this.#failed;
    for (const {admittedAt} of this.#inFlight) if (at < admittedAt + this.#holdMs) taken++;
    return taken < this.#probes;
  }

  admit(now: number): Probe {
    // One that held its place for too long has lost it; what it says in the end still counts.
    for (const probe of this.#inFlight) if (now >= probe.admittedAt + this.#holdMs) this.#inFlight.delete(probe);
    const probe = new Probe(this.#epoch, now);
    this.#inFlight.add(probe);
    this.lastAt = now;
    return probe;
  }

  /** @returns The state that follows; null while that is undecided. */
  end(probe: Probe, health: Health): 'open' | 'closed' | null {
    this.#inFlight.delete(probe); // Whatever it says, its place is free.
    if (health === 'failure') this.#failed++;
    else if (health === 'success') this.#passed++;
    else return null;
    if (this.#failed >= this.#enough) return 'open';
    return this.#passed > this.#probes - this.#enough ? 'closed' : null;
  }
}
