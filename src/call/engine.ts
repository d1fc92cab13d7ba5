/** Everything the calls of one client share: the policy's handle, and the ports with their defaults. */
import {guarded, type Listener} from '../core/events.ts';
import type {Observer} from '../core/observer.ts';
import {type Ids, type Random, SystemIds, systemRandom} from '../core/random.ts';
import {systemClock} from '../core/system-clock.ts';
import type {Clock} from '../core/timer.ts';
import {type Guards, NO_GUARDS} from '../guards/registry.ts';
import type {CallOverrides, PolicyInput} from '../policy/types.ts';
import {Call} from './call.ts';
import {definePolicy, PolicyHandle} from './handle.ts';
import type {Plan, Plans} from './plan.ts';
import type {Ports} from './ports.ts';
import {originOf, pageOrigin, targetOf} from './target.ts';

const systemIds = new SystemIds();

export class Engine {
  readonly handle: PolicyHandle;
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: Ids;
  readonly on: Listener | null;
  readonly observer: Observer | null;
  readonly classify: NonNullable<Ports['classify']> | null;
  readonly prepareAttempt: NonNullable<Ports['prepareAttempt']> | null;
  #plansSeen: Plans | null = null;
  // Most calls go where the last one went.
  #lastOrigin: string | null = null;
  #lastPlan: Plan | null = null;
  #lastGuards: Guards = NO_GUARDS;

  /** @throws InvalidPolicyError at once, not at the first call. */
  constructor(policy: PolicyInput | PolicyHandle | undefined, ports: Ports) {
    this.clock = ports.clock ?? systemClock;
    this.random = ports.random ?? systemRandom;
    this.ids = ports.ids ?? systemIds;
    this.on = ports.on === undefined ? null : guarded(ports.on);
    this.observer = ports.observer ?? null;
    this.classify = ports.classify ?? null;
    this.prepareAttempt = ports.prepareAttempt ?? null;
    this.handle = policy instanceof PolicyHandle ? policy : definePolicy(policy, this.random);
    if (this.on !== null) this.#listenToBreakers(this.on);
  }

  /**
   * A call, before its first attempt.
   *
   * @throws InvalidPolicyError with code INVALID_OVERRIDES.
   */
  begin(method: string, url: string, overrides: CallOverrides | undefined): Call {
    const {plans} = this.handle;
    if (plans !== this.#plansSeen) this.#expectTimers(plans);
    const {origin, pathname} = plans.hasRoutes ? targetOf(url) : {origin: originOf(url), pathname: ''};
    const variant = plans.for(method, origin ?? '', pathname, overrides);
    const now = this.clock.now();
    return new Call(this, variant, method, url, origin, this.#guards(origin, variant.plan, now), now);
  }

  /** Whether ids may be sent to that origin: in a browser they would force a preflight that other servers refuse. */
  sendsIdsTo(origin: string | null, sendTo: 'all' | 'same-origin' | readonly string[] | null): boolean {
    switch (sendTo ?? (pageOrigin === undefined ? 'all' : 'same-origin')) {
      case 'all':
        return true;
      case 'same-origin':
        return origin !== null && origin === pageOrigin;
      default:
        return origin !== null && (sendTo as readonly string[]).includes(origin);
    }
  }

  #guards(origin: string | null, plan: Plan, now: number): Guards {
    if (origin === null) return NO_GUARDS;
    if (origin === this.#lastOrigin && plan === this.#lastPlan) return this.#lastGuards;
    this.#lastOrigin = origin;
    this.#lastPlan = plan;
    this.#lastGuards = this.handle.registry.at(origin, plan, now);
    return this.#lastGuards;
  }

  #expectTimers(plans: Plans): void {
    this.#plansSeen = plans;
    for (const {attemptTimeoutMs, idleTimeoutMs} of plans.all) {
      if (attemptTimeoutMs !== Number.POSITIVE_INFINITY) this.clock.expect(attemptTimeoutMs);
      if (idleTimeoutMs !== Number.POSITIVE_INFINITY) this.clock.expect(idleTimeoutMs);
    }
  }

  #listenToBreakers(on: Listener): void {
    this.handle.registry.breakerListeners.add((guarded, from, to) => on({type: 'breaker.changed', guarded, from, to}));
  }
}
