/**
 * The guard port: who makes the guards of an origin. The registry shares what is made, keeps it and forgets it; the state behind a guard
 * may be this process's own, or one that several processes share.
 */
import type {StoreListener} from '../core/guard-snapshot.ts';
import type {Random} from '../core/random.ts';
import type {OpenTimeBreaker} from '../policy/trip-rule.ts';
import type {
  Breaker as BreakerPolicy,
  Budget as BudgetPolicy,
  Concurrency as ConcurrencyPolicy,
  Hedging,
  Quota as QuotaPolicy,
} from '../policy/types.ts';
import {AdaptiveBreaker} from './adaptive/adaptive-breaker.ts';
import type {CircuitBreaker} from './breaker.ts';
import type {Budget} from './budget.ts';
import type {ConcurrencyLimit} from './concurrency.ts';
import type {EndpointLoad, OriginLoad} from './endpoint-load.ts';
import type {HedgeLoad} from './hedge-load.ts';
import type {OwnQuota} from './own-quota.ts';
import type {Quota} from './quota.ts';
import {RatioBudget} from './ratio-budget.ts';
import {TokenBucket} from './token-bucket.ts';

/** Makes guards. Each method is called once for each guard that calls share, never once for each call. */
export interface GuardFactory {
  budget(settings: BudgetPolicy, origin: string): Budget;
  /** @param guarded The origin, or origin and route, that the guard protects. */
  breaker(settings: BreakerPolicy, guarded: string): CircuitBreaker;
  quota(settings: QuotaPolicy, guarded: string): Quota;
  concurrency(settings: ConcurrencyPolicy, origin: string): ConcurrencyLimit;
  /** The store that the guards share with other processes. Undefined without one. */
  readonly store?: GuardStore;
}

/** Where several processes keep the state of guards. */
export interface GuardStore {
  /** Whether the store answers. */
  readonly isAvailable: boolean;
  /** Called whenever that changes, and when processes are found to differ. */
  readonly listeners: Set<StoreListener>;
}

/** Guards whose state several processes share: the port `guards` of a client. Made by `redisGuards` of `steadfetch/redis`. */
export interface SharedGuards {
  /** Whether the store answers. If not, each process goes on with its share. */
  readonly isAvailable: boolean;
  /** @internal */
  readonly factory: GuardFactory;
}

/** Makes the guards that not every policy has. Each is null before the function of its feature was called, and no policy with it is taken then. */
export const optionalGuards: {
  /** Set by `useFixedBreakers`. */
  fixedBreaker: ((settings: OpenTimeBreaker, guarded: string, random: Random) => CircuitBreaker) | null;
  /** Set by `useQuotas`. */
  quota: ((settings: QuotaPolicy, guarded: string, random: Random) => Quota) | null;
  /** Set by `useQuotas`: what all calls to an origin share, or each account has. */
  ownQuota: ((...made: ConstructorParameters<typeof OwnQuota>) => OwnQuota) | null;
  /** Set by `useConcurrencyLimits`. */
  concurrency: ((settings: ConcurrencyPolicy) => ConcurrencyLimit) | null;
  /** Set by `useHedges`: makes what the hedges of one route make their guards with. */
  hedges: (() => (settings: Hedging) => HedgeLoad) | null;
  /** Set by `useFailover`. */
  endpointLoad: ((origin: OriginLoad) => EndpointLoad) | null;
} = {fixedBreaker: null, quota: null, ownQuota: null, concurrency: null, hedges: null, endpointLoad: null};

/** Makes guards whose state is in the memory of this process. */
export class LocalGuards implements GuardFactory {
  readonly #random: Random;

  /** @param random Spreads the open times of breakers and the holds of quotas. */
  constructor(random: Random) {
    this.#random = random;
  }

  budget(settings: BudgetPolicy, _origin?: string): Budget {
    switch (settings.kind) {
      case 'token-bucket':
        return new TokenBucket(settings);
      case 'ratio':
        return new RatioBudget(settings);
    }
  }

  breaker(settings: BreakerPolicy, guarded: string): CircuitBreaker {
    return settings.kind === 'adaptive'
      ? new AdaptiveBreaker(settings, guarded, this.#random)
      : optionalGuards.fixedBreaker!(settings, guarded, this.#random);
  }

  quota(settings: QuotaPolicy, guarded: string): Quota {
    return optionalGuards.quota!(settings, guarded, this.#random);
  }

  concurrency(settings: ConcurrencyPolicy, _origin?: string): ConcurrencyLimit {
    return optionalGuards.concurrency!(settings);
  }
}
