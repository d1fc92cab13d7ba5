/**
 * The half-open state: admits a few attempts, and decides by their results.
 *
 * The rule that closes a breaker matches the rule that opens it: the breaker opens again when as many probes failed as the rule requires,
 * and closes as soon as that cannot happen any more. If every probe had to succeed, a server that fails far less often than the ratio would
 * never be used again.
 */
import {failedProbesToOpen, type OpenTimeBreaker} from '../../policy/trip-rule.ts';
import type {Health} from '../trip.ts';

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
  /** Failed probes that open the breaker again. */
  readonly #enough: number;
  /** How long a probe without an answer holds its place. A policy without time limits has no other bound. */
  readonly #holdMs: number;
  readonly #inFlight = new Set<Probe>();
  #passed = 0;
  #failed = 0;
  /** When the last probe was admitted. */
  lastAt: number = -Infinity;

  constructor(policy: OpenTimeBreaker, epoch: number, holdMs: number) {
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
    // These probes lose their places. Their results still count.
    for (const probe of this.#inFlight) if (now >= probe.admittedAt + this.#holdMs) this.#inFlight.delete(probe);
    const probe = new Probe(this.#epoch, now);
    this.#inFlight.add(probe);
    this.lastAt = now;
    return probe;
  }

  /** @returns The state that follows; null while that is undecided. */
  end(probe: Probe, health: Health): 'open' | 'closed' | null {
    this.#inFlight.delete(probe); // Every result frees the place.
    if (health === 'failure') this.#failed++;
    else if (health === 'success') this.#passed++;
    else return null;
    if (this.#failed >= this.#enough) return 'open';
    return this.#passed > this.#probes - this.#enough ? 'closed' : null;
  }
}
