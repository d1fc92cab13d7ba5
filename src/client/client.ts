/** The parts that the calls of one client share: the handle of the policy, the ports with their defaults, and targets. */

import {LONGEST_DRAIN_MS} from '../body/discard.ts';
import {guarded, type Listener} from '../core/events.ts';
import {LEAST_ATTEMPT_MS, LONGEST_ERROR_READ_MS} from '../core/limits.ts';
import {notifyEach} from '../core/notify-each.ts';
import type {Observer} from '../core/observer.ts';
import type {AttemptResponse} from '../core/outcome.ts';
import {type Ids, type Random, SystemIds} from '../core/random.ts';
import {randomOf} from '../core/random-of.ts';
import {systemClock} from '../core/system-clock.ts';
import type {Clock} from '../core/timer.ts';
import type {Answers} from '../decide/answers.ts';
import type {Guards} from '../guards/origin-guards.ts';
import {NO_GUARDS} from '../guards/registry.ts';
import type {CallOverrides, Endpoint} from '../policy/types.ts';
import {caughtWeigh} from './caught-weigh.ts';
import type {EjectionListener} from './ejection-port.ts';
import {watch} from './observe.ts';
import type {Plan, Plans, Variant} from './plan.ts';
import type {PolicyHandle} from './policy-handle.ts';
import type {Ports} from './ports.ts';
import type {Readiness} from './ready-port.ts';

const systemIds = new SystemIds();

export class Client<R extends AttemptResponse> {
  readonly handle: PolicyHandle;
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: Ids;
  readonly on: Listener | null;
  readonly observer: Observer | null;
  readonly classify: NonNullable<Ports<R>['classify']> | null;
  readonly prepareAttempt: NonNullable<Ports<R>['prepareAttempt']> | null;
  readonly translate: NonNullable<Ports<R>['translate']> | null;
  readonly weigh: NonNullable<Ports<R>['weigh']> | null;
  /** How the responses of the adapter's protocol are read. */
  readonly answers: Answers<R>;
  /** Notifies all clients of the handle. */
  readonly notifyEjection: EjectionListener = (...change) => notifyEach(this.handle.ejectionListeners, ...change);
  /** Whether an outer client that retries as well has been reported. */
  hasWarnedOfNesting = false;
  #plansSeen: Plans | null = null;
  // Most calls go where the last one went.
  #lastOrigin: string | null = null;
  #lastPlan: Plan | null = null;
  #lastGuards: Guards = NO_GUARDS;

  constructor(handle: PolicyHandle, ports: Omit<Ports<R>, 'fetch'>, answers: Answers<R>) {
    this.answers = answers;
    this.clock = ports.clock ?? systemClock;
    this.random = randomOf(ports.random);
    this.ids = ports.ids ?? systemIds;
    this.on = ports.on === undefined ? null : guarded(ports.on);
    this.observer = ports.observer ?? null;
    this.classify = ports.classify ?? null;
    this.prepareAttempt = ports.prepareAttempt ?? null;
    this.translate = ports.translate ?? null;
    this.weigh = ports.weigh === undefined ? null : caughtWeigh(ports.weigh, 'weigh(request)');
    this.handle = handle;
    watch(this.observer, this.handle.guards, this.clock);
    const {on} = this;
    if (on === null) return;
    this.handle.registry.breakerListeners.add((breaker, from, to) =>
      on({type: 'breaker.changed', guarded: breaker, from, to}),
    );
    this.handle.readyListeners.add((endpoint, isReady, reason) =>
      on({type: 'endpoint.changed', endpoint, isReady, reason}),
    );
    this.handle.ejectionListeners.add((endpoint, ejectedMs, reason) =>
      on({type: 'ejection.changed', endpoint, ejectedMs, reason}),
    );
    this.handle.registry.store?.listeners.add(on);
  }

  /** @throws InvalidPolicyError with code INVALID_OVERRIDES. */
  variantFor(method: string, origin: string, pathname: string, overrides: CallOverrides | undefined): Variant {
    const {plans} = this.handle;
    if (plans !== this.#plansSeen) this.#expectTimers(plans);
    return plans.for(method, origin, pathname, overrides);
  }

  guardsFor(origin: string | null, plan: Plan, now: number): Guards {
    if (origin === null) return NO_GUARDS;
    if (origin === this.#lastOrigin && plan === this.#lastPlan) return this.#lastGuards;
    this.#lastOrigin = origin;
    this.#lastPlan = plan;
    this.#lastGuards = this.handle.registry.at(origin, plan, now);
    return this.#lastGuards;
  }

  /** Null for an endpoint without `readyPath`. */
  readinessOf(endpoint: Endpoint): Readiness | null {
    return this.handle.readinessOf(endpoint);
  }

  #expectTimers(plans: Plans): void {
    this.#plansSeen = plans;
    this.clock.expect(LONGEST_DRAIN_MS);
    for (const {attemptTimeoutMs, contentTimeoutMs, idleTimeoutMs, deadlineMs, policy} of plans.all) {
      if (policy.refusals !== null) this.clock.expect(LONGEST_ERROR_READ_MS);
      if (policy.quota !== null) this.clock.expect(Math.min(policy.quota.maxWaitMs, deadlineMs - LEAST_ATTEMPT_MS));
      if (policy.concurrency !== null && deadlineMs !== Infinity) this.clock.expect(deadlineMs - LEAST_ATTEMPT_MS);
      for (const ms of [attemptTimeoutMs, contentTimeoutMs, idleTimeoutMs]) if (ms < Infinity) this.clock.expect(ms);
    }
  }
}

/** A client, for steps to which all responses are alike. */
export type ClientFacts = Omit<Client<AttemptResponse>, 'answers' | 'classify' | 'translate'> & {
  readonly answers: Pick<Answers<AttemptResponse>, 'isFailure' | 'nameOf' | 'health'>;
};
