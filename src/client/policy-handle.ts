/**
 * The handle of a policy: resolved once, shared by every client that uses it, and the interface for operators.
 *
 * It is above `src/policy`, because it owns the state of the guards: two clients of one handle share a budget.
 */
import type {EndpointListener, GuardSnapshot, GuardsView} from '../core/guard-snapshot.ts';
import {notifyEach} from '../core/notify-each.ts';
import {systemClock} from '../core/system-clock.ts';
import type {Pause} from '../core/timer.ts';
import type {GuardFactory} from '../guards/guard-factory.ts';
import {GuardRegistry} from '../guards/registry.ts';
import type {JsonPolicy} from '../policy/json-policy.ts';
import type {Endpoint, Policy, PolicyInput} from '../policy/types.ts';
import type {EjectionListener} from './ejection-port.ts';
import {Plans, type PolicySource} from './plan.ts';
import {type Readiness, type ReadinessRegistry, type ReadyListener, readyPaths, warmsUp} from './ready-port.ts';

/** A policy and its guards at one moment. */
export interface PolicySnapshot {
  /** The policy where no route matches, with every default filled in. */
  readonly policy: Policy;
  /** Whether `disableRetries()` is in force. */
  readonly retriesDisabled: boolean;
  /** One entry for each origin that was called, in the order of the last call. */
  readonly origins: readonly GuardSnapshot[];
}

/** A policy, the type of a policy that is imported from a JSON file, or a handle of `definePolicy`. */
export type PolicyArgument<Json> = PolicyInput | PolicyHandle | JsonPolicy<Json>;

/** A policy that was validated once. Clients that get the same handle share its guards; operators read and change it at run time. */
export class PolicyHandle {
  /** @internal Waits of calls that will be sent again. */
  readonly waits: Set<Pause> = new Set();
  /** @internal */
  readonly readyListeners: Set<ReadyListener> = new Set();
  /** @internal */
  readonly ejectionListeners: Set<EjectionListener> = new Set();
  /** @internal */
  readonly registry: GuardRegistry;
  /** @internal */
  readonly guards: GuardsView;
  readonly #source: PolicySource;
  #plans: Plans;
  #retriesDisabled = false;
  #readiness: ReadinessRegistry | null = null;

  /** @internal Made by `definePolicy`. */
  constructor(input: PolicyInput | undefined, source: PolicySource, guards: GuardFactory) {
    this.#source = source;
    this.#plans = new Plans(input, source);
    this.registry = new GuardRegistry(guards);
    this.guards = viewOf(this);
  }

  /** @internal */
  get plans(): Plans {
    return this.#plans;
  }

  /** @internal Null for an endpoint without `readyPath`. */
  readinessOf(endpoint: Endpoint): Readiness | null {
    if (!warmsUp(endpoint)) return null;
    this.#readiness ??= readyPaths.make!((...change) => notifyEach(this.readyListeners, ...change));
    return this.#readiness.of(endpoint);
  }

  /** The policy where no route matches, with every default filled in. */
  get policy(): Policy {
    return this.#plans.base.policy;
  }

  /** Whether `disableRetries` is in force. */
  get retriesDisabled(): boolean {
    return this.#retriesDisabled;
  }

  /**
   * The state of breakers, budgets and concurrency limits, by origin.
   *
   * @param now The time of the clock that the clients use. Default: that of the system clock.
   */
  snapshot(now: number = systemClock.now()): PolicySnapshot {
    return {policy: this.policy, retriesDisabled: this.#retriesDisabled, origins: this.registry.snapshot(now)};
  }

  /**
   * Replaces the policy for all calls that begin later. Guards with the same settings keep their state.
   *
   * @throws InvalidPolicyError naming each wrong field. The old policy then stays in force.
   */
  replace<Json>(input: PolicyInput | JsonPolicy<Json>): void;
  replace(input: PolicyInput): void {
    this.#plans = new Plans(input, this.#source);
    this.registry.retain(this.#plans.all);
  }

  /**
   * Stops all retries and hedges, for an incident. Calls that wait for a retry end at once with their last response or error. First attempts
   * are still sent.
   */
  disableRetries(): void {
    this.#retriesDisabled = true;
    // No copy of the set: a wait that ends can end others.
    for (const wait of this.waits) wait.fire();
  }

  /** Ends the effect of `disableRetries`. */
  enableRetries(): void {
    this.#retriesDisabled = false;
  }
}

function viewOf(handle: PolicyHandle): GuardsView {
  const {registry} = handle;
  const endpointListeners = new Set<EndpointListener>();
  handle.ejectionListeners.add((endpoint, ejectedMs) =>
    notifyEach(endpointListeners, endpoint, ejectedMs > 0 ? 'ejected' : 'returned'),
  );
  handle.readyListeners.add((endpoint, isReady) =>
    notifyEach(endpointListeners, endpoint, isReady ? 'ready' : 'not-ready'),
  );
  return {
    get policyName() {
      return handle.policy.name;
    },
    breakerListeners: registry.breakerListeners,
    endpointListeners,
    get storeAvailable() {
      return registry.store?.isAvailable;
    },
    snapshot: now => registry.snapshot(now),
  };
}
