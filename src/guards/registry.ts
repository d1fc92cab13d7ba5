/**
 * Who shares which guard.
 *
 * Calls share a guard when they go to the same origin under the very same settings (and, for a breaker of scope route, by
 * the same route). So a replaced policy keeps the state of every guard whose settings it did not change.
 */
import type {BreakerListener, GuardSnapshot} from '../core/guard-snapshot.ts';
import type {Random} from '../core/random.ts';
import type {Breaker as BreakerPolicy, Budget as BudgetPolicy, Policy} from '../policy/types.ts';
import {Breaker} from './breaker.ts';
import type {Budget} from './budget.ts';
import {ConcurrencyLimit} from './concurrency.ts';
import {HedgeLoad} from './hedge-load.ts';
import {OriginHold} from './origin-hold.ts';
import {RatioBudget} from './ratio-budget.ts';
import {TokenBucket} from './token-bucket.ts';

/** What stands before the calls of one plan to one origin. null: the policy has none. */
export interface Guards {
  readonly budget: Budget | null;
  readonly breaker: Breaker | null;
  readonly concurrency: ConcurrencyLimit | null;
  readonly hedge: HedgeLoad | null;
  readonly hold: OriginHold | null;
}

/** The part of a compiled policy that guards are made from. */
export interface GuardSettings {
  readonly policy: Pick<Policy, 'budget' | 'breaker' | 'concurrency' | 'hedge' | 'retryAfter'>;
  /** The route's name, or undefined for calls that match none. */
  readonly route: string | undefined;
  /** Names the settings: equal keys, equal settings. */
  readonly guardKey: string;
}

export const NO_GUARDS: Guards = Object.freeze({
  budget: null,
  breaker: null,
  concurrency: null,
  hedge: null,
  hold: null,
});

/** Origins whose guards are kept. A client that calls ever new hosts must not grow for ever. */
const MAX_ORIGINS = 1000;

export class GuardRegistry {
  readonly #origins = new Map<string, OriginGuards>();
  readonly #random: Random;
  /** Told of every breaker that changes its state. */
  readonly breakerListeners: Set<BreakerListener> = new Set<BreakerListener>();

  constructor(random: Random) {
    this.#random = random;
  }

  at(origin: string, settings: GuardSettings, now: number): Guards {
    let guards = this.#origins.get(origin);
    if (guards === undefined) {
      if (this.#origins.size >= MAX_ORIGINS) this.#evict(now);
      guards = new OriginGuards(origin, this.#random, breaker => {
        breaker.onChange = (from, to) => {
          for (const listener of this.breakerListeners) notify(listener, breaker.guarded, from, to);
        };
      });
    } else this.#origins.delete(origin);
    this.#origins.set(origin, guards); // Now the youngest.
    return guards.for(settings);
  }

  /** Forgets the guards of settings that are no longer in force. Calls that are under way keep theirs. */
  retain(inForce: readonly GuardSettings[]): void {
    for (const guards of this.#origins.values()) guards.retain(inForce);
  }

  snapshot(now: number): GuardSnapshot[] {
    return [...this.#origins.values()].map(guards => guards.snapshot(now));
  }

  /**
   * Drops the origin that was not called for longest, but none with a breaker that is not closed, attempts in flight or a
   * hold: forgetting those would lift them. Where every origin has one of these, the oldest goes.
   */
  #evict(now: number): void {
    for (const [origin, guards] of this.#origins) {
      if (guards.inUse(now)) continue;
      this.#origins.delete(origin);
      return;
    }
    const [oldest] = this.#origins.keys();
    this.#origins.delete(oldest!);
  }
}

/** A listener that throws must not keep a breaker from changing its state. */
function notify(listener: BreakerListener, ...change: Parameters<BreakerListener>): void {
  try {
    listener(...change);
  } catch (error) {
    console.error('steadfetch: a listener of breakers threw; the call goes on.', error);
  }
}

class OriginGuards {
  readonly #origin: string;
  readonly #random: Random;
  readonly #watch: (breaker: Breaker) => void;
  readonly #sets = new Map<string, Guards>();
  readonly #budgets = new Map<string, Budget>();
  readonly #breakers = new Map<string, {readonly breaker: Breaker; readonly route: string | undefined}>();
  readonly #limits = new Map<string, ConcurrencyLimit>();
  readonly #hedges = new Map<string, HedgeLoad>();
  readonly #hold = new OriginHold();

  constructor(origin: string, random: Random, watch: (breaker: Breaker) => void) {
    this.#origin = origin;
    this.#random = random;
    this.#watch = watch;
  }

  for(settings: GuardSettings): Guards {
    let set = this.#sets.get(settings.guardKey);
    if (set === undefined) {
      set = this.#assemble(settings);
      this.#sets.set(settings.guardKey, set);
    }
    return set;
  }

  retain(inForce: readonly GuardSettings[]): void {
    this.#sets.clear();
    keep(this.#budgets, inForce.map(budgetKey));
    keep(this.#breakers, inForce.map(breakerKey));
    keep(this.#limits, inForce.map(limitKey));
    keep(this.#hedges, inForce.map(hedgeKey));
  }

  inUse(now: number): boolean {
    return (
      this.#hold.holds(now) ||
      [...this.#breakers.values()].some(({breaker}) => breaker.state(now) !== 'closed') ||
      [...this.#limits.values()].some(limit => limit.inFlight > 0)
    );
  }

  snapshot(now: number): GuardSnapshot {
    return {
      origin: this.#origin,
      breakers: [...this.#breakers.values()].map(({breaker, route}) => ({
        route,
        state: breaker.state(now),
        retryAfterMs: breaker.retryAfterMs(now),
      })),
      budgets: [...this.#budgets.values()].map(budget => ({remaining: budget.remaining(now)})),
      concurrency: [...this.#limits.values()].map(({max, inFlight, waiting}) => ({max, inFlight, waiting})),
    };
  }

  #assemble(settings: GuardSettings): Guards {
    const {budget, breaker, concurrency, hedge, retryAfter} = settings.policy;
    return {
      budget: shared(this.#budgets, budgetKey(settings), budget, createBudget),
      breaker:
        shared(this.#breakers, breakerKey(settings), breaker, made => this.#breaker(made, settings))?.breaker ?? null,
      concurrency: shared(this.#limits, limitKey(settings), concurrency, made => new ConcurrencyLimit(made)),
      hedge: shared(this.#hedges, hedgeKey(settings), hedge, made => new HedgeLoad(made)),
      hold: retryAfter.scope === 'origin' ? this.#hold : null,
    };
  }

  #breaker(made: BreakerPolicy, settings: GuardSettings) {
    const route = breakerRoute(settings);
    const guarded = route === undefined ? this.#origin : `${this.#origin} (${route})`;
    const breaker = new Breaker(made, guarded, this.#random);
    this.#watch(breaker);
    return {breaker, route};
  }
}

// Equal keys, one guard.
const budgetKey = ({policy}: GuardSettings): string => JSON.stringify(policy.budget);
const limitKey = ({policy}: GuardSettings): string => JSON.stringify(policy.concurrency);
const hedgeKey = ({policy, route}: GuardSettings): string => JSON.stringify([route, policy.hedge]);
const breakerKey = (settings: GuardSettings): string =>
  JSON.stringify([breakerRoute(settings), settings.policy.breaker]);
const breakerRoute = ({policy, route}: GuardSettings): string | undefined =>
  policy.breaker?.scope === 'route' ? route : undefined;

function keep(guards: Map<string, unknown>, keys: readonly string[]): void {
  for (const key of guards.keys()) if (!keys.includes(key)) guards.delete(key);
}

function createBudget(settings: BudgetPolicy): Budget {
  switch (settings.kind) {
    case 'token-bucket':
      return new TokenBucket(settings);
    case 'ratio':
      return new RatioBudget(settings);
  }
}

function shared<S, G>(known: Map<string, G>, key: string, settings: S | null, make: (settings: S) => G): G | null {
  if (settings === null) return null;
  let guard = known.get(key);
  if (guard === undefined) {
    guard = make(settings);
    known.set(key, guard);
  }
  return guard;
}
