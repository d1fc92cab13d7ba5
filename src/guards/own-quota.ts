/** The quota of a policy at one origin: one for all calls, or one for each account. */
import type {QuotaSnapshot} from '../core/guard-snapshot.ts';
import type {Quota} from './quota.ts';
import {QuotaAccounts} from './quota-accounts.ts';

export class OwnQuota {
  /** The quota of calls whose account is not known, where each account has one. */
  readonly quota: Quota;
  /** null: all accounts have one quota. */
  readonly accounts: QuotaAccounts | null;
  readonly #route: string | undefined;

  /** @param per How accounts are told apart; empty if all have one quota. */
  constructor(make: () => Quota, per: readonly string[], route: string | undefined) {
    this.accounts = per.length === 0 ? null : new QuotaAccounts(make);
    this.quota = this.accounts === null ? make() : this.accounts.of('');
    this.#route = route;
  }

  inUse(now: number): boolean {
    return this.#all.some(quota => quota.inUse(now));
  }

  /** What all accounts together show: who waits, the longest hold, and what is left where it is least. */
  snapshot(now: number): QuotaSnapshot {
    const [first, ...others] = this.#all.map(quota => quota.snapshot(now));
    const all = others.reduce(
      (all, one) => ({
        waiting: all.waiting + one.waiting,
        heldMs: Math.max(all.heldMs, one.heldMs),
        learnedPerSecond: undefined,
        limits: all.limits.map((limit, index) => ({...limit, left: Math.min(limit.left, one.limits[index]!.left)})),
      }),
      first!,
    );
    return {route: this.#route, ...all};
  }

  get #all(): readonly Quota[] {
    return this.accounts === null ? [this.quota] : [...this.accounts.values()];
  }
}
