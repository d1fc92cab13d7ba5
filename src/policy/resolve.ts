/** Validates a policy before it runs, and merges its layers. Returns the whole policy, or throws one error with all problems. */

import {InvalidPolicyError, type PolicyProblem} from '../core/errors.ts';
import {formatValue} from './format.ts';
import {checkInvariants} from './invariants.ts';
import {mergeLayers, mergeOverrides, type ResolvedCall, type ResolvedPolicy, type ResolvedRoute} from './layers.ts';
import {presets} from './presets.ts';
import type {Policy} from './types.ts';
import {readOverrides, readPolicy} from './validate.ts';

/**
 * Merges a policy with its presets and the defaults, and compiles its routes.
 *
 * @param input A policy as written; undefined means the defaults. Relative paths in `extends` are for `loadPolicy`.
 * @throws InvalidPolicyError naming every wrong field, at once rather than at the first call.
 */
export function resolvePolicy(input: unknown): ResolvedPolicy {
  const {value, problems} = readPolicy(input === undefined ? {} : input);
  refuse(problems);
  refuse((value.extends ?? []).flatMap((name, index) => checkExtends(name, `extends[${index}]`)));
  const resolved = mergeLayers(value);
  const own = checkInvariants(resolved.policy);
  refuse([...own, ...resolved.routes.flatMap(route => checkRoute(route, own))]);
  return resolved;
}

/**
 * Lays the overrides of one call over the policy that its route resolved to.
 *
 * @throws InvalidPolicyError with code INVALID_OVERRIDES.
 */
export function resolveOverrides(base: Policy, overrides: unknown): ResolvedCall {
  const {value, problems} = readOverrides(overrides === undefined ? {} : overrides);
  refuse(problems, 'INVALID_OVERRIDES');
  const resolved = mergeOverrides(base, value);
  refuse(resolved.policy === base ? [] : checkInvariants(resolved.policy), 'INVALID_OVERRIDES');
  return resolved;
}

/**
 * The problems of a name in `extends`, if no files can be read.
 *
 * @param nearest The word that a misspelt one is likely to mean. Default: none is suggested.
 */
export function checkExtends(
  name: string,
  path: string,
  nearest?: (word: string, words: readonly string[]) => string | undefined,
): PolicyProblem[] {
  if (Object.hasOwn(presets, name)) return [];
  const isPath = /^\.{0,2}[/\\]|\.(?:jsonc?|ya?ml)$/i.test(name);
  if (isPath) {
    const message = `is the file ${formatValue(name)}; files are read by loadPolicy of steadfetch/load, not at run time`;
    return [{path, message}];
  }
  const names = Object.keys(presets);
  const near = nearest?.(
    name.replace('steadfetch:', ''),
    names.map(preset => preset.replace('steadfetch:', '')),
  );
  const suggestion = near === undefined ? `the presets are ${names.join(', ')}` : `did you mean "steadfetch:${near}"?`;
  return [{path, message: `is ${formatValue(name)}, which is not a preset; ${suggestion}`}];
}

/** @param known Problems of the policy itself: a route that inherits them is not to blame. */
function checkRoute({policy, place, origin}: ResolvedRoute, known: readonly PolicyProblem[]): PolicyProblem[] {
  const isNew = (problem: PolicyProblem): boolean =>
    !known.some(other => other.path === problem.path && other.message === problem.message);
  return checkInvariants(policy, origin)
    .filter(isNew)
    .map(({path, message}) => ({path: `${place}.${path}`, message}));
}

function refuse(
  problems: readonly PolicyProblem[],
  code: 'INVALID_POLICY' | 'INVALID_OVERRIDES' = 'INVALID_POLICY',
): void {
  if (problems.length > 0) throw new InvalidPolicyError(problems, code);
}
