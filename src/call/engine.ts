/** Begins calls: finds the plan and the guards of each. One per client. */

import {LONGEST_DRAIN_MS} from '../body/discard.ts';
import {EngineParts} from '../client/client.ts';
import type {Plan, Plans} from '../client/plan.ts';
import {originOf, targetOf} from '../client/target.ts';
import type {Guards} from '../guards/origin-guards.ts';
import {NO_GUARDS} from '../guards/registry.ts';
import type {CallOverrides} from '../policy/types.ts';
import {Call} from './call.ts';
import {LEAST_ATTEMPT_MS} from './decide-retry.ts';
import type {Rpc} from './rpc.ts';

export class Engine extends EngineParts {
  #plansSeen: Plans | null = null;
  // Most calls go where the last one went.
  #lastOrigin: string | null = null;
  #lastPlan: Plan | null = null;
  #lastGuards: Guards = NO_GUARDS;

  /**
   * A call, before its first attempt.
   *
   * @throws InvalidPolicyError with code INVALID_OVERRIDES.
   */
  begin(method: string, url: string, overrides: CallOverrides | undefined): Call {
    if (!this.handle.plans.hasRoutes) return this.#begin(method, url, originOf(url), '', overrides, null);
    const {origin, pathname} = targetOf(url);
    return this.#begin(method, url, origin, pathname, overrides, null);
  }

  /**
   * A gRPC call, before its first attempt: a POST, as on the wire.
   *
   * @throws InvalidPolicyError with code INVALID_OVERRIDES.
   */
  beginRpc(rpc: Rpc, overrides: CallOverrides | undefined): Call {
    const {origin, method} = rpc;
    return this.#begin('POST', `${origin}/${method}`, origin, `/${method}`, overrides, rpc);
  }

  #begin(
    method: string,
    url: string,
    origin: string | null,
    pathname: string,
    overrides: CallOverrides | undefined,
    rpc: Rpc | null,
  ): Call {
    const {plans} = this.handle;
    if (plans !== this.#plansSeen) this.#expectTimers(plans);
    const variant = plans.for(method, origin ?? '', pathname, overrides);
    const now = this.clock.now();
    return new Call(this, variant, method, url, origin, this.#guards(origin, variant.plan, now), now, rpc);
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
    this.clock.expect(LONGEST_DRAIN_MS);
    for (const {attemptTimeoutMs, idleTimeoutMs, deadlineMs, policy} of plans.all) {
      if (policy.concurrency !== null && deadlineMs !== Number.POSITIVE_INFINITY)
        this.clock.expect(deadlineMs - LEAST_ATTEMPT_MS);
      if (attemptTimeoutMs !== Number.POSITIVE_INFINITY) this.clock.expect(attemptTimeoutMs);
      if (idleTimeoutMs !== Number.POSITIVE_INFINITY) this.clock.expect(idleTimeoutMs);
    }
  }
}
