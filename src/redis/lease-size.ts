/** How much of a quota a process leases ahead of need, and for how long: by how far away Redis is, and by how much the process used of late. */
import type {QuotaLimit} from '../guards/quota-limit.ts';
import type {SharedStore} from './shared-store.ts';

/** A lease lasts for this part of the shortest window, within limits. */
const LEASE_PART = 32;
const SHORTEST_LEASE_MS = 50;
const LONGEST_LEASE_MS = 2000;
/** A lease lasts for so many round trips at least, up to a time: one until the grant arrives, one until the next one does, and delays. */
const LEASE_ROUND_TRIPS = 4;
const LONGEST_SLOW_LEASE_MS = 10_000;
/** A lease is at most this part of a limit, or what the limit allows in these round trips. Of a smaller limit nothing is leased ahead of need. */
const LEASE_SHARE = 64;
/** What was used counts for so many leases: by a single use nothing is leased ahead of need. */
const USED_LEASES = 4;

export class LeaseSize {
  readonly #limits: readonly QuotaLimit[];
  readonly #store: SharedStore;
  /** How long a lease lasts if Redis is near. */
  readonly leastMs: number;
  /** What was used of each limit of late, in a millisecond; a use counts less, the longer ago it was. */
  readonly #rates: number[];
  #usedAt = 0;

  constructor(limits: readonly QuotaLimit[], store: SharedStore) {
    this.#limits = limits;
    this.#store = store;
    this.#rates = limits.map(() => 0);
    const part = Math.ceil(Math.min(...limits.map(({policy}) => policy.perMs)) / LEASE_PART);
    this.leastMs = Math.min(LONGEST_LEASE_MS, Math.max(SHORTEST_LEASE_MS, part));
    store.clock.expect(this.leastMs);
  }

  get leaseMs(): number {
    return this.#leaseOver(this.#store.roundTripMs);
  }

  /** How long amounts are leased ahead of need: one late answer does not make them more. */
  get #usualMs(): number {
    return this.#leaseOver(this.#store.usualRoundTripMs);
  }

  #leaseOver(roundTripMs: number): number {
    return Math.max(this.leastMs, Math.min(LONGEST_SLOW_LEASE_MS, Math.ceil(LEASE_ROUND_TRIPS * roundTripMs)));
  }

  /** The most that is leased of a limit at once, while other processes wait or before it is needed. */
  most(index: number): number {
    const {max, perMs} = this.#limits[index]!.policy;
    const slow = Math.min(1, (LEASE_ROUND_TRIPS * this.#store.usualRoundTripMs) / perMs);
    return Math.ceil(max * Math.max(1 / LEASE_SHARE, slow));
  }

  use(amounts: readonly number[], now: number): void {
    const left = this.#leftOf(now);
    const usedMs = USED_LEASES * this.#usualMs;
    for (const [index, amount] of amounts.entries()) this.#rates[index] = this.#rates[index]! * left + amount / usedMs;
    this.#usedAt = now;
  }

  /** What to lease of each limit ahead of need: what is likely to be used during a lease. */
  likely(now: number): number[] {
    const ms = this.#usualMs * this.#leftOf(now);
    return this.#limits.map(({policy}, index) =>
      policy.max < LEASE_SHARE ? 0 : Math.min(this.most(index), Math.round(this.#rates[index]! * ms)),
    );
  }

  /** The part that a use until now has of its weight. */
  #leftOf(now: number): number {
    return Math.exp((this.#usedAt - now) / (USED_LEASES * this.#usualMs));
  }
}
