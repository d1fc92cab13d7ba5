/**
 * Which clients share which guard.
 *
 * Calls share a guard when they go to the same origin under the very same settings (and, for a breaker of scope route, by
 * the same route). So a replaced policy keeps the state of every guard whose settings it did not change.
 */
import type {BreakerListener, GuardSnapshot} from '../core/guard-snapshot.ts';
import {notifyEach} from '../core/notify-each.ts';
import type {GuardFactory, GuardStore} from './guard-factory.ts';
import {NamedWaits} from './named-waits.ts';
import {type GuardSettings, type Guards, OriginGuards} from './origin-guards.ts';

export const NO_GUARDS: Guards = Object.freeze({
  origin: '',
  budget: null,
  breaker: null,
  quota: null,
  accounts: null,
  concurrency: null,
  hedge: null,
  hold: null,
  namedWaits: new NamedWaits(),
  load: null,
});

/** Origins whose guards are kept. A client that calls ever new hosts must not grow without bound. */
const MAX_ORIGINS = 1000;
/** Origins found in use that are examined again at each new origin: enough to find in time one that is no longer. */
const EXAMINED_AGAIN = 8;

export class GuardRegistry {
  /** In the order of the last call. */
  readonly #origins = new Map<string, OriginGuards>();
  /** Those that may be forgotten as far as is known, in the same order. */
  readonly #unexamined = new Map<string, OriginGuards>();
  /** Those that were in use when last examined, and were not called since. */
  readonly #examined = new Map<string, OriginGuards>();
  readonly #factory: GuardFactory;
  /** Called for every state change of a breaker. */
  readonly breakerListeners: Set<BreakerListener> = new Set<BreakerListener>();
  /** The store of shared guards; undefined without one. */
  readonly store: GuardStore | undefined;

  constructor(factory: GuardFactory) {
    this.#factory = factory;
    this.store = factory.store;
  }

  at(origin: string, settings: GuardSettings, now: number): Guards {
    let guards = this.#origins.get(origin);
    if (guards === undefined) {
      if (this.#origins.size >= MAX_ORIGINS) this.#evict(now);
      guards = new OriginGuards(origin, this.#factory, breaker => {
        breaker.onChange = (...states) => notifyEach(this.breakerListeners, breaker.guarded, ...states);
      });
    } else {
      this.#origins.delete(origin);
      this.#examined.delete(origin);
    }
    this.#origins.set(origin, guards); // Now the youngest.
    this.#unexamined.delete(origin);
    this.#unexamined.set(origin, guards);
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
   * hold: forgetting those would lift them. Where every origin has one of these, the oldest of those examined goes.
   *
   * An origin that is in use is examined once after each time it was called; later, a few of these are examined again.
   */
  #evict(now: number): void {
    for (const [origin, guards] of this.#unexamined) {
      this.#unexamined.delete(origin);
      if (!guards.inUse(now)) return void this.#origins.delete(origin);
      this.#examined.set(origin, guards);
    }
    const [oldest] = this.#examined.keys();
    const goes = this.#findUnused(now) ?? oldest!;
    this.#examined.delete(goes);
    this.#origins.delete(goes);
  }

  #findUnused(now: number): string | undefined {
    let left = EXAMINED_AGAIN;
    for (const [origin, guards] of this.#examined) {
      if (!guards.inUse(now)) return origin;
      if (--left === 0) return undefined;
      // To the end, which the loop does not reach.
      this.#examined.delete(origin);
      this.#examined.set(origin, guards);
    }
    return undefined;
  }
}
