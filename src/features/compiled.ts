/** Policies that `steadfetch compile` has validated and resolved, with the guards that they name and no others. */
import type {PolicySource} from '../client/plan.ts';
import {PolicyHandle} from '../client/policy-handle.ts';
import {SteadfetchError} from '../core/errors.ts';
import type {Random} from '../core/random.ts';
import {randomOf} from '../core/random-of.ts';
import type {CircuitBreaker} from '../guards/breaker.ts';
import type {Budget} from '../guards/budget.ts';
import type {ConcurrencyLimit} from '../guards/concurrency.ts';
import {type GuardFactory, optionalGuards, type SharedGuards} from '../guards/guard-factory.ts';
import type {Quota} from '../guards/quota.ts';
import {deepFreeze} from '../policy/freeze.ts';
import {PLAN_FORMAT, type ResolvedPolicy} from '../policy/layers.ts';
import {resolveOverrides as checkedOverrides} from '../policy/resolve.ts';
import type {Matches} from '../policy/routes.ts';
import type {
  AdaptiveBreaker,
  Breaker,
  Budget as BudgetPolicy,
  Concurrency,
  Match,
  Policy,
  Quota as QuotaPolicy,
  RatioBudget,
  TokenBucketBudget,
} from '../policy/types.ts';
import {refuseMissing} from './checked-handle.ts';
import {usePaidAttempts} from './use-paid-attempts.ts';

/** A resolved policy as plain data. */
export interface CompiledPlan {
  /** `PLAN_FORMAT` of the steadfetch that compiled the policy. */
  readonly format: number;
  /** The policy of calls that no route matches, with every default filled in. */
  readonly policy: Policy;
  /** In order of precedence. */
  readonly routes: readonly CompiledRoute[];
}

export interface CompiledRoute {
  /** The calls to which it applies. */
  readonly match: Match;
  /** The fields in which the policy of the route differs. */
  readonly policy: Partial<Policy>;
}

/** The parts of the engine that a compiled policy uses. A part that it does not use is left out of a bundle. */
export interface CompiledParts {
  /** Makes budgets of kind `token-bucket`. */
  readonly tokenBucket?: (settings: TokenBucketBudget) => Budget;
  /** Makes budgets of kind `ratio`. */
  readonly ratioBudget?: (settings: RatioBudget) => Budget;
  /** Makes breakers of kind `adaptive`. */
  readonly adaptiveBreaker?: (settings: AdaptiveBreaker, guarded: string, random: Random) => CircuitBreaker;
  /** Makes the predicates of routes. */
  readonly compileMatch?: (match: Match) => Matches;
}

/**
 * The handle of a compiled policy.
 *
 * @param plan   The policy as data.
 * @param parts  The parts that it uses. A policy with another part fails at its first call.
 * @param random Random numbers for the open times of breakers. Default: `Math.random`.
 * @param guards Guards whose state several processes share, such as those of `redisGuards`. Default: guards of this process.
 * @throws SteadfetchError with code INVALID_POLICY if another version of steadfetch has compiled the policy, and its fields differ.
 */
export function compiledPolicy(
  plan: CompiledPlan,
  parts: CompiledParts,
  random?: Random,
  guards?: SharedGuards,
): PolicyHandle {
  if (plan.format !== PLAN_FORMAT)
    throw new SteadfetchError(
      'INVALID_POLICY',
      'Another version of steadfetch compiled this policy. Compile it again.',
    );
  return new PolicyHandle(
    undefined,
    sourceOf(plan, parts),
    guards?.factory ?? new NamedGuards(parts, randomOf(random)),
  );
}

const sourceOf = ({policy, routes}: CompiledPlan, {compileMatch}: CompiledParts): PolicySource => ({
  resolve(input) {
    if (input !== undefined)
      throw new SteadfetchError('INVALID_POLICY', 'A compiled policy cannot be replaced. Compile the other one.');
    deepFreeze(policy);
    return {
      policy,
      routes: routes.map(({match, policy: own}) => resolvedRoute(match, {...policy, ...own}, compileMatch!)),
    };
  },
  resolveCall(base, given) {
    if (resolveOverrides === null)
      throw new SteadfetchError('INVALID_OVERRIDES', 'Overrides of a call need useOverrides() of steadfetch/compiled.');
    return resolveOverrides(base, given);
  },
});

const resolvedRoute = (
  match: Match,
  policy: Policy,
  compileMatch: (match: Match) => Matches,
): ResolvedPolicy['routes'][number] => ({
  name: policy.name,
  place: '',
  template: match.path,
  origin: match.origin,
  matches: compileMatch(match),
  policy: deepFreeze(policy),
});

/** Null before `useOverrides`, so that a bundle without it has no validator. */
let resolveOverrides: PolicySource['resolveCall'] | null = null;

/**
 * Lets calls change fields of a policy that `steadfetch compile` has compiled, by the option `resilience`. Call it once, before the first call.
 * Every other entry allows it already; compiled policies refuse such a call without it, and load 8 kB less after gzip.
 *
 * @example
 * useOverrides();
 * const response = await fetch('https://example.com/users', {resilience: {maxAttempts: 1}});
 */
export function useOverrides(): void {
  usePaidAttempts();
  resolveOverrides = (base, given) => {
    const resolved = checkedOverrides(base, given);
    if (resolved.policy !== base) refuseMissing(resolved.policy, 'INVALID_OVERRIDES');
    return resolved;
  };
}

/** Guards in the memory of this process, of the kinds that the policy names. */
class NamedGuards implements GuardFactory {
  readonly #parts: CompiledParts;
  readonly #random: Random;

  constructor(parts: CompiledParts, random: Random) {
    this.#parts = parts;
    this.#random = random;
  }

  budget(settings: BudgetPolicy): Budget {
    return settings.kind === 'ratio' ? this.#parts.ratioBudget!(settings) : this.#parts.tokenBucket!(settings);
  }

  breaker(settings: Breaker, guarded: string): CircuitBreaker {
    return settings.kind === 'adaptive'
      ? this.#parts.adaptiveBreaker!(settings, guarded, this.#random)
      : optionalGuards.fixedBreaker!(settings, guarded, this.#random);
  }

  quota(settings: QuotaPolicy, guarded: string): Quota {
    return optionalGuards.quota!(settings, guarded, this.#random);
  }

  concurrency(settings: Concurrency): ConcurrencyLimit {
    return optionalGuards.concurrency!(settings);
  }
}
