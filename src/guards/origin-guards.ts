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
  /** The quota of calls whose account is not known, where each account has one of its own. */
  readonly quota: Quota | null;
  /** null: all accounts have one quota. */
  readonly accounts: QuotaAccounts | null;
  readonly concurrency: ConcurrencyLimit | null;
  readonly hedge: HedgeLoad | null;
  readonly hold: OriginHold | null;
  readonly namedWaits: NamedWaits;
  /** The load of an endpoint among several. */
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
  readonly #budgets = new Shared<GuardSettings, Budget>(({policy}) => policy.budget);
  readonly #breakers = new Shared<
    GuardSettings,
    {readonly breaker: CircuitBreaker; readonly route: string | undefined}
  >(settings => scoped(settings.policy.breaker, settings));
  readonly #quotas = new Shared<GuardSettings, OwnQuota>(settings => scoped(settings.policy.quota, settings));
  readonly #limits = new Shared<GuardSettings, ConcurrencyLimit>(({policy}) => policy.concurrency);
  readonly #hedges = new Shared<GuardSettings, HedgeLoad>(({policy, route}) => [route, policy.hedge]);
  /** One for all settings that hedge, because hedges of all delays add to one load. */
  readonly #traffic = new Shared<GuardSettings, (settings: Hedging) => HedgeLoad>(({policy, route}) => [
    route,
    policy.hedge !== null,
  ]);
  readonly #loads = new Shared<GuardSettings, EndpointLoad>(({policy, route}) => [route, policy.endpoints !== null]);
  readonly #shared = [
    this.#budgets,
    this.#breakers,
    this.#quotas,
    this.#limits,
    this.#hedges,
    this.#traffic,
    this.#loads,
  ] as const;
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
    for (const guards of this.#shared) guards.retain(inForce);
  }

  inUse(now: number): boolean {
    return (
      this.#hold.holds(now) ||
      this.#breakers.values().some(({breaker}) => breaker.state(now) !== 'closed') ||
      this.#quotas.values().some(quota => quota.inUse(now)) ||
      this.#limits.values().some(({inFlight}) => inFlight > 0)
    );
  }

  snapshot(now: number): GuardSnapshot {
    return {
      origin: this.#origin,
      breakers: this.#breakers.values().map(({breaker, route}) => ({
        route,
        state: breaker.state(now),
        retryAfterMs: breaker.retryAfterMs(now),
        waiting: breaker.line?.waiting ?? 0,
      })),
      budgets: this.#budgets.values().map(budget => ({remaining: budget.remaining(now)})),
      quotas: this.#quotas.values().map(quota => quota.snapshot(now)),
      concurrency: this.#limits.values().map(({max, inFlight, waiting}) => ({max, inFlight, waiting})),
    };
  }

  #assemble(settings: GuardSettings): Guards {
    const {budget, breaker, quota, concurrency, hedge, retryAfter, endpoints} = settings.policy;
    const own = quota && this.#quotas.acquire(settings, () => this.#quota(quota, settings));
    const makeHedge = hedge && this.#traffic.acquire(settings, () => optionalGuards.hedges!());
    return {
      origin: this.#origin,
      budget: budget && this.#budgets.acquire(settings, () => this.#factory.budget(budget, this.#origin)),
      breaker: breaker && this.#breakers.acquire(settings, () => this.#breaker(breaker, settings)).breaker,
      quota: own?.quota ?? null,
      accounts: own?.accounts ?? null,
      concurrency:
        concurrency && this.#limits.acquire(settings, () => this.#factory.concurrency(concurrency, this.#origin)),
      hedge: hedge && this.#hedges.acquire(settings, () => makeHedge!(hedge)),
      hold: retryAfter.scope === 'origin' ? this.#hold : null,
      namedWaits: this.#namedWaits,
      load: endpoints && this.#loads.acquire(settings, () => optionalGuards.endpointLoad!(this.#load)),
    };
  }

  #release(settings: GuardSettings): void {
    for (const guards of this.#shared) guards.release(settings);
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

const scoped = (guard: Scoped | null, settings: GuardSettings): unknown => [guard && routeOf(guard, settings), guard];
const routeOf = ({scope}: Scoped, {route}: GuardSettings): string | undefined =>
  scope === 'route' ? route : undefined;

type Scoped = Pick<BreakerPolicy, 'scope'>;
