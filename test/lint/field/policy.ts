/** A policy as a user of a real service would write it, with the findings that the field would expect. */

import type {PolicyInput, RouteInput} from '../../../src/policy/types.ts';

export interface FieldPolicy {
  /** The service, and what the policy does there. */
  readonly name: string;
  readonly policy: PolicyInput;
  /** `RL101 error routes[0].match.methods`: findings that have to be there. No other finding of level error may be. */
  readonly finds: readonly string[];
  /** Codes that must not be there, at no place and no level. */
  readonly not: readonly string[];
  /** Findings that have no fix: only their author knows the remedy. */
  readonly unfixed?: readonly string[];
}

/** POST on some paths, declared harmless to repeat. */
export const declared = (...paths: readonly string[]): RouteInput[] =>
  paths.map(path => ({match: {methods: ['POST'], path}, idempotentMethods: ['POST']}));

/** POST on some paths, as it is by default. */
export const posted = (...paths: readonly string[]): RouteInput[] =>
  paths.map(path => ({match: {methods: ['POST'], path}}));

/** A method of gRPC, declared harmless to repeat, in a route that leaves the method out: it is always POST. */
export const declaredRpc = (...paths: readonly string[]): RouteInput[] =>
  paths.map(path => ({match: {path}, idempotentMethods: ['POST']}));
