/** A resolved policy, compiled for the hot path: once per route, shared by all its calls. */

import {Lru} from '../core/lru.ts';
import {isBlank, STANDARD_KEY_HEADER} from '../decide/idempotency.ts';
import {Transients} from '../decide/transients.ts';
import type {GuardSettings} from '../guards/origin-guards.ts';
import type {ResolvedCall, ResolvedPolicy, ResolvedRoute} from '../policy/layers.ts';
import type {Matches} from '../policy/routes.ts';
import type {CallOverrides, Policy, PolicyInput} from '../policy/types.ts';
import type {Endpoints} from './endpoints.ts';
import {endpointsPort} from './endpoints-port.ts';

/** Plans of per-call overrides that are kept: programs write a handful of them, and writing them anew each call is costly. */
const KEPT_VARIANTS = 256;

/** Turns a policy into the form that runs: validated, or without checks if a build has validated it. */
export interface PolicySource {
  /** @throws InvalidPolicyError */
  resolve(input: PolicyInput | undefined): ResolvedPolicy;
  /** @throws InvalidPolicyError with code INVALID_OVERRIDES. */
  resolveCall(base: Policy, overrides: CallOverrides): ResolvedCall;
}

export class Plan implements GuardSettings {
  readonly policy: Policy;
  readonly name: string;
  readonly template: string | undefined;
  readonly route: string | undefined;
  readonly guardKey: string;
  readonly isOverride: boolean;
  /** The most attempts of a call; Infinity for "unlimited". */
  readonly maxAttempts: number;
  /** True where the policy only watches: the engine does not retry; the caller's own loop may. */
  readonly observesOnly: boolean;
  readonly deadlineMs: number;
  readonly attemptTimeoutMs: number;
  /** Whether the attempt timeout of a call depends on the call. */
  readonly attemptTimeoutGrows: boolean;
  readonly idleTimeoutMs: number;
  /** From the headers of an event stream to its first content. */
  readonly contentTimeoutMs: number;
  readonly transients: Transients;
  readonly idempotentMethods: ReadonlySet<string>;
  readonly queryAllowList: ReadonlySet<string>;
  readonly keyHeader: string;
  /** Null without any, or with one alone that does not warm up. */
  readonly endpoints: Endpoints | null;
  /** This plan as it is, for calls without overrides. */
  readonly variant: Variant;
  readonly #route: ResolvedRoute | undefined;
  readonly #source: PolicySource;
  readonly #variants = new Lru<string, Variant>(KEPT_VARIANTS);

  /** @param override What a call changes; undefined for the policy itself. */
  constructor(policy: Policy, route: ResolvedRoute | undefined, source: PolicySource, override?: CallOverrides) {
    this.policy = policy;
    this.isOverride = override !== undefined;
    this.#route = route;
    this.#source = source;
    this.name = route?.name ?? policy.name;
    this.template = route?.template;
    this.route = route?.name;
    const {budget, breaker, quota, concurrency, hedge, retryAfter} = policy;
    this.guardKey = JSON.stringify([
      this.route,
      budget,
      breaker,
      quota,
      concurrency,
      hedge,
      retryAfter.scope,
      policy.endpoints !== null,
    ]);
    this.observesOnly = policy.maxAttempts === null;
    this.maxAttempts = policy.maxAttempts === 'unlimited' ? Infinity : (policy.maxAttempts ?? 1);
    this.deadlineMs = policy.deadlineMs ?? Infinity;
    this.attemptTimeoutMs = policy.attemptTimeoutMs ?? Infinity;
    // A timeout that a call sets for itself does not grow.
    this.attemptTimeoutGrows = policy.paid !== null && override?.attemptTimeoutMs === undefined;
    this.idleTimeoutMs = policy.idleTimeoutMs ?? Infinity;
    this.contentTimeoutMs = policy.stream?.firstContentMs ?? Infinity;
    this.transients = new Transients(policy.retryOn);
    this.idempotentMethods = new Set(policy.idempotentMethods);
    this.queryAllowList = new Set(policy.queryAllowList);
    this.keyHeader = policy.idempotency?.header ?? STANDARD_KEY_HEADER;
    this.endpoints = policy.endpoints && endpointsPort.of!(policy);
    this.variant = {plan: this, correlationId: undefined, idempotencyKey: undefined};
  }

  /**
   * The plan under the overrides of one call.
   *
   * @throws InvalidPolicyError with code INVALID_OVERRIDES.
   */
  under(overrides: CallOverrides): Variant {
    const key = keyOf(overrides);
    const known = key === undefined ? undefined : this.#variants.get(key);
    if (known !== undefined) return known;
    // The plan is built from the cached text, because a getter may return another value the next time.
    const named = key === undefined ? overrides : (JSON.parse(key) as CallOverrides);
    const {policy, correlationId, idempotencyKey} = this.#source.resolveCall(this.policy, named);
    const variant: Variant = {
      plan: policy === this.policy ? this : new Plan(policy, this.#route, this.#source, named),
      correlationId,
      idempotencyKey: isBlank(idempotencyKey) ? undefined : idempotencyKey,
    };
    if (key !== undefined && correlationId === undefined && idempotencyKey === undefined) {
      this.#variants.add(key, variant);
    }
    return variant;
  }
}

/** A plan for one call, and the ids that call brought along. */
export interface Variant {
  readonly plan: Plan;
  readonly correlationId: string | undefined;
  readonly idempotencyKey: string | undefined;
}

/** All plans of a policy: the base, and one for each route. */
export class Plans {
  readonly #base: Plan;
  readonly #routes: readonly {readonly matches: Matches; readonly plan: Plan}[];

  constructor(input: PolicyInput | undefined, source: PolicySource) {
    const {policy, routes} = source.resolve(input);
    this.#base = new Plan(policy, undefined, source);
    this.#routes = routes.map(route => ({matches: route.matches, plan: new Plan(route.policy, route, source)}));
  }

  get base(): Plan {
    return this.#base;
  }

  get all(): readonly Plan[] {
    return [this.#base, ...this.#routes.map(({plan}) => plan)];
  }

  /** The headers that may have the idempotency key of a call. */
  get keyHeaders(): readonly string[] {
    return this.all.map(({keyHeader}) => keyHeader);
  }

  get hasRoutes(): boolean {
    return this.#routes.length > 0;
  }

  /** The first route that matches wins. */
  for(method: string, origin: string, pathname: string, overrides: CallOverrides | undefined): Variant {
    const plan = this.#routes.find(({matches}) => matches(method, origin, pathname))?.plan ?? this.#base;
    return overrides === undefined ? plan.variant : plan.under(overrides);
  }
}

/** Names overrides that are plain JSON. Others have no name, and are resolved, or refused, each time anew. */
function keyOf(overrides: CallOverrides): string | undefined {
  try {
    return JSON.stringify(overrides, asIs);
  } catch {
    return undefined; // A getter that throws, a cycle, or one of these:
  }
}

/** JSON.stringify makes null of NaN, nothing of functions and {} of a Map: each would go by the name of something valid. */
function asIs(this: Readonly<Record<string, unknown>>, key: string, value: unknown): unknown {
  const isPlain =
    value === null ||
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    value === undefined ||
    Number.isFinite(value) ||
    Array.isArray(value) ||
    (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype);
  if (!isPlain || this[key] !== value) throw new TypeError(); // Caught above.
  return value;
}
