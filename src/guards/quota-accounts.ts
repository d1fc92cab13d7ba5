/** The quotas of the accounts at one origin, where `quota.per` says that each credential, or each model, has its own. */
import {Lru} from '../core/lru.ts';
import type {Quota} from './quota.ts';

/** Accounts whose quotas are kept. The one not used for longest is forgotten: its calls begin with a new one. */
const KEPT_ACCOUNTS = 1000;

export class QuotaAccounts {
  readonly #make: () => Quota;
  readonly #quotas = new Lru<string, Quota>(KEPT_ACCOUNTS);

  constructor(make: () => Quota) {
    this.#make = make;
  }

  /** @param account As `accountOf` names it; "" where nothing is known of it. */
  of(account: string): Quota {
    let quota = this.#quotas.get(account);
    if (quota === undefined) {
      quota = this.#make();
      this.#quotas.add(account, quota);
    }
    return quota;
  }

  values(): Iterable<Quota> {
    return this.#quotas.values();
  }
}
