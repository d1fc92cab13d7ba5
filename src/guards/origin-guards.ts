/** The guards of one origin. */
import type {GuardSnapshot} from '../core/guard-snapshot.ts';
import {Lru} from '../core/lru.ts';
import type {Breaker as BreakerPolicy, Hedging, Policy, Quota as QuotaPolicy} from '../policy/types.ts';
import type {CircuitBreaker} from './breaker.ts';
import type {Budget} from './budget.ts';
import type {ConcurrencyLimit} from './concurrency.ts';
import type {EndpointLoad, OriginLoad} from './endpoint-load.ts';
import {type GuardFactory, optionalGuards} from './guard-factory.ts';
import type {HedgeLoad} from './hedge-load.ts';
import {NamedWaits} from './named-waits.ts';
import {OriginHold} from './origin-hold.ts';
import type {OwnQuota} from './own-quota.ts';
import type {Quota} from './quota.ts';
import type {QuotaAccounts} from './quota-accounts.ts';
import {Shared} from './shared.ts';

/** The guards of one plan for one origin. null: the policy has no such guard. */
export interface Guards {
  readonly origin: string;
  readonly budget: Budget | null;
  readonly breaker: CircuitBreaker | null;
  /** Of calls whose account is not known, where each account has a quota of its own. */
  readonly quota: Quota | null;
  /** null: all accounts have one quota. */
  readonly accounts: QuotaAccounts | null;
  readonly concurrency: ConcurrencyLimit | null;
  readonly hedge: HedgeLoad | null;
  readonly hold: OriginHold | null;
  readonly namedWaits: NamedWaits;
  /** Of an endpoint among several. */
  readonly load: EndpointLoad | null;
}

/** The part of a compiled policy that guards are made from. */
export interface GuardSettings {
  readonly policy: Pick<Policy, 'budget' | 'breaker' | 'quota' | 'concurrency' | 'hedge' | 'retryAfter' | 'endpoints'>;
  /** The route's name, or undefined for calls that match none. */
  readonly route: string | undefined;
  /** Names the settings: equal keys, equal settings. */
  readonly guardKey: string;
  /** They are those of single calls: programs can make any number of them. */
  readonly isOverride?: boolean;
}

/** Settings of single calls whose guards are kept. The ones not used for longest are forgotten. */
const KEPT_OVERRIDES = 64;

export class OriginGuards {
  readonly #origin: string;
  readonly #factory: GuardFactory;
  readonly #watch: (breaker: CircuitBreaker) => void;
  /** The guards of the policy and its routes. */
  readonly #sets = new Map<string, Guards>();
  /** The guards of calls with overrides. */
  readonly #overrides = new Lru<string, GuardSet>(KEPT_OVERRIDES, set => this.#release(set.settings));
  readonly #budgets = new Shared<Budget>();
  readonly #breakers = new Shared<{readonly breaker: CircuitBreaker; readonly route: string | undefined}>();
  readonly #quotas = new Shared<OwnQuota>();
  readonly #limits = new Shared<ConcurrencyLimit>();
  readonly #hedges = new Shared<HedgeLoad>();
  readonly #traffic = new Shared<(settings: Hedging) => HedgeLoad>();
  readonly #loads = new Shared<EndpointLoad>();
  readonly #shared: readonly (readonly [
    Pick<Shared<unknown>, 'retain' | 'release'>,
    (settings: GuardSettings) => string,
  ])[] = [
    [this.#budgets, budgetKey],
    [this.#breakers, breakerKey],
    [this.#quotas, quotaKey],
    [this.#limits, limitKey],
    [this.#hedges, hedgeKey],
    [this.#traffic, trafficKey],
    [this.#loads, loadKey],
  ];
  readonly #load: OriginLoad = {pending: 0};
  readonly #hold = new OriginHold();
  readonly #namedWaits = new NamedWaits();

  constructor(origin: string, factory: GuardFactory, watch: (breaker: CircuitBreaker) => void) {
    this.#origin = origin;
    this.#factory = factory;
    this.#watch = watch;
  }

  for(settings: GuardSettings): Guards {
    const known = this.#sets.get(settings.guardKey) ?? this.#overrides.get(settings.guardKey)?.guards;
    if (known !== undefined) return known;
    const guards = this.#assemble(settings);
    if (settings.isOverride) this.#overrides.add(settings.guardKey, {settings, guards});
    else this.#sets.set(settings.guardKey, guards);
    return guards;
  }

  retain(inForce: readonly GuardSettings[]): void {
    this.#sets.clear();
    this.#overrides.clear();
    for (const [guards, keyOf] of this.#shared) guards.retain(inForce.map(keyOf));
  }

  inUse(now: number): boolean {
    if (this.#hold.holds(now)) return true;
    for (const {breaker} of this.#breakers.values()) if (breaker.state(now) !== 'closed') return true;
    for (const quota of this.#quotas.values()) if (quota.inUse(now)) return true;
    for (const {inFlight} of this.#limits.values()) if (inFlight > 0) return true;
    return false;
  }

  snapshot(now: number): GuardSnapshot {
    return {
      origin: this.#origin,
      breakers: [...this.#breakers.values()].map(({breaker, route}) => ({
        route,
        state: breaker.state(now),
        retryAfterMs: breaker.retryAfterMs(now),
        waiting: breaker.line?.waiting ?? 0,
      })),
      budgets: [...this.#budgets.values()].map(budget => ({remaining: budget.remaining(now)})),
      quotas: [...this.#quotas.values()].map(quota => quota.snapshot(now)),
      concurrency: [...this.#limits.values()].map(({max, inFlight, waiting}) => ({max, inFlight, waiting})),
    };
  }

  #assemble(settings: GuardSettings): Guards {
    const {budget, breaker, quota, concurrency, hedge, retryAfter, endpoints} = settings.policy;
    const own = quota && this.#quotas.acquire(quotaKey(settings), () => this.#quota(quota, settings));
    const makeHedge = hedge && this.#traffic.acquire(trafficKey(settings), () => optionalGuards.hedges!());
    return {
      origin: this.#origin,
      budget: budget && this.#budgets.acquire(budgetKey(settings), () => this.#factory.budget(budget, this.#origin)),
      breaker: breaker && this.#breakers.acquire(breakerKey(settings), () => this.#breaker(breaker, settings)).breaker,
      quota: own?.quota ?? null,
      accounts: own?.accounts ?? null,
      concurrency:
        concurrency &&
        this.#limits.acquire(limitKey(settings), () => this.#factory.concurrency(concurrency, this.#origin)),
      hedge: hedge && this.#hedges.acquire(hedgeKey(settings), () => makeHedge!(hedge)),
      hold: retryAfter.scope === 'origin' ? this.#hold : null,
      namedWaits: this.#namedWaits,
      load: endpoints && this.#loads.acquire(loadKey(settings), () => optionalGuards.endpointLoad!(this.#load)),
    };
  }

  #release(settings: GuardSettings): void {
    for (const [guards, keyOf] of this.#shared) guards.release(keyOf(settings));
  }

  #breaker(made: BreakerPolicy, settings: GuardSettings) {
    const route = routeOf(made, settings);
    const breaker = this.#factory.breaker(made, this.#guarded(route));
    this.#watch(breaker);
    return {breaker, route};
  }

  #quota(made: QuotaPolicy, settings: GuardSettings): OwnQuota {
    const route = routeOf(made, settings);
    return optionalGuards.ownQuota!(() => this.#factory.quota(made, this.#guarded(route)), made.per, route);
  }

  #guarded(route: string | undefined): string {
    return route === undefined ? this.#origin : `${this.#origin} (${route})`;
  }
}

interface GuardSet {
  readonly settings: GuardSettings;
  readonly guards: Guards;
}

// Equal keys, one guard.
const budgetKey = ({policy}: GuardSettings): string => JSON.stringify(policy.budget);
const limitKey = ({policy}: GuardSettings): string => JSON.stringify(policy.concurrency);
const hedgeKey = ({policy, route}: GuardSettings): string => JSON.stringify([route, policy.hedge]);
/** The same key for all settings that hedge, because hedges of all delays add to one load. */
const trafficKey = ({policy, route}: GuardSettings): string => JSON.stringify([route, policy.hedge !== null]);
const loadKey = ({policy, route}: GuardSettings): string => JSON.stringify([route, policy.endpoints !== null]);
const breakerKey = (settings: GuardSettings): string => scopedKey(settings.policy.breaker, settings);
const quotaKey = (settings: GuardSettings): string => scopedKey(settings.policy.quota, settings);
const scopedKey = (guard: Scoped | null, settings: GuardSettings): string =>
  JSON.stringify([guard && routeOf(guard, settings), guard]);
const routeOf = ({scope}: Scoped, {route}: GuardSettings): string | undefined =>
  scope === 'route' ? route : undefined;

type Scoped = Pick<BreakerPolicy, 'scope'>;
