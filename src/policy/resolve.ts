/** From what was written to what runs: every layer merged, every default filled, frozen to the bottom. */

import {InvalidPolicyError, type PolicyProblem} from '../core/errors.ts';
import {defaultPolicy} from './defaults.ts';
import {deepFreeze} from './freeze.ts';
import {nearest} from './hints.ts';
import {checkInvariants, notAnOrigin} from './invariants.ts';
import {mergePolicy} from './merge.ts';
import {presets} from './presets.ts';
import {compileMatch, type Matches, normaliseOrigin} from './routes.ts';
import {sayValue} from './say.ts';
import type {Policy, PolicyInput, RouteInput} from './types.ts';
import {readOverrides, readPolicy} from './validate.ts';

export interface ResolvedPolicy {
  /** What runs where no route matches. */
  readonly policy: Policy;
  /** In the order they are asked: the first that matches wins. */
  readonly routes: readonly ResolvedRoute[];
}

export interface ResolvedRoute {
  /** The route's own name, else the policy's. */
  readonly name: string;
  /** The path as it is written in `match`: low in cardinality, so fit for telemetry. */
  readonly template: string | undefined;
  readonly matches: Matches;
  readonly policy: Policy;
}

/** What one call runs under, and the ids it brought along. */
export interface ResolvedCall {
  readonly policy: Policy;
  readonly correlationId: string | undefined;
  readonly idempotencyKey: string | undefined;
}

/**
 * Merges a policy with its presets and the defaults, and compiles its routes.
 *
 * @param input A policy as written; undefined means the defaults. Relative paths in `extends` are for `loadPolicy`.
 * @throws InvalidPolicyError naming every wrong field, at once rather than at the first call.
 */
export function resolvePolicy(input: unknown): ResolvedPolicy {
  const {value, problems} = readPolicy(input === undefined ? {} : input);
  refuse(problems);
  const layers = layersOf(value);
  const policy = finish(layers.reduce(mergePolicy, defaultPolicy));
  const own = checkInvariants(policy);
  const written = routesOf(layers, value);
  const checked = written.map(({route, path}) => resolveRoute(policy, route, path, own));
  refuse([...own, ...checked.flatMap(({problems: found}) => found)]);
  return Object.freeze({policy, routes: Object.freeze(checked.map(({route}) => route))});
}

/**
 * Lays the overrides of one call over the policy that its route resolved to.
 *
 * @throws InvalidPolicyError with code INVALID_OVERRIDES.
 */
export function resolveOverrides(base: Policy, overrides: unknown): ResolvedCall {
  if (overrides === undefined) return {policy: base, correlationId: undefined, idempotencyKey: undefined};
  const {value, problems} = readOverrides(overrides);
  refuse(problems, 'INVALID_OVERRIDES');
  const {correlationId, idempotencyKey, ...fields} = value;
  const policy = Object.keys(fields).length === 0 ? base : finish(mergePolicy(base, fields));
  refuse(policy === base ? [] : checkInvariants(policy), 'INVALID_OVERRIDES');
  return {policy, correlationId, idempotencyKey};
}

/** The layers of a policy, the lowest first: what it extends, left to right, then itself. */
export function layersOf(input: PolicyInput): PolicyInput[] {
  refuse((input.extends ?? []).flatMap((name, index) => checkExtends(name, `extends[${index}]`)));
  const inherited = (input.extends ?? []).flatMap(name => layersOf(presets[name] as PolicyInput));
  return [...inherited, input];
}

/** What is wrong with a name in `extends`, when no files can be read. */
export function checkExtends(name: string, path: string): PolicyProblem[] {
  if (Object.hasOwn(presets, name)) return [];
  const isPath = /^\.{0,2}[/\\]|\.(?:jsonc?|ya?ml)$/i.test(name);
  if (isPath) {
    const message = `is the file ${sayValue(name)}; files are read by loadPolicy of steadfetch/load, not at run time`;
    return [{path, message}];
  }
  const names = Object.keys(presets).map(preset => preset.replace('steadfetch:', ''));
  const near = nearest(name.replace('steadfetch:', ''), names);
  const hint =
    near === undefined ? `the presets are ${Object.keys(presets).join(', ')}` : `did you mean "steadfetch:${near}"?`;
  return [{path, message: `is ${sayValue(name)}, which is not a preset; ${hint}`}];
}

interface WrittenRoute {
  readonly route: RouteInput;
  /** Where it is written, for messages. */
  readonly path: string;
}

/** Routes of a higher layer are asked first. */
function routesOf(layers: readonly PolicyInput[], own: PolicyInput): WrittenRoute[] {
  return layers.toReversed().flatMap(layer => {
    const source = layer === own ? '' : `(from preset ${layer.name}) `;
    return (layer.routes ?? []).map((route, index) => ({route, path: `${source}routes[${index}]`}));
  });
}

function resolveRoute(
  base: Policy,
  route: RouteInput,
  path: string,
  known: readonly PolicyProblem[],
): {route: ResolvedRoute; problems: PolicyProblem[]} {
  const policy = finish(mergePolicy(base, route));
  const isNew = (problem: PolicyProblem): boolean =>
    !known.some(other => other.path === problem.path && other.message === problem.message);
  const problems = checkInvariants(policy).filter(isNew);
  const {origin, path: template} = route.match;
  if (origin !== undefined && normaliseOrigin(origin) === undefined)
    problems.push({path: 'match.origin', message: notAnOrigin});
  return {
    route: Object.freeze({name: policy.name, template, matches: compileMatch(route.match), policy}),
    problems: problems.map(problem => ({...problem, path: `${path}.${problem.path}`})),
  };
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

function refuse(
  problems: readonly PolicyProblem[],
  code: 'INVALID_POLICY' | 'INVALID_OVERRIDES' = 'INVALID_POLICY',
): void {
  if (problems.length > 0) throw new InvalidPolicyError(problems, code);
}
