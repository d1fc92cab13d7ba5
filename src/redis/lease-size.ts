/** How much of a quota a process leases, and for how long: by how far away Redis is, and by what was used since it was asked last. */
import type {QuotaLimit} from '../guards/quota-limit.ts';
import type {SharedStore} from './shared-store.ts';

/** A lease lasts for this part of the shortest window, within limits. */
const LEASE_PART = 32;
const SHORTEST_LEASE_MS = 50;
const LONGEST_LEASE_MS = 2000;
/** A lease lasts for so many round trips at least, up to a time: one until the grant arrives, one until the next one does, and delays. */
const LEASE_ROUND_TRIPS = 4;
const LONGEST_SLOW_LEASE_MS = 10_000;
/** A lease is at most this part of a limit, or what the limit allows in these round trips. */
const LEASE_SHARE = 64;

export class LeaseSize {
  readonly #limits: readonly QuotaLimit[];
  readonly #store: SharedStore;
  readonly #leastMs: number;
  /** What was used of each limit since Redis was asked last. */
  readonly #used: number[];
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(limits: readonly QuotaLimit[], store: SharedStore) {
    this.#limits = limits;
    this.#store = store;
    this.#used = limits.map(() => 0);
    const part = Math.ceil(Math.min(...limits.map(({policy}) => policy.perMs)) / LEASE_PART);
    this.#leastMs = Math.min(LONGEST_LEASE_MS, Math.max(SHORTEST_LEASE_MS, part));
    store.clock.expect(this.#leastMs);
  }

  get leaseMs(): number {
    const roundTripsMs = Math.min(LONGEST_SLOW_LEASE_MS, Math.ceil(LEASE_ROUND_TRIPS * this.#store.roundTripMs));
    return Math.max(this.#leastMs, roundTripsMs);
  }

  /** The most that is leased of a limit before it is needed. */
  most(index: number): number {
    const {max, perMs} = this.#limits[index]!.policy;
    const slow = Math.min(1, (LEASE_ROUND_TRIPS * this.#store.roundTripMs) / perMs);
    return Math.ceil(max * Math.max(1 / LEASE_SHARE, slow));
  }

  use(amounts: readonly number[]): void {
    for (const [index, amount] of amounts.entries()) this.#used[index]! += amount;
  }

  /** What is likely to be used of each limit during a lease. */
  likely(now: number): number[] {
    const leases = this.leaseMs / Math.max(1, now - this.#askedAt);
    return this.#used.map((amount, index) => Math.min(this.most(index), Math.round(amount * leases)));
  }

  asked(now: number): void {
    this.#askedAt = now;
    this.#used.fill(0);
  }
}
