/** Resolves a policy: merges its layers, fills the defaults, compiles the routes, and freezes the result deeply. */

import {SteadfetchError} from '../core/errors.ts';
import {defaultPolicy} from './defaults.ts';
import {deepFreeze} from './freeze.ts';
import {mergePolicy} from './merge.ts';
import {presets} from './presets.ts';
import {compileMatch, type Matches, normaliseOrigin} from './routes.ts';
import type {CallOverrides, Endpoint, EndpointInput, Policy, PolicyInput} from './types.ts';

/**
 * One more whenever a resolved policy has other fields than before: the engine would not find them in a file that `steadfetch compile` wrote earlier.
 */
export const PLAN_FORMAT = 1;

export interface ResolvedPolicy {
  /** The policy of calls that no route matches. */
  readonly policy: Policy;
  /** In order of precedence: the first that matches a call applies. */
  readonly routes: readonly ResolvedRoute[];
}

export interface ResolvedRoute {
  /** The route's own name, else the policy's. */
  readonly name: string;
  /** The place of the route, for messages: `routes[0]`. */
  readonly place: string;
  /** The path as `match` has it. It has few values, so telemetry can use it as an attribute. */
  readonly template: string | undefined;
  readonly origin: string | undefined;
  readonly matches: Matches;
  readonly policy: Policy;
}

/** The policy of one call, and the ids that the call set itself. */
export interface ResolvedCall {
  readonly policy: Policy;
  readonly correlationId: string | undefined;
  readonly idempotencyKey: string | undefined;
}

/** Merges a policy with its presets and the defaults, and compiles its routes. Does not validate: resolve.ts does that first. */
export function mergeLayers(input: PolicyInput): ResolvedPolicy {
  const layers = layersOf(input);
  const policy = finish(layers.reduce(mergePolicy, defaultPolicy));
  // Routes of a higher layer take precedence.
  const routes = layers.toReversed().flatMap(layer =>
    (layer.routes ?? []).map((route, index): ResolvedRoute => {
      const own = finish(mergePolicy(policy, route));
      const place = `${layer === input ? '' : `(from preset ${layer.name}) `}routes[${index}]`;
      const {origin, path: template} = route.match;
      return Object.freeze({name: own.name, place, template, origin, matches: compileMatch(route.match), policy: own});
    }),
  );
  return Object.freeze({policy, routes: Object.freeze(routes)});
}

/** Merges the overrides of one call into the policy of its route. */
export function mergeOverrides(base: Policy, overrides: CallOverrides): ResolvedCall {
  const {correlationId, idempotencyKey, ...fields} = overrides;
  const policy = Object.keys(fields).length === 0 ? base : finish(mergePolicy(base, fields));
  return {policy, correlationId, idempotencyKey};
}

/** The layers of a policy, the lowest first: the presets that it extends, left to right, then the policy itself. */
export function layersOf(input: PolicyInput): PolicyInput[] {
  const inherited = (input.extends ?? []).flatMap(name => {
    if (!Object.hasOwn(presets, name)) throw new SteadfetchError('INVALID_POLICY', `There is no preset ${name}.`);
    return layersOf(presets[name] as PolicyInput);
  });
  return [...inherited, input];
}

/** Normalises methods and origins for comparison, fills the defaults of list items, and freezes the policy. */
export function finish(policy: Policy): Policy {
  const {idempotency, correlation, endpoints} = policy;
  const sendTo = correlation?.sendTo;
  return deepFreeze<Policy>({
    ...policy,
    idempotentMethods: upperCase(policy.idempotentMethods),
    idempotency: idempotency === null ? null : {...idempotency, methods: upperCase(idempotency.methods)},
    correlation:
      correlation === null || !Array.isArray(sendTo)
        ? correlation
        : {...correlation, sendTo: sendTo.map((origin: string) => normaliseOrigin(origin) ?? origin)},
    endpoints: endpoints === null ? null : endpoints.map(wholeEndpoint),
  });
}

/** Items of a list are merged with no defaults before. */
const wholeEndpoint = ({
  name,
  origin,
  basePath = '',
  readyPath = null,
  rank = 1,
  weight = 1,
}: Omit<EndpointInput, `x-${string}`>): Endpoint => ({
  name,
  origin: normaliseOrigin(origin) ?? origin,
  basePath,
  readyPath,
  rank,
  weight,
});

const upperCase = (methods: readonly string[]): string[] => [...new Set(methods.map(method => method.toUpperCase()))];
