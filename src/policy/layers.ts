/** From what was written to what runs: every layer laid over the one below, every default filled, frozen to the bottom. */

import {SteadfetchError} from '../core/errors.ts';
import {defaultPolicy} from './defaults.ts';
import {deepFreeze} from './freeze.ts';
import {mergePolicy} from './merge.ts';
import {presets} from './presets.ts';
import {compileMatch, type Matches, normaliseOrigin} from './routes.ts';
import type {CallOverrides, Policy, PolicyInput} from './types.ts';

export interface ResolvedPolicy {
  /** What runs where no route matches. */
  readonly policy: Policy;
  /** In the order they are asked: the first that matches wins. */
  readonly routes: readonly ResolvedRoute[];
}

export interface ResolvedRoute {
  /** The route's own name, else the policy's. */
  readonly name: string;
  /** Where it is written, for messages. */
  readonly place: string;
  /** The path as it is written in `match`: low in cardinality, so fit for telemetry. */
  readonly template: string | undefined;
  readonly origin: string | undefined;
  readonly matches: Matches;
  readonly policy: Policy;
}

/** What one call runs under, and the ids it brought along. */
export interface ResolvedCall {
  readonly policy: Policy;
  readonly correlationId: string | undefined;
  readonly idempotencyKey: string | undefined;
}

/** Merges a policy with its presets and the defaults, and compiles its routes. It is taken as it is: resolve.ts asks first. */
export function layPolicy(input: PolicyInput): ResolvedPolicy {
  const layers = layersOf(input);
  const policy = finish(layers.reduce(mergePolicy, defaultPolicy));
  // Routes of a higher layer are asked first.
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

/** Lays the overrides of one call over the policy that its route resolved to. */
export function layOverrides(base: Policy, overrides: CallOverrides): ResolvedCall {
  const {correlationId, idempotencyKey, ...fields} = overrides;
  const policy = Object.keys(fields).length === 0 ? base : finish(mergePolicy(base, fields));
  return {policy, correlationId, idempotencyKey};
}

/** The layers of a policy, the lowest first: what it extends, left to right, then itself. */
export function layersOf(input: PolicyInput): PolicyInput[] {
  const inherited = (input.extends ?? []).flatMap(name => {
    if (!Object.hasOwn(presets, name)) throw new SteadfetchError('INVALID_POLICY', `There is no preset ${name}.`);
    return layersOf(presets[name] as PolicyInput);
  });
  return [...inherited, input];
}

/** Writes methods and origins as they are compared, and freezes. */
function finish(policy: Policy): Policy {
  const {idempotency, correlation} = policy;
  const sendTo = correlation?.sendTo;
  return deepFreeze<Policy>({
    ...policy,
    idempotentMethods: upperCase(policy.idempotentMethods),
    idempotency: idempotency === null ? null : {...idempotency, methods: upperCase(idempotency.methods)},
    correlation:
      correlation === null || !Array.isArray(sendTo)
        ? correlation
        : {...correlation, sendTo: sendTo.map((origin: string) => normaliseOrigin(origin) ?? origin)},
  });
}

const upperCase = (methods: readonly string[]): string[] => [...new Set(methods.map(method => method.toUpperCase()))];
