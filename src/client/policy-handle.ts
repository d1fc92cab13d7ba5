/**
 * The handle of a policy: resolved once, shared by every client that uses it, and the place where operators look and act.
 *
 * It stands above the policy's data, because it owns the state of the guards: two clients of one handle share a budget.
 */
import type {GuardSnapshot, GuardsView} from '../core/guard-snapshot.ts';
import type {Random} from '../core/random.ts';
import {systemClock} from '../core/system-clock.ts';
import type {Pause} from '../core/timer.ts';
import {GuardRegistry} from '../guards/registry.ts';
import type {JsonPolicy} from '../policy/json-policy.ts';
import type {Policy, PolicyInput} from '../policy/types.ts';
import {Plans, type PolicySource} from './plan.ts';

export interface PolicySnapshot {
  readonly policy: Policy;
  readonly retriesDisabled: boolean;
  /** One entry per origin that was called, the last called at the end. */
  readonly origins: readonly GuardSnapshot[];
}

/** What every adapter takes: a policy as it is written, as TypeScript reads it from a JSON module, or a handle. */
export type PolicyArgument<Json> = PolicyInput | PolicyHandle | JsonPolicy<Json>;

export class PolicyHandle {
  /** @internal Waits of calls that will be sent again. */
  readonly waits: Set<Pause> = new Set();
  /** @internal */
  readonly registry: GuardRegistry;
  /** @internal */
  readonly guards: GuardsView;
  readonly #source: PolicySource;
  #plans: Plans;
  #retriesDisabled = false;

  /** @internal Made by `definePolicy`. */
  constructor(input: PolicyInput | undefined, source: PolicySource, random: Random) {
    this.#source = source;
    this.#plans = new Plans(input, source);
    this.registry = new GuardRegistry(random);
    this.guards = viewOf(this);
  }

  /** @internal */
  get plans(): Plans {
    return this.#plans;
  }

  /** What runs where no route matches: every default filled. */
  get policy(): Policy {
    return this.#plans.base.policy;
  }

  get retriesDisabled(): boolean {
    return this.#retriesDisabled;
  }

  /**
   * Breakers, budgets and concurrency limits as they stand, per origin.
   *
   * @param now Monotonic milliseconds of the clock that the clients use; the default is the system's.
   */
  snapshot(now: number = systemClock.now()): PolicySnapshot {
    return {policy: this.policy, retriesDisabled: this.#retriesDisabled, origins: this.registry.snapshot(now)};
  }

  /**
   * Puts another policy in place for calls that begin from now on. Guards whose settings are the same keep their state.
   *
   * @throws InvalidPolicyError, and the policy in force stays.
   */
  replace<Json>(input: PolicyInput | JsonPolicy<Json>): void;
  replace(input: PolicyInput): void {
    this.#plans = new Plans(input, this.#source);
    this.registry.retain(this.#plans.all);
  }

  /** For a storm: from now on nothing is sent twice. Calls that wait end now, with their last answer. First attempts go on as ever. */
  disableRetries(): void {
    this.#retriesDisabled = true;
    for (const wait of [...this.waits]) wait.fire();
  }

  enableRetries(): void {
    this.#retriesDisabled = false;
  }
}

function viewOf(handle: PolicyHandle): GuardsView {
  const {registry} = handle;
  return {
    get policyName() {
      return handle.policy.name;
    },
    breakerListeners: registry.breakerListeners,
    snapshot: now => registry.snapshot(now),
  };
}
