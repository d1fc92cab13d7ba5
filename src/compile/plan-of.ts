/** A policy, with every default filled in, as the plain data of a compiled module. */
import type {CompiledPlan, CompiledRoute} from '../features/compiled.ts';
import {layersOf, PLAN_FORMAT, type ResolvedPolicy} from '../policy/layers.ts';
import {resolvePolicy} from '../policy/resolve.ts';
import type {Match, Policy, PolicyInput} from '../policy/types.ts';
import {readPolicy} from '../policy/validate.ts';

/** A plan, and all of its policies: that of calls which no route matches, and those of the routes. */
export interface CompiledPolicy {
  readonly plan: CompiledPlan;
  readonly policies: readonly Policy[];
}

/** @throws InvalidPolicyError naming each wrong field. */
export function compilePolicy(input: PolicyInput): CompiledPolicy {
  const {policy, routes} = resolvePolicy(input);
  return {
    plan: {format: PLAN_FORMAT, policy, routes: routesOf(policy, routes, matchesOf(input))},
    policies: [policy, ...routes.map(route => route.policy)],
  };
}

/** In the order of the resolved routes: those of a higher layer take precedence. */
const matchesOf = (input: PolicyInput): Match[] =>
  layersOf(readPolicy(input).value)
    .toReversed()
    .flatMap(layer => (layer.routes ?? []).map(({match}) => match));

const routesOf = (base: Policy, routes: ResolvedPolicy['routes'], matches: readonly Match[]): CompiledRoute[] =>
  routes.map(({policy}, index) => ({match: matches[index]!, policy: differenceOf(base, policy)}));

const differenceOf = (base: Policy, policy: Policy): Partial<Policy> =>
  Object.fromEntries(
    Object.entries(policy).filter(
      ([field, value]) => JSON.stringify(value) !== JSON.stringify(base[field as keyof Policy]),
    ),
  );
